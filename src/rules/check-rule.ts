import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { FORMATS, KINDS, ROLES } from '../alert/model.ts';
import { messageOf } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { isNode, pieceOf } from './piece.ts';
import { RuleError, ruleError, typeInWords } from './rule-error.ts';

/** @throws RuleError when it is not a condition that can be evaluated */
export function checkRule(source: string, environment: Environment): void {
  const checked = environment.check(source);
  if (!checked.valid) throw ruleError(checked.error, source, environment);
  if (checked.type !== 'bool') {
    throw new RuleError(
      `The rule gives ${typeInWords(String(checked.type))}, not true or false. Compare it with something.`,
      0,
    );
  }
  checkNode(environment.parse(source).ast, { source, environment });
}

interface Written {
  readonly source: string;
  readonly environment: Environment;
}

/** What the type check lets through and can never work. */
function checkNode(node: ASTNode, written: Written): void {
  if (node.op === 'call' && node.args[0] === 'has') checkHas(node.args[1][0], written);
  if (node.op === 'call' && isConstructor(node.args[0])) checkConstant(node, node.args[0], written);
  if (node.op === 'rcall' && node.args[0] === 'matches') checkPattern(node.args[2][0]);
  if (node.op === '/') checkDivision(node.args[0], node.args[1]);
  if (node.op === '==' || node.op === '!=') checkWord(node.args[0], node.args[1]);
  const parts: unknown[] = Array.isArray(node.args) ? node.args.flat(2) : [node.args];
  for (const part of parts) if (isNode(part)) checkNode(part, written);
}

/** `has` takes any name without a murmur, and a misspelt one would be false for ever. */
function checkHas(field: ASTNode | undefined, { source, environment }: Written): void {
  const text = field === undefined ? undefined : pieceOf(source, field, environment);
  if (field === undefined || text === undefined) return;
  const { error } = environment.check(text);
  if ((error as { code?: string } | undefined)?.code !== 'no_such_key') return;
  const { message, offset } = ruleError(error, text, environment);
  throw new RuleError(message, field.range.start + offset);
}

const CONSTRUCTORS = {
  duration: 'Write a number and a unit, as duration("10m").',
  timestamp: 'Write a time, as timestamp("2026-11-22T10:00:00Z").',
} as const;

const isConstructor = (name: unknown): name is keyof typeof CONSTRUCTORS =>
  typeof name === 'string' && Object.hasOwn(CONSTRUCTORS, name);

/** A duration or time that is written down and is none would be missing for ever. */
function checkConstant(call: ASTNode, name: keyof typeof CONSTRUCTORS, { source, environment }: Written): void {
  const [, given] = call.args as [string, ASTNode[]];
  const text = given.every(({ op }) => op === 'value') ? pieceOf(source, call, environment) : undefined;
  if (text === undefined) return;
  try {
    environment.parse(text)({});
  } catch {
    throw new RuleError(`${text} is no ${name}. ${CONSTRUCTORS[name]}`, call.range.start);
  }
}

const WORDS: Readonly<Record<string, readonly string[]>> = { role: ROLES, kind: KINDS, format: FORMATS };

/** A role that there is not is nobody's. */
function checkWord(left: ASTNode, right: ASTNode): void {
  const [path, value] = left.op === 'value' ? [right, left] : [left, right];
  if (path.op !== '.' || value.op !== 'value' || typeof value.args !== 'string') return;
  const [of, field] = path.args as [ASTNode, string];
  const words = of.op === 'id' && of.args === 'alert' && Object.hasOwn(WORDS, field) ? WORDS[field] : undefined;
  if (words === undefined || words.includes(value.args)) return;
  const known = `It is ${words.join(', ')}`.replace(/, ([^,]*)$/, ' or $1');
  throw new RuleError(
    `No alert has the ${field} "${value.args}"${didYouMean(value.args, words)}. ${known}.`,
    value.pos,
  );
}

/** `1 / 31557600` is 0, of which nobody who writes a rule thinks. */
function checkDivision(dividend: ASTNode, divisor: ASTNode): void {
  if (![dividend, divisor].every(({ op, args }) => op === 'value' && typeof args === 'bigint')) return;
  const written = `${dividend.args} / ${divisor.args}`;
  throw new RuleError(
    `${written} drops the fraction, because both are whole numbers. Write ${dividend.args}.0 / ${divisor.args}.0.`,
    dividend.pos,
  );
}

function checkPattern(pattern: ASTNode | undefined): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return;
  try {
    new RegExp(pattern.args);
  } catch (error) {
    throw new RuleError(`${messageOf(error)}. Mend the regular expression.`, pattern.pos);
  }
}
