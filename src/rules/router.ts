import { tooOld } from '../alert/age.ts';
import type { Alert } from '../alert/model.ts';
import type { Circumstances } from './circumstances.ts';
import { factsFor } from './circumstances.ts';
import type { Glob } from './glob.ts';
import { repeats } from './repeat.ts';
import type { RuleVerdict } from './rule.ts';
import { pretendsWith, type Selection } from './selection.ts';

/** What was decided for one handler. */
export interface HandlerVerdict {
  readonly handler: string;
  readonly fired: boolean;
  /** A clause. */
  readonly why: string;
  /** Everything happens but the plugin. */
  readonly mode?: 'pretend';
  /** It is run with its options for retractions. */
  readonly retraction?: true;
  /** What was asked before, and held. */
  readonly passed?: readonly string[];
  /** What refused it, where that was not the rule. */
  readonly refused?: string;
  /** What the rule read, how its parts came out, and the rule itself, as JSON. */
  readonly values?: RuleVerdict['values'];
  readonly outcomes?: string;
  readonly rule?: string;
}

/** Why a question is answered with no, or undefined when it is not. */
type Question = readonly [
  name: string,
  ask: (selection: Selection, circumstances: Circumstances) => string | undefined,
];

const QUESTIONS: readonly Question[] = [
  ['onDead', ({ fallbackOf }) => isFallback(fallbackOf)],
  ['roles', ({ roles, tests }, { alert }) => wrongRole(roles, tests, alert)],
  ['maxAge', ({ maxAgeMs }, { alert, now }) => tooOld(alert, maxAgeMs, now)],
  ['streams', ({ streams }, { alert }) => noneFits('stream', streams, [alert.stream, alert.ivorn])],
  ['topics', ({ topics }, { alert }) => noneFits('topic', topics, alert.topic === undefined ? [] : [alert.topic])],
  ['kinds', ({ kinds }, { alert }) => wrongKind(kinds, alert)],
  ['minImportance', ({ minImportance }, { alert }) => tooUnimportant(minImportance, alert)],
  ['maxErrorRadius', ({ maxErrorRadius }, { alert }) => tooWide(maxErrorRadius, alert)],
  ['onRetraction', ({ cancels }, circumstances) => (cancels ? withdrawn(circumstances) : undefined)],
];

/** Decides for every handler, in the order of the configuration. Pure: the same circumstances give the same verdicts. */
export function decide(selections: readonly Selection[], circumstances: Circumstances): HandlerVerdict[] {
  return selections.map((selection) => decideOne(selection, circumstances));
}

function decideOne(selection: Selection, circumstances: Circumstances): HandlerVerdict {
  const { handler, rule, retracts } = selection;
  if (retracts && circumstances.alert.kind === 'retraction') return decideRetraction(selection, circumstances);
  const passed: string[] = [];
  for (const [name, ask] of QUESTIONS) {
    const why = ask(selection, circumstances);
    if (why !== undefined) return { handler, fired: false, why, passed, refused: name };
    if (isAsked(selection, name)) passed.push(name);
  }
  const mode = modeOf(selection, circumstances.alert);
  if (rule !== undefined) {
    const verdict = rule.evaluate(factsFor(circumstances, selection.site));
    const told = { why: verdict.why, passed, values: verdict.values, outcomes: verdict.outcomes, rule: rule.text };
    if (!verdict.fired) return { handler, fired: false, ...told };
    const again = repeats(selection, circumstances);
    if (again !== undefined) return { handler, fired: false, ...told, why: again, refused: 'once' };
    return { handler, fired: true, ...mode, ...told };
  }
  const again = repeats(selection, circumstances);
  if (again !== undefined) return { handler, fired: false, why: again, passed, refused: 'once' };
  return { handler, fired: true, ...mode, why: selected(circumstances.alert), passed };
}

