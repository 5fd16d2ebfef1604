import { join } from 'node:path';
import { untilDecided } from './decided.ts';
import { type Bench, session } from './session.ts';
import { daemon, floor, NEVER, type Subject } from './subject.ts';

export interface Memory {
  readonly name: string;
  readonly role: 'burst' | 'backfill' | 'floor';
  readonly alerts: number;
  /** Of the whole process, what it maps of its own executable included. */
  readonly peakMiB: number;
  /** The part that is not the executable, at the end. */
  readonly anonymousMiB: number;
  readonly ackedPerSecond: number;
  /** Until the last decision was recorded; undefined when that was not waited for. */
  readonly decidedPerSecond: number | undefined;
}

const BURST = 100_000;
const BACKFILL = 40_000;
const WINDOW = 1_000;

/** (c) The most memory the process ever had: after a burst, and after a back-fill that was decided to its end. */
export async function measureMemory(bench: Bench): Promise<Memory[]> {
  const measured = daemon(bench.executable, NEVER);
  return [
    await measureOne(bench, floor(true), 'floor', BURST),
    await measureOne(bench, measured, 'burst', BURST),
    await measureOne(bench, measured, 'backfill', BACKFILL),
  ];
}

async function measureOne(bench: Bench, subject: Subject, role: Memory['role'], alerts: number): Promise<Memory> {
  return await session(bench, subject, async (broker, running, directory) => {
    const startedAt = performance.now();
    const result = await broker.run({ kind: 'count', window: WINDOW, count: alerts });
    let decidedPerSecond: number | undefined;
    if (role === 'backfill') {
      await untilDecided(join(directory, 'journal.db'), alerts);
      decidedPerSecond = alerts / ((performance.now() - startedAt) / 1_000);
    }
    const memory = running.peakMiB();
    return {
      name: subject.name,
      role,
      alerts,
      peakMiB: memory?.total ?? Number.NaN,
      anonymousMiB: memory?.anonymousNow ?? Number.NaN,
      ackedPerSecond: result.acked / result.seconds,
      decidedPerSecond,
    };
  });
}
