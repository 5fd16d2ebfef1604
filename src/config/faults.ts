import type { z } from 'zod';
import { didYouMean } from '../common/suggest.ts';
import { descriptionAt, keysAt } from './schema-keys.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly (string | number)[];

/** Something wrong with a value, as its schema sees it. Plain data: it crosses process borders. */
export interface Fault {
  /** Where it is, from the schema's root. */
  readonly path: Path;
  /** Set when not the value at `path` is at fault but this key of it. */
  readonly key?: string;
  /** Whole sentences. */
  readonly message: string;
}

/** `with.exposure: It must be above 0.` @param top what the value is called */
export function faultsInWords(faults: readonly Fault[], top = 'with'): string {
  return faults
    .map(({ path, key, message }) => `${[top, ...path, ...(key === undefined ? [] : [key])].join('.')}: ${message}`)
    .join(' ');
}

/** What a schema found wrong with a value, in sentences that say what to write instead. */
export function faultsOf(issues: readonly Issue[], schema: unknown, value: unknown): Fault[] {
  return issues.filter(isOwnFault).flatMap((issue) => faultOf(issue, { schema, value }, []));
}

/** A value of the wrong kind is not also too short. */
function isOwnFault(issue: Issue, index: number, issues: readonly Issue[]): boolean {
  const place = issue.path.join('\0');
  return !issues.slice(0, index).some((other) => other.code === 'invalid_type' && other.path.join('\0') === place);
}

interface Subject {
  readonly schema: unknown;
  readonly value: unknown;
}

function faultOf(issue: Issue, subject: Subject, base: Path): Fault[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path,
        key,
        message: unknownKey(key, keysAt(subject.schema, path, subject.value)),
      }));
    case 'invalid_key': {
      const key = String(path.at(-1));
      const why = ownSentence(issue.issues[0]) ?? 'Write another.';
      return [{ path: path.slice(0, -1), key, message: `The name "${key}" is not allowed. ${why}` }];
    }
    case 'invalid_union':
      return unionFaults(issue, subject, path);
    default:
      return [{ path, message: sentenceOf(issue, subject, path) }];
  }
}

function unknownKey(key: string, known: readonly string[]): string {
  const suggestion = didYouMean(key, known);
  const options = suggestion === '' && known.length > 0 ? ` It may have ${known.join(', ')}.` : '';
  return `There is no option ${key}${suggestion}.${options}`;
}

/** Of the alternatives, the one that came nearest tells the most. */
function unionFaults(issue: Extract<Issue, { code: 'invalid_union' }>, subject: Subject, path: Path): Fault[] {
  const written = valueAt(subject.value, path);
  const own = ownSentence(issue);
  if ('options' in issue && Array.isArray(issue.options)) {
    return [{ path, message: choice(issue.options.map(String), subject, path) }];
  }
  if (own !== undefined) return [{ path, message: own }];
  const deepest = issue.errors.filter((errors) =>
    errors.some((error) => error.path.length > 0 || !['invalid_type', 'invalid_value'].includes(error.code)),
  );
  const best = deepest.length === 1 ? deepest[0] : undefined;
  if (best !== undefined && written !== undefined) return best.flatMap((inner) => faultOf(inner, subject, path));
  const expected = issue.errors.flatMap((errors) => errors.flatMap(kindsOf));
  return [{ path, message: expectation(either([...new Set(expected)]), subject, path) }];
}

function kindsOf(issue: Issue): string[] {
  if (issue.code === 'invalid_value') return issue.values.map(String);
  return 'expected' in issue ? [article(String(issue.expected))] : [];
}

function sentenceOf(issue: Issue, subject: Subject, path: Path): string {
  const written = valueAt(subject.value, path);
  const own = ownSentence(issue);
  if (own !== undefined) return own;
  switch (issue.code) {
    case 'invalid_type': {
      const hint = written === undefined || written === null ? '' : quoting(issue.expected, written);
      return `${expectation(article(issue.expected), subject, path)}${hint}`;
    }
    case 'invalid_value':
      return choice(issue.values.map(String), subject, path);
    case 'too_small':
      return limit('least', 'more than', issue.minimum, issue, written);
    case 'too_big':
      return limit('most', 'less than', issue.maximum, issue, written);
    case 'not_multiple_of':
      return `It must be a multiple of ${issue.divisor}, and is ${describe(written)}.`;
    case 'invalid_format':
      return `${describe(written)} ${formatOf(issue)}.`;
    default:
      return `${describe(written)} is not allowed here.`;
  }
}

