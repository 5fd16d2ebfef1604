import type { ASTNode, Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../common/errors.ts';
import { MEMBERS } from './environment.ts';
import { isNode } from './piece.ts';
import { RuleError, ruleError, typeInWords, unknownMember } from './rule-error.ts';

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
  checkNode(environment.parse(source).ast);
}

/** What the type check lets through and can never work. */
function checkNode(node: ASTNode): void {
  if (node.op === 'call' && node.args[0] === 'has') checkHas(node.args[1][0]);
  if (node.op === 'rcall' && node.args[0] === 'matches') checkPattern(node.args[2][0]);
  if (node.op === '/') checkDivision(node.args[0], node.args[1]);
  const parts: unknown[] = Array.isArray(node.args) ? node.args.flat(2) : [node.args];
  for (const part of parts) if (isNode(part)) checkNode(part);
}

/** `has` takes any name without a murmur, and a misspelt one would be false for ever. */
function checkHas(field: ASTNode | undefined): void {
  if (field?.op !== '.' || field.args[0].op !== 'id') return;
  const members = MEMBERS[String(field.args[0].args)];
  const name = field.args[1];
  if (members !== undefined && !members.includes(name))
    throw unknownMember(String(field.args[0].args), name, field.pos);
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
