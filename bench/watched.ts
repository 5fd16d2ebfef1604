import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { measureOpening, type Opening } from './opening.ts';
import type { Bench } from './session.ts';
import { type Burst, burstSlices, medianBurst } from './watched-burst.ts';
import { type Paced, pacedSlices, pooled } from './watched-pace.ts';
import { measureWebMemory, type WebMemory } from './web-memory.ts';

/** What it costs that somebody looks at the status page. */
export interface Watched {
  readonly disk: Paced;
  /**
   * With the journal in memory, where syncing costs nothing: a disk that pauses for tenths of a second now and then has
   * the say in every p99. Undefined where there is no such place.
   */
  readonly memory: Paced | undefined;
  readonly burst: Burst;
  readonly openings: readonly Opening[];
  readonly resident: readonly WebMemory[];
}

const IN_MEMORY = '/dev/shm';

/** (g) With fifty open pages and a scrape of the metrics each second, and with nobody who looks; in turns. */
export async function measureWatched(bench: Bench): Promise<Watched> {
  const disk: Awaited<ReturnType<typeof pacedSlices>>[] = [];
  const memory: typeof disk = [];
  const bursts: Awaited<ReturnType<typeof burstSlices>>[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    disk.push(await pacedSlices(bench));
    if (existsSync(IN_MEMORY)) memory.push(await inMemory(bench, pacedSlices));
    bursts.push(await burstSlices(bench));
  }
  return {
    disk: pooled(disk),
    memory: memory.length === 0 ? undefined : pooled(memory),
    burst: medianBurst(bursts.flat()),
    openings: await measureOpening(bench),
    resident: await measureWebMemory(bench),
  };
}

async function inMemory<Result>(bench: Bench, measure: (bench: Bench) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(IN_MEMORY, 'voeventd-bench-'));
  try {
    return await measure({ ...bench, directory });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
