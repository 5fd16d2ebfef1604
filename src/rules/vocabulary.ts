import type { Environment } from '@marcbachmann/cel-js';
import { checkRule } from './check-rule.ts';
import { alertEnvironment, evaluateOn, handlerEnvironment, MEMBERS } from './environment.ts';
import type { Facts } from './facts.ts';
import { type Logic, logicOf } from './logic.ts';
import { RuleError } from './rule-error.ts';
import { FUNCTIONS } from './terms.ts';

/** Values of one kind, for `in`. */
export type List = readonly string[] | readonly number[];

export interface Condition {
  readonly source: string;
  readonly logic: Logic;
}

/** What rules may name. */
export interface Vocabulary {
  readonly environment: Environment;
  readonly conditions: ReadonlyMap<string, Condition>;
  /** The lists, and the conditions as values, each looked at only when it is read. */
  readonly named: (facts: Facts) => object;
}

/** For rules about an alert alone. */
export const ALERT_ONLY: Vocabulary = { environment: alertEnvironment, conditions: new Map(), named: () => ({}) };

/** A condition or list that cannot be used. */
export interface VocabularyProblem {
  readonly kind: 'conditions' | 'lists';
  readonly name: string;
  readonly error: RuleError;
}

const TAKEN = new Set([
  ...Object.keys(MEMBERS),
  ...FUNCTIONS.map(({ name }) => name),
  'has',
  'size',
  'duration',
  'timestamp',
  ...['bool', 'bytes', 'cel', 'double', 'dyn', 'google', 'int', 'list', 'map', 'optional', 'string', 'type', 'uint'],
  ...['as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'in', 'let', 'loop', 'package'],
  ...['namespace', 'return', 'var', 'void', 'while', 'true', 'false', 'null'],
]);

/**
 * The vocabulary of a configuration: its conditions and lists beside what all rules may name.
 *
 * @param conditions by name; they may name each other, but not themselves
 */
export function createVocabulary(
  conditions: Readonly<Record<string, string>>,
  lists: Readonly<Record<string, List>>,
): { vocabulary: Vocabulary; problems: readonly VocabularyProblem[] } {
  const environment = handlerEnvironment.clone();
  const problems: VocabularyProblem[] = [];
  const refuse = (kind: VocabularyProblem['kind'], name: string, message: string, offset = 0): number =>
    problems.push({ kind, name, error: new RuleError(message, offset) });
  const free = Object.entries(lists).filter(([name]) => isFree(name, refuse, 'lists'));
  for (const [name, values] of free) {
    // Not as a constant: of those the kind of their items is not checked.
    environment.registerVariable(name, typeof values[0] === 'number' ? 'list<double>' : 'list<string>');
  }
  const listed = Object.fromEntries(free);
  // Also those that cannot be used: what names them has no fault of its own.
  for (const name of Object.keys(conditions)) {
    if (!TAKEN.has(name) && !Object.hasOwn(lists, name)) environment.registerVariable(name, 'bool');
  }
  const known = new Map<string, Condition>();
  for (const name of inOrder(conditions, (name) =>
    refuse('conditions', name, `${name} needs itself. Take it out of what it names.`),
  )) {
    if (!isFree(name, refuse, 'conditions')) continue;
    if (Object.hasOwn(lists, name)) {
      refuse('conditions', name, `There is a list called ${name} too. Rename one of them.`);
      continue;
    }
    const source = conditions[name] ?? '';
    try {
      checkRule(source, environment);
      known.set(name, { source, logic: logicOf(source, environment, (one) => known.get(one)?.logic) });
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      problems.push({ kind: 'conditions', name, error });
    }
  }
  return {
    vocabulary: { environment, conditions: known, named: (facts) => values(known, listed, environment, facts) },
    problems,
  };
}

function isFree(
  name: string,
  refuse: (kind: VocabularyProblem['kind'], name: string, message: string) => void,
  kind: VocabularyProblem['kind'],
): boolean {
  if (!TAKEN.has(name)) return true;
  refuse(kind, name, `${name} means something in every rule already. Rename it.`);
  return false;
}

/** Each after those that it names. */
function inOrder(conditions: Readonly<Record<string, string>>, circular: (name: string) => void): string[] {
  const order: string[] = [];
  const state = new Map<string, 'looking' | 'done'>();
  const look = (name: string): void => {
    if (state.get(name) === 'done') return;
    if (state.get(name) === 'looking') {
      circular(name);
      return;
    }
    state.set(name, 'looking');
    for (const [word = ''] of withoutText(conditions[name] ?? '').matchAll(/(?<![.\w])[A-Za-z_]\w*/g)) {
      if (Object.hasOwn(conditions, word)) look(word);
    }
    state.set(name, 'done');
    order.push(name);
  };
  for (const name of Object.keys(conditions)) look(name);
  return order;
}

/** Also without comments, in which an apostrophe begins no text. */
const withoutText = (source: string): string => source.replace(/\/\/[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '""');

/** A condition inside a test, as in `dark ? a : b`. */
function values(
  conditions: ReadonlyMap<string, Condition>,
  lists: Readonly<Record<string, List>>,
  environment: Environment,
  facts: Facts,
): object {
  const named = { ...lists };
  for (const [name, { source }] of conditions) {
    Object.defineProperty(named, name, {
      enumerable: true,
      get: () => evaluateOn(facts, named, (context) => environment.parse(source)(context)),
    });
  }
  return named;
}
