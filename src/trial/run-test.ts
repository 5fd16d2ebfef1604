import { readFile } from 'node:fs/promises';
import type { Decoder } from '../alert/decode.ts';
import type { Decoded } from '../alert/decoded.ts';
import { explain } from '../common/errors.ts';
import type { HandlerVerdict } from '../rules/router.ts';
import type { Selection } from '../rules/selection.ts';
import { sampleAlert } from './sample.ts';
import type { TestSettings } from './settings.ts';
import { Trial } from './trial.ts';

/** One expectation that was not met. */
export interface TestFailure {
  readonly handler: string;
  readonly expected: string;
  readonly got: string;
  readonly verdict: HandlerVerdict;
}

export interface TestResult {
  /** Why it could not be carried out. */
  readonly problem: string | undefined;
  readonly failures: readonly TestFailure[];
}

/** Where neither the test nor its alert says when. */
const SOME_TIME = '2026-01-01T00:00:00.000Z';
const SECOND_MS = 1_000;

/** Carries out one test of a configuration. @param source by which its alerts came */
export async function runTest(
  test: TestSettings,
  selections: readonly Selection[],
  decoder: Decoder,
  source: string,
): Promise<TestResult> {
  const alerts: Decoded[] = [];
  try {
    alerts.push(...(await alertsOf(test, decoder, source)));
  } catch (error) {
    return { problem: explain(error), failures: [] };
  }
  const trial = new Trial(selections);
  const last = timeOf(test.at ?? alerts.at(-1)?.alert.date ?? SOME_TIME);
  const tried = alerts.map((decoded, index) => {
    const now = arrival(decoded, last, alerts.length - 1 - index);
    return trial.decide(arrived(decoded, now), now);
  });
  return { problem: undefined, failures: failuresOf(test, tried.at(-1)?.verdicts ?? []) };
}

async function alertsOf(test: TestSettings, decoder: Decoder, source: string): Promise<Decoded[]> {
  const { packets, alert, alerts, at } = test;
  if (packets !== undefined) return await Promise.all(packets.map((file) => decodedFile(file, decoder, source)));
  const given = alerts ?? (alert === undefined ? [] : [alert]);
  const last = timeOf(at ?? given.at(-1)?.date ?? SOME_TIME);
  return given.map((one, index) => {
    const time = new Date(last - (given.length - 1 - index) * SECOND_MS).toISOString();
    return sampleAlert(one, index + 1, time, source);
  });
}

async function decodedFile(file: string, decoder: Decoder, source: string): Promise<Decoded> {
  try {
    return decoder.read(await readFile(file), { source, receivedAt: '' }, { validate: true });
  } catch (error) {
    throw new Error(`Cannot read ${file}: ${explain(error)}`, { cause: error });
  }
}

/** The last one comes when the test says, earlier ones when they were written. */
function arrival({ alert }: Decoded, last: number, after: number): number {
  if (after === 0) return last;
  const latest = last - after * SECOND_MS;
  return alert.date === undefined ? latest : Math.min(latest, timeOf(alert.date));
}

/** With the time of its reception, which the alert does not know unless the test says it. */
function arrived({ alert, threadKeys }: Decoded, now: number): Decoded {
  const receivedAt = alert.receivedAt === '' ? new Date(now).toISOString() : alert.receivedAt;
  return { alert: Object.freeze({ ...alert, receivedAt }), threadKeys };
}

function failuresOf({ fires, silent, because }: TestSettings, verdicts: readonly HandlerVerdict[]): TestFailure[] {
  const verdictOf = (handler: string): HandlerVerdict[] => verdicts.filter((verdict) => verdict.handler === handler);
  const wrong = (handlers: readonly string[], fired: boolean): TestFailure[] =>
    handlers
      .flatMap(verdictOf)
      .flatMap((verdict) =>
        verdict.fired === fired
          ? []
          : [{ handler: verdict.handler, expected: inWords(fired), got: inWords(verdict.fired), verdict }],
      );
  const unsaid = Object.entries(because).flatMap(([handler, text]) =>
    verdictOf(handler)
      .filter(({ why }) => !why.includes(text))
      .map((verdict) => ({ handler, expected: `that because says “${text}”`, got: `“${verdict.why}”`, verdict })),
  );
  return [...wrong(fires, true), ...wrong(silent, false), ...unsaid];
}

const inWords = (fired: boolean): string => (fired ? 'that it fires' : 'that it does not fire');

const timeOf = (time: string): number => Date.parse(time);
