import { EvaluationError } from '@marcbachmann/cel-js';
import type { Alert } from '../alert/model.ts';
import { messageOf } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { evaluateOn, MissingValue, RULE_FIELDS, ruleEnvironment } from './environment.ts';

/** A rule that does not compile or type-check. */
export class RuleError extends Error {
  /** Where in the expression, 0-based. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.name = 'RuleError';
    this.offset = offset;
  }
}

export interface RuleVerdict {
  readonly fired: boolean;
  /** What the rule saw; a clause. */
  readonly why: string;
}

export interface Rule {
  readonly source: string;
  /** Never throws: a value the alert does not have makes the rule false, also under a negation. */
  evaluate(alert: Alert): RuleVerdict;
}

/**
 * Compiles a rule in CEL and checks its types.
 *
 * @throws RuleError when it names what does not exist, compares what cannot be compared, or is not a condition
 */
export function compileRule(source: string): Rule {
  const checked = ruleEnvironment.check(source);
  if (!checked.valid) throw ruleError(checked.error);
  if (checked.type !== 'bool') {
    throw new RuleError(`The rule gives a ${checked.type}, not true or false. Compare it with something.`, 0);
  }
  const run = ruleEnvironment.parse(source);
  const seen = namesIn(source);
  return {
    source,
    evaluate: (alert) => {
      try {
        const fired = evaluateOn(alert, (context) => run(context)) === true;
        return { fired, why: `the rule is ${fired}: ${source}${values(seen, alert)}` };
      } catch (error) {
        return { fired: false, why: `${reasonOf(error)}: ${source}` };
      }
    },
  };
}

function ruleError(error: unknown): RuleError {
  if (typeof error !== 'object' || error === null) return new RuleError(String(error), 0);
  const summary = 'summary' in error && typeof error.summary === 'string' ? error.summary : messageOf(error);
  const range = 'range' in error ? (error.range as { start?: number } | undefined) : undefined;
  const unknown = /^(?:No such key|Unknown variable): (\w+)/.exec(summary)?.[1];
  const known = summary.startsWith('No such key') ? Object.keys(RULE_FIELDS) : ['alert', 'param', 'number', 'has'];
  if (unknown === undefined) return new RuleError(`${sentence(summary)}.`, range?.start ?? 0);
  const what = summary.startsWith('No such key') ? 'An alert has no field' : 'There is nothing called';
  return new RuleError(`${what} ${unknown}${didYouMean(unknown, known)}.`, range?.start ?? 0);
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replace(/\.$/, '');
}

function reasonOf(error: unknown): string {
  if (error instanceof MissingValue) return `the alert has no ${error.message}`;
  const missing = error instanceof EvaluationError ? /^No such key: (\w+)/.exec(error.message)?.[1] : undefined;
  if (missing !== undefined) return `the alert has no ${missing}`;
  return `the rule cannot be evaluated (${messageOf(error).split('\n')[0]})`;
}

/** The alert's fields and Params that the expression mentions. */
function namesIn(source: string): string[] {
  const mentioned = source.matchAll(/\balert\.(\w+)|\b(?:param|number)\(\s*["']([^"']+)["']\s*\)/g);
  return [...new Set([...mentioned].map(([, field, param]) => (field === undefined ? `@${param}` : field)))];
}

const LONGEST_VALUE = 60;

function values(names: readonly string[], alert: Alert): string {
  if (names.length === 0) return '';
  const shown = names.map((name) => {
    const isParam = name.startsWith('@');
    const value = isParam
      ? alert.params.find((param) => param.name === name.slice(1))?.value
      : alert[name as keyof typeof RULE_FIELDS];
    const text = value === undefined ? 'none' : String(value);
    return `${isParam ? name.slice(1) : name} = ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text}`;
  });
  return ` (${shown.join(', ')})`;
}
