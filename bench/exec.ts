import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { untilDone } from './decided.ts';
import { type Bench, session } from './session.ts';
import { median } from './statistics.ts';
import { daemon } from './subject.ts';

export interface ExecRate {
  readonly concurrency: number;
  /** Programs that ran to their end, from the first alert sent. */
  readonly perSecond: number;
  /** The same program, started as often at once by hardly anything. */
  readonly floorPerSecond: number;
}

const CONCURRENCIES = [1, 4] as const;
const ALERTS = 1_000;
const PROGRAM = '/bin/true';

/** (j) How many programs a second the exec plugin runs. */
export async function measureExec(bench: Bench): Promise<ExecRate[]> {
  const rounds: ExecRate[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    for (const concurrency of CONCURRENCIES) {
      const perSecond = await rateOf(bench, concurrency);
      rounds.push({ concurrency, perSecond, floorPerSecond: await floorOf(concurrency) });
    }
  }
  return CONCURRENCIES.map((concurrency) => {
    const own = rounds.filter((round) => round.concurrency === concurrency);
    const of = (read: (rate: ExecRate) => number): number => median(own.map(read));
    const floorPerSecond = of((rate) => rate.floorPerSecond);
    return { concurrency, perSecond: of((rate) => rate.perSecond), floorPerSecond };
  });
}

async function rateOf(bench: Bench, concurrency: number): Promise<number> {
  const handler = {
    name: `exec ${PROGRAM}`,
    yaml: `{ plugin: exec, concurrency: ${concurrency}, with: { command: [${PROGRAM}] } }`,
  };
  return await session(bench, daemon(bench.executable, handler), async (broker, _running, directory) => {
    const startedAt = performance.now();
    await broker.run({ kind: 'count', window: ALERTS, count: ALERTS });
    await untilDone(join(directory, 'journal.db'), ALERTS);
    return ALERTS / ((performance.now() - startedAt) / 1_000);
  });
}

async function floorOf(concurrency: number): Promise<number> {
  const startedAt = performance.now();
  let left = ALERTS;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await new Promise((resolve) => spawn(PROGRAM, { stdio: ['ignore', 'pipe', 'pipe'] }).once('close', resolve));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return ALERTS / ((performance.now() - startedAt) / 1_000);
}
