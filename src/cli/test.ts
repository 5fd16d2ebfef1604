import { createDecoder } from '../alert/decode.ts';
import { UserError } from '../common/errors.ts';
import { discard } from '../prepare.ts';
import { selectionOf } from '../selection.ts';
import { type PlacedTest, placeInWords } from '../trial/collect.ts';
import { runTest, type TestResult } from '../trial/run-test.ts';
import { EXIT } from './exit.ts';
import { explainVerdict, oneLine } from './explanation.ts';
import { createLogger } from './logger.ts';
import { prepareOrTell } from './prepare-or-tell.ts';

export interface TestOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `voeventd test`: the tests of a configuration, each decided as the daemon would. */
export async function testCommand(options: TestOptions): Promise<number> {
  const log = await createLogger({ level: 'warn', format: 'auto' });
  const { prepared, problems, file } = await prepareOrTell(options.config, log);
  await discard(prepared?.handlers ?? []);
  await log.flush();
  if (prepared === undefined) return EXIT.failed;
  const { settings, handlers, tests } = prepared;
  if (tests.length === 0) {
    // What is wrong with those there are has been told.
    if (problems.length > 0) return EXIT.failed;
    throw new UserError(
      'test.none',
      `Cannot test ${file}: it has no tests. Write some into tests:, or into a file NAME.test.yaml beside it.`,
    );
  }
  const selections = handlers.map((handler) => selectionOf(handler, settings));
  const decoder = await createDecoder();
  const source = Object.keys(settings.sources)[0] ?? 'test';
  const done: Done[] = [];
  for (const test of tests) done.push({ test, result: await runTest(test, selections, decoder, source) });
  process.stdout.write(options.json === true ? `${JSON.stringify(done.map(jsonOf), null, 2)}\n` : report(done));
  return problems.length === 0 && done.every(({ result }) => isPassed(result)) ? EXIT.ok : EXIT.failed;
}

interface Done {
  readonly test: PlacedTest;
  readonly result: TestResult;
}

const isPassed = ({ problem, failures }: TestResult): boolean => problem === undefined && failures.length === 0;

function report(done: readonly Done[]): string {
  const lines = done.flatMap(({ test: { name, place }, result }) => {
    if (isPassed(result)) return [`✓ ${oneLine(name)}`];
    const head = `✗ ${oneLine(name)} (${placeInWords(place)})`;
    if (result.problem !== undefined) return [head, `    ${oneLine(result.problem)}`];
    return [
      head,
      ...result.failures.flatMap(({ handler, expected, got, verdict }) => [
        `    ${handler}: expected ${expected}, got ${oneLine(got)}`,
        ...explainVerdict(verdict).map((line) => `      ${line}`),
      ]),
    ];
  });
  const failed = done.filter(({ result }) => !isPassed(result)).length;
  const count = done.length === 1 ? '1 test' : `${done.length} tests`;
  return `${lines.join('\n')}\n\n${count}: ${failed === 0 ? 'all passed' : `${failed} failed`}.\n`;
}

function jsonOf({ test: { name, place }, result }: Done): object {
  const { problem, failures } = result;
  return {
    ...{ name, ...place, passed: isPassed(result) },
    ...(problem === undefined ? {} : { problem }),
    failures: failures.map(({ handler, expected, got, verdict: { fired, why, values = {} } }) => ({
      ...{ handler, expected, got, fired, why, values },
    })),
  };
}
