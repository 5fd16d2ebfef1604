import { type ASTNode, EvaluationError } from '@marcbachmann/cel-js';
import type { Alert } from '../alert/model.ts';
import { messageOf } from '../common/errors.ts';
import { evaluateOn, MissingValue, RULE_FIELDS, ruleEnvironment } from './environment.ts';
import { RuleError, ruleError, typeInWords, unknownField } from './rule-error.ts';

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
  if (!checked.valid) throw ruleError(checked.error, source);
  if (checked.type !== 'bool') {
    throw new RuleError(
      `The rule gives ${typeInWords(String(checked.type))}, not true or false. Compare it with something.`,
      0,
    );
  }
  const run = ruleEnvironment.parse(source);
  checkNode(run.ast);
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

/** What the type check lets through and can never work. */
function checkNode(node: ASTNode): void {
  if (node.op === 'call' && node.args[0] === 'has') checkHas(node.args[1][0]);
  if (node.op === 'rcall' && node.args[0] === 'matches') checkPattern(node.args[2][0]);
  const parts: unknown[] = Array.isArray(node.args) ? node.args.flat(2) : [node.args];
  for (const part of parts) if (isNode(part)) checkNode(part);
}

/** `has` takes any name without a murmur, and a misspelt one would be false for ever. */
function checkHas(field: ASTNode | undefined): void {
  if (field?.op !== '.' || field.args[0].op !== 'id' || field.args[0].args !== 'alert') return;
  const name = field.args[1];
  if (!Object.hasOwn(RULE_FIELDS, name)) throw unknownField(name, field.pos);
}

function checkPattern(pattern: ASTNode | undefined): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return;
  try {
    new RegExp(pattern.args);
  } catch (error) {
    throw new RuleError(`${messageOf(error)}. Mend the regular expression.`, pattern.pos);
  }
}

function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
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
      : alert[name as keyof Alert];
    const text = value === undefined ? 'none' : name === 'raw' ? 'given' : inWords(value);
    return `${isParam ? name.slice(1) : name} = ${text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text}`;
  });
  return ` (${shown.join(', ')})`;
}

/** Lists and objects are not printed whole: a packet may be among them. */
function inWords(value: unknown): string {
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'string') ? value.join(' ') : `${value.length} of them`;
  return typeof value === 'object' ? 'given' : String(value);
}
