import type { Environment } from '@marcbachmann/cel-js';
import { messageOf } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { MEMBERS, RULE_FIELDS } from './environment.ts';
import { FUNCTIONS, signatureOf } from './terms.ts';

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

/** What the checker found, in words for someone who does not know CEL's grammar. */
export function ruleError(error: unknown, source: string, environment: Environment): RuleError {
  const { code = '', summary = messageOf(error), range } = (error ?? {}) as CelFault;
  const start = range?.start ?? 0;
  return new RuleError(sentenceOf({ code, summary, source, start, environment }), start);
}

/** Something behind a dot that is not there. @param of what stands before the dot: `alert`, `sky`, `thread.previous` */
function unknownMember(of: string, name: string, offset: number): RuleError {
  const known = MEMBERS[of === 'thread.previous' ? 'alert' : of];
  const what =
    Object.hasOwn(MEMBERS, of) && of !== 'alert' ? `There is no ${of}.${name}` : `An alert has no field ${name}`;
  return new RuleError(`${what}${didYouMean(name, known ?? [])}.`, offset);
}

interface CelFault {
  readonly code?: string;
  readonly summary?: string;
  readonly range?: { readonly start: number };
}

interface Place {
  readonly code: string;
  readonly summary: string;
  readonly source: string;
  readonly start: number;
  readonly environment: Environment;
}

function sentenceOf({ code, summary, source, start, environment }: Place): string {
  const subject = summary.slice(summary.indexOf(': ') + 2);
  switch (code) {
    case 'no_such_key':
      return unknownMember(/([\w.]+)\.\s*$/.exec(source.slice(0, start))?.[1] ?? '', subject, start).message;
    case 'unknown_variable':
      return unknownName(subject, environment);
    case 'no_such_overload':
      return operation(subject, source);
    case 'no_matching_overload':
      return call(/'(.*)'/.exec(summary)?.[1] ?? '', environment);
    case 'invalid_macro_argument':
      return HAS_USE;
    case 'unterminated_string':
      return 'The text that begins here has no closing quote.';
    case 'invalid_condition_type':
      return `A condition must be true or false, and this gives ${typeInWords(/'(.*)'/.exec(summary)?.[1] ?? '')}.`;
    case 'limit_exceeded':
      return 'The rule is too long or nested too deeply. Write several handlers, or a plugin.';
    case 'reserved_identifier':
      return `The word ${subject} has no use in a rule. Write a condition, such as alert.errorRadius < 1.0.`;
    case 'unexpected_character':
    case 'unexpected_token':
      return unreadable(source, start);
    default:
      if (summary.startsWith('Logical operator requires')) return logical(summary);
      return /^Expected \w+, got /.test(summary) ? unreadable(source, start) : `The rule cannot be used: ${summary}.`;
  }
}

const HAS_USE =
  'has() takes a field of the alert, such as has(alert.ra). It is not needed for a Param: where one is missing the rule is false.';

function unknownName(name: string, environment: Environment): string {
  if (Object.hasOwn(RULE_FIELDS, name)) return `There is nothing called ${name}. Write alert.${name}.`;
  if (Object.hasOwn(MEMBERS, name)) return `${capital(name)} means nothing here: only a handler's rule may name it.`;
  const { variables } = environment.getDefinitions();
  const known = [...variables.map((variable) => variable.name), ...FUNCTIONS.map((one) => one.name), 'has'];
  return `There is nothing called ${name}${didYouMean(name, known)}.`;
}

const TYPES: Record<string, string> = {
  double: 'a number',
  int: 'a whole number',
  uint: 'a whole number',
  string: 'text',
  bool: 'true or false',
  null: 'null',
  Alert: 'the whole alert',
  Sky: 'the sky',
  Site: 'the site',
  Thread: 'the thread',
  'google.protobuf.Timestamp': 'a time',
  'google.protobuf.Duration': 'a duration',
};