/** A retraction is for whoever has got what it withdraws. */
function decideRetraction(selection: Selection, { alert, begun }: Circumstances): HandlerVerdict {
  const { handler, roles, tests } = selection;
  const wrong = wrongRole(roles, tests, alert);
  if (wrong !== undefined) return { handler, fired: false, why: wrong, refused: 'roles' };
  if (!begun({ ...selection, pretends: pretendsWith(selection, alert) })) {
    return {
      handler,
      fired: false,
      why: 'it withdraws an event of which the handler has got nothing',
      refused: 'retraction',
    };
  }
  return {
    handler,
    fired: true,
    ...modeOf(selection, alert),
    retraction: true,
    why: 'it withdraws what the handler has got',
  };
}

/** Whether the question says anything: most handlers do not ask most of them. */
function isAsked(selection: Selection, name: string): boolean {
  switch (name) {
    case 'roles':
      return true;
    case 'onDead':
      return false;
    case 'maxAge':
      return selection.maxAgeMs !== undefined;
    case 'onRetraction':
      return selection.cancels;
    default:
      return selection[name as 'streams' | 'topics' | 'kinds' | 'minImportance' | 'maxErrorRadius'] !== undefined;
  }
}

function isFallback(others: readonly string[]): string | undefined {
  return others.length === 0 ? undefined : `the handler gets only what fails for good in ${others.join(', ')}`;
}

function modeOf(selection: Selection, alert: Alert): { mode?: 'pretend' } {
  return pretendsWith(selection, alert) ? { mode: 'pretend' } : {};
}

function wrongRole(roles: Selection['roles'], tests: Selection['tests'], alert: Alert): string | undefined {
  if (alert.test) {
    if (roles.includes('test')) return undefined;
    // Rehearsed by a handler that takes it but for that.
    if (tests === 'pretend' && (alert.role === 'test' || roles.includes(alert.role))) return undefined;
    return `${testMark(alert)}, and the handler takes only ${roles.join(', ')}`;
  }
  return roles.includes(alert.role)
    ? undefined
    : `its role is ${alert.role}, and the handler takes only ${roles.join(', ')}`;
}

function noneFits(what: string, globs: readonly Glob[] | undefined, texts: readonly string[]): string | undefined {
  if (globs === undefined || globs.some((one) => texts.some((text) => one.matches(text)))) return undefined;
  const [text] = texts;
  const is = text === undefined ? `it has no ${what}` : `its ${what} is ${text}`;
  return `${is}, and the handler takes only ${globs.map((one) => one.text).join(', ')}`;
}

function wrongKind(kinds: Selection['kinds'], { kind }: Alert): string | undefined {
  if (kinds === undefined || kinds.includes(kind)) return undefined;
  return `its kind is ${kind}, and the handler takes only ${kinds.join(', ')}`;
}

function tooUnimportant(least: number | undefined, { importance }: Alert): string | undefined {
  if (least === undefined || (importance !== undefined && importance >= least)) return undefined;
  const is = importance === undefined ? 'it has no importance' : `its importance is ${importance}`;
  return `${is}, and the handler’s minImportance is ${least}`;
}

function tooWide(most: number | undefined, { errorRadius }: Alert): string | undefined {
  if (most === undefined || (errorRadius !== undefined && errorRadius <= most)) return undefined;
  const is = errorRadius === undefined ? 'it has no error radius' : `its error radius is ${errorRadius}°`;
  return `${is}, and the handler’s maxErrorRadius is ${most}°`;
}

function withdrawn({ alert, thread, superseder }: Circumstances): string | undefined {
  if (alert.kind === 'retraction') return 'it is a retraction, and the handler only cancels';
  if (thread().retracted) return 'the event has been retracted';
  const name = superseder();
  return name === undefined ? undefined : `it has been superseded by ${name}`;
}

/** Why an alert is one of those that a handler without a rule takes. */
function selected(alert: Alert): string {
  return alert.test ? `${testMark(alert)}, and the handler takes tests` : `its role is ${alert.role}`;
}

function testMark({ role }: Alert): string {
  return role === 'test' ? 'its role is test' : `it is marked as a test, though its role is ${role}`;
}
