import { EvaluationError } from '@marcbachmann/cel-js';
import { messageOf } from '../common/errors.ts';
import { MissingSky } from '../sky/missing.ts';
import { MissingValue } from './facts.ts';
import type { Logic } from './logic.ts';

/** `missing`: a value that it needs is not known, so that it is neither. `unseen`: it did not matter any more. */
export type Outcome = 'true' | 'false' | 'missing' | 'unseen';

/** A value as it is told: a single one, or a word for what is too much. */
export type Seen = string | number | boolean | null;

/** How a part of a rule came out. */
export interface Trace {
  readonly logic: Logic;
  readonly outcome: Outcome;
  /** For `missing`: what, a clause. */
  readonly missing?: string;
  /** Of a test: what it read. */
  readonly seen: Readonly<Record<string, Seen>>;
  readonly parts: readonly Trace[];
}

type Context = Record<string, unknown>;

/**
 * Evaluates part by part, from the left. CEL's own logic (CEL specification, “Logical operators”): what is missing does
 * not matter where the other parts decide by themselves.
 */
export function traceOf(logic: Logic, context: Context): Trace {
  switch (logic.kind) {
    case 'all':
      return together(logic, logic.parts, 'false', context);
    case 'any':
      return together(logic, logic.parts, 'true', context);
    case 'not': {
      const part = traceOf(logic.part, context);
      return { ...inherited(part), logic, outcome: OPPOSITE[part.outcome], seen: {}, parts: [part] };
    }
    case 'named': {
      const part = traceOf(logic.part, context);
      return { ...inherited(part), logic, outcome: part.outcome, seen: {}, parts: [part] };
    }
    case 'test':
      return testTrace(logic, context);
  }
}

const OPPOSITE = { true: 'false', false: 'true', missing: 'missing', unseen: 'unseen' } as const;

const inherited = ({ missing }: Trace): Pick<Trace, 'missing'> => (missing === undefined ? {} : { missing });

/** @param decisive the outcome of one part that decides for all of them */
function together(logic: Logic, parts: readonly Logic[], decisive: 'true' | 'false', context: Context): Trace {
  const traces: Trace[] = [];
  let isDecided = false;
  for (const part of parts) {
    const trace: Trace = isDecided ? unseen(part) : traceOf(part, context);
    isDecided ||= trace.outcome === decisive;
    traces.push(trace);
  }
  if (isDecided) return { logic, outcome: decisive, seen: {}, parts: traces };
  const missing = traces.find(({ outcome }) => outcome === 'missing');
  if (missing !== undefined) return { ...inherited(missing), logic, outcome: 'missing', seen: {}, parts: traces };
  return { logic, outcome: decisive === 'true' ? 'false' : 'true', seen: {}, parts: traces };
}

function unseen(logic: Logic): Trace {
  return { logic, outcome: 'unseen', seen: {}, parts: partsOf(logic).map(unseen) };
}

function testTrace(logic: Logic & { kind: 'test' }, context: Context): Trace {
  const seen = Object.fromEntries(
    logic.terms.map(({ name, read }) => [name, name === 'alert.raw' ? 'given' : seenValue(read, context)]),
  );
  try {
    return { logic, outcome: logic.run(context) === true ? 'true' : 'false', seen, parts: [] };
  } catch (error) {
    return { logic, outcome: 'missing', missing: reasonOf(error), seen, parts: [] };
  }
}

export function partsOf(logic: Logic): readonly Logic[] {
  switch (logic.kind) {
    case 'all':
    case 'any':
      return logic.parts;
    case 'not':
    case 'named':
      return [logic.part];
    case 'test':
      return [];
  }
}

function seenValue(read: (context: Context) => unknown, context: Context): Seen {
  try {
    return told(read(context));
  } catch {
    return null;
  }
}

const LONGEST = 60;

/** Lists and objects are not told whole: a packet may be among them. */
function told(value: unknown): Seen {
  if (value === undefined || value === null) return null;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return Number.isInteger(value) ? value : Number(value.toPrecision(8));
  if (typeof value === 'boolean') return value;
  if (Array.isArray(value) && !value.every((item) => typeof item === 'string')) return `${value.length} of them`;
  if (typeof value === 'object' && !Array.isArray(value))
    return 'seconds' in value ? `${Number(value.seconds)}s` : 'given';
  const text = Array.isArray(value) ? value.join(' ') : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST).toWellFormed()}…` : text;
}

/** What is not the alert's own. */
const MISSING: Readonly<Record<string, string>> = {
  previous: 'no earlier alert is about this event',
  moved: 'how far it moved is not known',
};

function reasonOf(error: unknown): string {
  if (error instanceof MissingValue || error instanceof MissingSky) return error.message;
  const missing =
    error instanceof EvaluationError ? /^No such key: (.+)/.exec(error.message)?.[1]?.split('\n')[0] : undefined;
  if (missing !== undefined) return MISSING[missing] ?? `the alert has no ${missing}`;
  return `it cannot be evaluated (${messageOf(error).split('\n')[0]})`;
}

/** All that was read, by name. */
export function allSeen(trace: Trace): Record<string, Seen> {
  return Object.assign({}, trace.seen, ...trace.parts.map(allSeen));
}

/** One letter a part, from the top and from the left, so that the journal can keep it: t, f, m or -. */
export function outcomesOf(trace: Trace): string {
  const letter = { true: 't', false: 'f', missing: 'm', unseen: '-' }[trace.outcome];
  return letter + trace.parts.map(outcomesOf).join('');
}