/** A CEL type in words. */
export function typeInWords(type: string): string {
  return (
    TYPES[type] ?? (type.startsWith('list') ? 'a list' : type.startsWith('map') ? 'a map' : `a value of type ${type}`)
  );
}

function logical(summary: string): string {
  const type = /got '(.*)'/.exec(summary)?.[1] ?? '';
  return `&& and || stand between conditions, and here is ${typeInWords(type)}. Compare it with something.`;
}

/** `double == string`, or `!double`. */
function operation(written: string, source: string): string {
  const [left = '', operator = '', right] = written.split(' ');
  if (right === undefined) {
    const [, sign = '', type = ''] = /^(\W+)(.*)$/.exec(written) ?? [];
    return `${sign} cannot be used on ${typeInWords(type)}.`;
  }
  if (isNumberAndWhole(left, right)) {
    const advice = 'Write the whole number with a decimal point, as 61.0.';
    return `${operator} cannot be used between ${typeInWords(left)} and ${typeInWords(right)}. ${advice}`;
  }
  const kinds = [left, itemOf(right)];
  const isNumberAndText = kinds.includes('string') && kinds.some((type) => /^(double|int)$/.test(type));
  const hint = !isNumberAndText
    ? ''
    : /\bparam\(/.test(source)
      ? ' Write number("NAME") for the number in a Param.'
      : ' Write a number without quotes, and text with them.';
  return `${operator} cannot be used between ${typeInWords(left)} and ${typeInWords(right)}.${hint}`;
}

/** Also a list of whole ones: CEL has two kinds of numbers, and compares them only with < and >. */
function isNumberAndWhole(left: string, right: string): boolean {
  const kinds = [left, itemOf(right)].toSorted();
  return kinds[0] === 'double' && kinds[1] === 'int';
}

/** Of a list, the kind of its items. */
const itemOf = (type: string): string => type.replace(/^list<(.*)>$/, '$1');

/** `foo(string)`, or `string.contain(int)`. */
function call(written: string, environment: Environment): string {
  const [, receiver, name = '', given = ''] = /^(?:(.*)\.)?(\w+)\((.*)\)$/.exec(written) ?? [];
  const known = environment.getDefinitions().functions.filter((one) => (one.receiverType ?? undefined) === receiver);
  const ours = FUNCTIONS.filter((one) => one.name === name).map(signatureOf);
  const uses = ours.length > 0 ? ours : known.filter((one) => one.name === name).map((one) => one.signature);
  if (uses.length === 0) {
    const suggestion = didYouMean(name, new Set(known.map((one) => one.name)));
    const where = receiver === undefined ? 'There is no function' : `${capital(typeInWords(receiver))} has no function`;
    return `${where} ${name}${suggestion}.`;
  }
  const kinds = given === '' ? 'nothing' : given.split(', ').map(typeInWords).join(', ');
  return `${name}() cannot take ${kinds}. It is used as ${uses.join(' or ')}.`;
}

const SLIPS: Record<string, string> = {
  and: '&&',
  or: '||',
  not: '!',
  '=': '==',
  '<>': '!=',
  '#': '//',
  AND: '&&',
  OR: '||',
  NOT: '!',
};

function unreadable(source: string, start: number): string {
  if (source.trim() === '') return 'The rule is empty. Write a condition, such as alert.errorRadius < 1.0.';
  const rest = source.slice(start).trim();
  if (rest === '') return 'The rule ends too soon: something is missing after this.';
  const word = /^(?:\w+|[<>]+|.)/s.exec(rest)?.[0] ?? '';
  const before = /(\w+)\s*$/.exec(source.slice(0, start))?.[1] ?? '';
  for (const slip of [word, before]) {
    if (Object.hasOwn(SLIPS, slip)) return `The rule cannot be read here. Write ${SLIPS[slip]} in place of ${slip}.`;
  }
  return `The rule cannot be read from "${word}" on.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
