import { median } from './statistics.ts';
import type { Seen } from './watch-jobs.ts';
import { PAGES, type WatchSession } from './watch-session.ts';

/** The same with nobody looking, and with all the pages open. */
export interface Sides<Figures> {
  readonly alone: Figures;
  readonly watched: Figures;
}

export type Side = keyof Sides<unknown>;

/** Side by side, and each goes first as often as second. */
export const ORDER: readonly Side[] = ['alone', 'watched', 'watched', 'alone'];

/** What the pages were sent, which shows that they were watching. */
export interface Fed {
  /** Alerts on the average page, of those that were sent; what is too much at once comes as a list of the newest. */
  readonly alertsSeen: number;
  readonly eventsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly scrapesPerSecond: number;
  /** Of one core, that the process that plays the watchers was busy. */
  readonly load: number;
}

/** Something measured on one side. */
export interface Slice<Measured> {
  readonly side: Side;
  readonly measured: Measured;
  /** Absent when nobody watched. */
  readonly fed: Fed | undefined;
}

/** Measures with the pages open or not. */
export async function slice<Measured extends { readonly sent: number }>(
  session: WatchSession,
  side: Side,
  measure: () => Promise<Measured>,
): Promise<Slice<Measured>> {
  if (side === 'alone') return { side, measured: await measure(), fed: undefined };
  await session.open();
  const measured = await measure();
  return { side, measured, fed: fed(await session.close(), measured.sent) };
}

function fed({ alerts, deliveries, statuses, resets, bytes, scrapes, seconds, load }: Seen, sent: number): Fed {
  return {
    alertsSeen: alerts / PAGES / sent,
    eventsPerSecond: (alerts + deliveries + statuses + resets) / seconds,
    megabytesPerSecond: bytes / 1e6 / seconds,
    scrapesPerSecond: scrapes / seconds,
    load,
  };
}

export function of<Measured>(slices: readonly Slice<Measured>[], side: Side): Measured[] {
  return slices.filter((one) => one.side === side).map(({ measured }) => measured);
}

export function medianFed(slices: readonly Slice<unknown>[]): Fed {
  const all = slices.flatMap((one) => one.fed ?? []);
  const middle = (read: (fed: Fed) => number): number => median(all.map(read));
  return {
    alertsSeen: middle(({ alertsSeen }) => alertsSeen),
    eventsPerSecond: middle(({ eventsPerSecond }) => eventsPerSecond),
    megabytesPerSecond: middle(({ megabytesPerSecond }) => megabytesPerSecond),
    scrapesPerSecond: middle(({ scrapesPerSecond }) => scrapesPerSecond),
    load: middle(({ load }) => load),
  };
}
