import type { z } from 'zod';
import { didYouMean } from '../common/suggest.ts';
import type { ConfigDocument, ConfigPath } from './document.ts';
import type { Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

/**
 * A schema's issues as problems of the file. Unknown keys and near misses are named; everything is a whole sentence.
 *
 * @param knownKeys the keys a map at this path may have, for suggestions
 */
export function problemsOf(
  issues: readonly Issue[],
  document: ConfigDocument,
  knownKeys: (path: ConfigPath) => readonly string[],
  base: ConfigPath = [],
): Problem[] {
  return issues.flatMap((issue) => problemOf(issue, document, knownKeys, base));
}

function problemOf(
  issue: Issue,
  document: ConfigDocument,
  knownKeys: (path: ConfigPath) => readonly string[],
  base: ConfigPath,
): Problem[] {
  const path = [...base, ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))];
  const name = path.join('.');
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(document, path, key, knownKeys(path)));
    case 'invalid_union':
      return unionProblems(issue, document, knownKeys, path);
    case 'invalid_key':
      return [
        document.problemAtKey(
          path.slice(0, -1),
          String(path.at(-1)),
          `${name}: ${issue.issues[0]?.message ?? 'This name is not allowed.'}`,
        ),
      ];
    default:
      return [document.problem(path, `${name === '' ? '' : `${name}: `}${sentenceOf(issue, document, path)}`)];
  }
}

export function unknownKey(document: ConfigDocument, path: ConfigPath, key: string, known: readonly string[]): Problem {
  const where = path.length === 0 ? 'the configuration' : path.join('.');
  const suggestion = didYouMean(key, known);
  const options = suggestion === '' && known.length > 0 ? ` It may have ${known.join(', ')}.` : '';
  return document.problemAtKey(path, key, `There is no option ${key} in ${where}${suggestion}.${options}`);
}

/** Of the alternatives, the one that came nearest tells the most. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  document: ConfigDocument,
  knownKeys: (path: ConfigPath) => readonly string[],
  path: ConfigPath,
): Problem[] {
  if (issue.errors.length === 0) {
    return [document.problem(path, `${path.join('.')}: ${sentenceOf(issue, document, path)}`)];
  }
  const deepest = issue.errors.filter((errors) =>
    errors.some((error) => error.path.length > 0 || error.code !== 'invalid_type'),
  );
  const best = deepest.length === 1 ? deepest[0] : undefined;
  if (best !== undefined) return problemsOf(best, document, knownKeys, path);
  const expected = issue.errors.flatMap((errors) =>
    errors.map((error) => ('expected' in error ? article(String(error.expected)) : '')),
  );
  return [
    document.problem(path, `${path.join('.')}: Expected ${[...new Set(expected.filter(Boolean))].join(' or ')}.`),
  ];
}

function sentenceOf(issue: Issue, document: ConfigDocument, path: ConfigPath): string {
  switch (issue.code) {
    case 'invalid_type':
      if (valueAt(document.value, path) === undefined) return `It is missing. Expected ${article(issue.expected)}.`;
      return `Expected ${article(issue.expected)}, got ${describe(valueAt(document.value, path))}.`;
    case 'invalid_value': {
      const written = valueAt(document.value, path);
      const known = issue.values.map(String);
      const suggestion = typeof written === 'string' ? didYouMean(written, known) : '';
      return `It must be ${known.join(', ').replace(/, ([^,]*)$/, ' or $1')}, and is ${describe(written)}${suggestion}.`;
    }
    case 'too_small':
      return customOr(
        issue.message,
        `It must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters long' : ''}.`,
      );
    case 'too_big':
      return customOr(issue.message, `It must be at most ${issue.maximum}.`);
    default:
      return issue.message;
  }
}

/** A schema's own sentence where it has one, instead of the library's. */
function customOr(message: string, sentence: string): string {
  return /^Too (small|big)|^Invalid/.test(message) ? sentence : message;
}

const ARTICLES: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map of options',
  record: 'a map of names',
};

function article(expected: string): string {
  return ARTICLES[expected] ?? expected;
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  return typeof value === 'string' ? `"${value}"` : String(value);
}

function valueAt(value: unknown, path: ConfigPath): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = (current as Record<string | number, unknown>)[part];
  }
  return current;
}