const LIBRARY_WORDS =
  /^(?:Invalid (?:input$|input: expected |option: expected |(?:string|number): must |key in |element in |discriminator value)|Too (?:small|big): expected |Unrecognized key)/;

/** A schema's own sentence, where it has one, instead of the library's. */
function ownSentence(issue: Issue | undefined): string | undefined {
  if (issue === undefined || LIBRARY_WORDS.test(issue.message)) return undefined;
  const { message } = issue;
  if (issue.code === 'invalid_format' && /^Invalid \S+(?: \S+)?$/.test(message)) return undefined;
  return /[.!?]$/.test(message) ? message : `${message}.`;
}

function expectation(expected: string, { schema, value }: Subject, path: Path): string {
  const written = valueAt(value, path);
  if (written !== undefined && written !== null) return `Expected ${expected}, got ${describe(written)}.`;
  const meaning = firstSentence(descriptionAt(schema, path, value));
  const missing = written === undefined ? 'It is missing' : 'It has no value';
  return `${missing}. Write ${expected}${meaning === undefined ? '' : ` (${meaning})`}.`;
}

function choice(known: readonly string[], subject: Subject, path: Path): string {
  const written = valueAt(subject.value, path);
  if (written === undefined || written === null) return expectation(either(known), subject, path);
  const suggestion = typeof written === 'string' ? didYouMean(written, known) : '';
  return `It must be ${either(known)}, and is ${describe(written)}${suggestion}.`;
}

type Sized = { readonly origin: string; readonly inclusive?: boolean; readonly exact?: boolean };

function limit(most: string, beyond: string, bound: number | bigint, sized: Sized, written: unknown): string {
  const unit = { string: 'character', array: 'entry', set: 'entry', map: 'entry' }[sized.origin];
  if (unit === undefined) {
    const how = sized.inclusive === false ? beyond : `at ${most}`;
    return `It must be ${how} ${bound}, and is ${describe(written)}.`;
  }
  if (most === 'least' && bound === 1) return 'It must not be empty.';
  const units = bound === 1 ? unit : unit.replace(/y$/, 'ie').concat('s');
  return `It must have ${sized.exact === true ? 'exactly' : `at ${most}`} ${bound} ${units}.`;
}

function formatOf(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if ('prefix' in issue) return `must begin with "${issue.prefix}"`;
  if ('suffix' in issue) return `must end with "${issue.suffix}"`;
  if ('includes' in issue) return `must contain "${issue.includes}"`;
  if (issue.format === 'regex') return `does not have the form ${issue.pattern}`;
  return `is no valid ${issue.format}`;
}

const ARTICLES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a map of options',
  record: 'a map of names',
};

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

/** What YAML made of the value, when that was probably not meant. */
function quoting(expected: string, written: unknown): string {
  if (expected === 'string' && typeof written !== 'object') return ' Put it in quotes.';
  const isNumber = typeof written === 'string' && written.trim() !== '' && Number.isFinite(Number(written));
  if ((expected === 'number' || expected === 'int') && isNumber) return ' Remove the quotes.';
  if (expected === 'boolean' && /^(?:true|false)$/.test(String(written))) return ' Remove the quotes.';
  if ((expected === 'record' || expected === 'object') && Array.isArray(written)) {
    return ' Write NAME: in place of each dash.';
  }
  return expected === 'array' && typeof written === 'string'
    ? ` Write [${JSON.stringify(written)}] for a list of one.`
    : '';
}

function either(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' or $1');
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function firstSentence(description: string | undefined): string | undefined {
  const sentence = /^.*?(?=\.(?:\s|$)|$)/s.exec(description ?? '')?.[0];
  if (sentence === undefined || sentence === '') return undefined;
  return /^[A-Z](?:[a-z]|\s)/.test(sentence) ? sentence.charAt(0).toLowerCase() + sentence.slice(1) : sentence;
}

function valueAt(value: unknown, path: Path): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
}
