import { handlerEnvironment } from './environment.ts';
import { type Logic, logicOf } from './logic.ts';
import { type Outcome, partsOf, type Seen } from './trace.ts';

/** A part of a rule, and how it came out. */
export interface ExplainedPart {
  readonly kind: Logic['kind'];
  /** What is written there; of a condition, its name. */
  readonly source: string;
  readonly outcome: Outcome;
  /** Of a test: what it read, null where it was missing. */
  readonly seen: Readonly<Record<string, Seen>>;
  readonly parts: readonly ExplainedPart[];
}

/** What a verdict keeps of its rule. */
export interface KeptRule {
  /** `{ when, conditions }` as JSON. */
  readonly rule?: string;
  readonly outcomes?: string;
  readonly values?: Readonly<Record<string, unknown>>;
}

const OUTCOMES: Readonly<Record<string, Outcome>> = { t: 'true', f: 'false', m: 'missing', '-': 'unseen' };

/**
 * The rule of a verdict taken apart again, with how each part came out; undefined where there was no rule, or where what was
 * kept does not fit together, as after an update of the program that takes rules apart in another way.
 */
export function explainRule({ rule, outcomes, values = {} }: KeptRule): ExplainedPart | undefined {
  if (rule === undefined || outcomes === undefined) return undefined;
  const logic = logicIn(rule);
  if (logic === undefined) return undefined;
  const letters = [...outcomes];
  const root = explained(logic, letters, values);
  return letters.length === 0 ? root : undefined;
}

/** Names are not checked: the lists of then are not known any more, and the rule was good. */
function logicIn(rule: string): Logic | undefined {
  try {
    const { when, conditions } = JSON.parse(rule) as { when: string; conditions: Record<string, string> };
    const named = (name: string): Logic | undefined => {
      const source = Object.hasOwn(conditions, name) ? conditions[name] : undefined;
      return source === undefined ? undefined : logicOf(source, handlerEnvironment, named);
    };
    return logicOf(when, handlerEnvironment, named);
  } catch {
    return undefined;
  }
}

/** @param letters of the part and those that follow it; its own are taken out */
function explained(
  logic: Logic,
  letters: string[],
  values: Readonly<Record<string, unknown>>,
): ExplainedPart | undefined {
  const outcome = OUTCOMES[letters.shift() ?? ''];
  if (outcome === undefined) return undefined;
  const parts: ExplainedPart[] = [];
  for (const part of partsOf(logic)) {
    const one = explained(part, letters, values);
    if (one === undefined) return undefined;
    parts.push(one);
  }
  return { kind: logic.kind, source: logic.source, outcome, seen: seenOf(logic, outcome, values), parts };
}

function seenOf(
  logic: Logic,
  outcome: Outcome,
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, Seen>> {
  if (logic.kind !== 'test' || outcome === 'unseen') return {};
  const names = logic.terms.map(({ name }) => name).filter((name) => Object.hasOwn(values, name));
  return Object.fromEntries(names.map((name) => [name, (values[name] ?? null) as Seen]));
}
