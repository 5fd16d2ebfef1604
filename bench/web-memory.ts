import { quiet } from './quiet.ts';
import type { Bench } from './session.ts';
import { median } from './statistics.ts';
import { daemon, NEVER } from './subject.ts';
import { WatchSession } from './watch-session.ts';

/** Resident memory of a daemon that nothing comes to. */
export interface WebMemory {
  readonly name: string;
  readonly residentMiB: number;
  /** The part that is not the executable's pages. */
  readonly anonymousMiB: number;
}

const CASES = ['web: false', 'nobody looks', '50 pages open'] as const;
type Case = (typeof CASES)[number];

const QUIET_MS = 2_000;

export async function measureWebMemory(bench: Bench): Promise<WebMemory[]> {
  const rounds: { name: Case; memory: Omit<WebMemory, 'name'> }[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    for (const name of CASES) rounds.push({ name, memory: await measureOne(bench, name) });
  }
  return CASES.map((name) => {
    const own = rounds.filter((round) => round.name === name).map(({ memory }) => memory);
    const middle = (read: (memory: Omit<WebMemory, 'name'>) => number): number => median(own.map(read));
    return {
      name,
      residentMiB: middle(({ residentMiB }) => residentMiB),
      anonymousMiB: middle(({ anonymousMiB }) => anonymousMiB),
    };
  });
}

async function measureOne(bench: Bench, name: Case): Promise<Omit<WebMemory, 'name'>> {
  const subject = daemon(bench.executable, NEVER, { web: name !== 'web: false' });
  return await WatchSession.of(bench, subject, async (session) => {
    if (name === '50 pages open') await session.open();
    await quiet(session.running, QUIET_MS);
    const memory = session.running.peakMiB();
    return { residentMiB: memory?.residentNow ?? Number.NaN, anonymousMiB: memory?.anonymousNow ?? Number.NaN };
  });
}
