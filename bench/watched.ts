import { measureOpening, type Opening } from './opening.ts';
import type { Bench } from './session.ts';
import { STAMP } from './stamps.ts';
import { NEVER } from './subject.ts';
import { type Burst, burstSlices, medianBurst } from './watched-burst.ts';
import { type Paced, pacedSlices, pooled } from './watched-pace.ts';
import { measureWebMemory, type WebMemory } from './web-memory.ts';

/** What it costs that somebody looks at the status page. */
export interface Watched {
  /** Where no handler ever fires. */
  readonly silent: Paced;
  /** Where one fires for every alert, and the pages are told of each delivery. */
  readonly firing: Paced;
  readonly burst: Burst;
  readonly openings: readonly Opening[];
  readonly memory: readonly WebMemory[];
}

/** (g) With fifty open pages and a scrape of the metrics each second, and with nobody who looks; in turns. */
export async function measureWatched(bench: Bench): Promise<Watched> {
  const silent: Awaited<ReturnType<typeof pacedSlices>>[] = [];
  const firing: typeof silent = [];
  const bursts: Awaited<ReturnType<typeof burstSlices>>[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    silent.push(await pacedSlices(bench, NEVER));
    firing.push(await pacedSlices(bench, STAMP));
    bursts.push(await burstSlices(bench));
  }
  return {
    silent: pooled(silent),
    firing: pooled(firing),
    burst: medianBurst(bursts.flat()),
    openings: await measureOpening(bench),
    memory: await measureWebMemory(bench),
  };
}
