import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { explain } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { ConfigDocument, type ConfigPath } from '../config/document.ts';
import { faultsOf } from '../config/faults.ts';
import { type Problem, sortProblems } from '../config/problem.ts';
import { problemsOf } from '../config/validate.ts';
import { type TestSettings, testsSchema } from './settings.ts';

/** A test, and where it is written. */
export interface PlacedTest extends TestSettings {
  readonly place: { readonly file: string; readonly line: number };
}

export interface Collected {
  readonly tests: readonly PlacedTest[];
  /** What is wrong with them, but for the shape of those in the configuration, which is the settings' to refuse. */
  readonly problems: readonly Problem[];
}

/** The tests of a configuration: those of its section `tests`, and those of the files `*.test.yaml` beside it. */
export function collectTests(document: ConfigDocument, handlers: readonly string[]): Collected {
  const own = (document.value as { tests?: unknown } | null | undefined)?.tests;
  const collected = [
    own === undefined ? NONE : read({ document, value: own, base: ['tests'], handlers, isConfiguration: true }),
    ...filesBeside(document.file).map((file) => readFile(file, handlers)),
  ];
  return {
    tests: collected.flatMap(({ tests }) => tests),
    problems: collected.flatMap(({ problems }) => sortProblems(problems)),
  };
}

const NONE: Collected = { tests: [], problems: [] };

function filesBeside(file: string): string[] {
  const folder = dirname(file);
  try {
    return readdirSync(folder)
      .filter((name) => /\.test\.ya?ml$/.test(name) && name !== basename(file))
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function readFile(file: string, handlers: readonly string[]): Collected {
  let document: ConfigDocument;
  try {
    document = ConfigDocument.read(file);
  } catch (error) {
    return { tests: [], problems: [{ file, line: 1, column: 1, message: `Cannot read the tests: ${explain(error)}` }] };
  }
  const { value, problems } = document;
  if (problems.length > 0) return { tests: [], problems };
  if (Array.isArray(value)) return read({ document, value, base: [], handlers, isConfiguration: false });
  if (typeof value === 'object' && value !== null && Object.keys(value).join() === 'tests') {
    return read({
      document,
      value: (value as { tests: unknown }).tests,
      base: ['tests'],
      handlers,
      isConfiguration: false,
    });
  }
  return {
    tests: [],
    problems: [document.problem([], 'A file of tests holds a list of tests, or tests: and nothing else.')],
  };
}

interface Written {
  readonly document: ConfigDocument;
  readonly value: unknown;
  /** Where the list stands in the file. */
  readonly base: ConfigPath;
  readonly handlers: readonly string[];
  readonly isConfiguration: boolean;
}

function read({ document, value, base, handlers, isConfiguration }: Written): Collected {
  const schema = testsSchema(dirname(document.file));
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const faults = isConfiguration ? [] : faultsOf(parsed.error.issues, schema, value);
    return { tests: [], problems: problemsOf(faults, document, base) };
  }
  const tests = parsed.data.map((test, index) => {
    const { file, line } = document.problem([...base, index], '');
    return { ...test, place: { file, line } };
  });
  const problems = parsed.data.flatMap((test, index) => [
    ...unknownHandlers(test, [...base, index], document, handlers),
    ...missingFiles(test, [...base, index], document),
  ]);
  return { tests, problems };
}

function unknownHandlers(
  { fires, silent, because }: TestSettings,
  path: ConfigPath,
  document: ConfigDocument,
  handlers: readonly string[],
): Problem[] {
  const sentence = (name: string): string => `There is no handler ${name}${didYouMean(name, handlers)}.`;
  const listed = Object.entries({ fires, silent }).flatMap(([key, names]) =>
    names.flatMap((name, index) => {
      const place = [...path, key, index];
      return handlers.includes(name) ? [] : [document.problem(place, `${place.join('.')}: ${sentence(name)}`)];
    }),
  );
  const place = [...path, 'because'];
  const explained = Object.keys(because)
    .filter((name) => !handlers.includes(name))
    .map((name) => document.problemAtKey(place, name, `${place.join('.')}: ${sentence(name)}`));
  return [...listed, ...explained];
}

function missingFiles({ packets = [] }: TestSettings, path: ConfigPath, document: ConfigDocument): Problem[] {
  return packets.flatMap((file, index) => {
    const reason = unreadable(file);
    if (reason === undefined) return [];
    const place = [...path, 'packets', index];
    return [document.problem(place, `${place.join('.')}: Cannot read ${file}: ${reason}.`)];
  });
}

function unreadable(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? undefined : 'it is no file';
  } catch (error) {
    return explain(error);
  }
}

/** As compilers write it, so that editors can jump there. */
export function placeInWords({ file, line }: PlacedTest['place']): string {
  const short = relative(process.cwd(), file);
  return `${short.startsWith('..') ? file : short}:${line}`;
}
