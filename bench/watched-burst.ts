import type { Bench } from './session.ts';
import { type Fed, medianFed, ORDER, of, type Sides, type Slice, slice } from './sides.ts';
import { median } from './statistics.ts';
import { daemon, NEVER } from './subject.ts';
import { WatchSession } from './watch-session.ts';

/** As many alerts as are acknowledged, with and without watchers. */
export interface Burst extends Sides<number> {
  readonly fed: Fed;
}

interface Rate {
  readonly sent: number;
  readonly perSecond: number;
}

const WINDOW = 1_000;
const WARM_UP_MS = 500;

/** One repetition. All of it on a daemon that has a backlog of decisions, as any has in a burst. */
export async function burstSlices(bench: Bench): Promise<Slice<Rate>[]> {
  return await WatchSession.of(bench, daemon(bench.executable, NEVER), async (session) => {
    await slice(session, 'watched', () => burst(session, WARM_UP_MS));
    const slices: Slice<Rate>[] = [];
    for (const side of ORDER) slices.push(await slice(session, side, () => burst(session, bench.seconds * 1_000)));
    return slices;
  });
}

async function burst(session: WatchSession, ms: number): Promise<Rate> {
  const { sent, acked, seconds } = await session.run({ kind: 'window', window: WINDOW, warmUpMs: WARM_UP_MS, ms });
  return { sent, perSecond: acked / seconds };
}

export function medianBurst(slices: readonly Slice<Rate>[]): Burst {
  const perSecond = (rates: readonly Rate[]): number => median(rates.map((rate) => rate.perSecond));
  return {
    alone: perSecond(of(slices, 'alone')),
    watched: perSecond(of(slices, 'watched')),
    fed: medianFed(slices),
  };
}
