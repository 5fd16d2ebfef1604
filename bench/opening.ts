import { untilDecided } from './decided.ts';
import { quiet } from './quiet.ts';
import type { Bench } from './session.ts';
import { median } from './statistics.ts';
import { daemon, NEVER } from './subject.ts';
import { WatchSession } from './watch-session.ts';

export const JOURNALS = [10_000, 100_000] as const;
export const PATHS = ['/', '/api/alerts', '/feeds/all.rss', '/metrics'] as const;

/** How long it takes to be answered, with so many alerts in the journal, all of this day. */
export interface Opening {
  readonly alerts: number;
  /** The status page, when nobody has looked since they came. */
  readonly firstMs: number;
  /** By path: the median of many, one right after the other. */
  readonly p50Ms: Readonly<Record<string, number>>;
}

const TIMES = 20;
const WINDOW = 1_000;

/** The journal is filled once, and looked into where it has each of the sizes. */
export async function measureOpening(bench: Bench): Promise<Opening[]> {
  return await WatchSession.of(bench, daemon(bench.executable, NEVER), async (session) => {
    const openings: Opening[] = [];
    for (const alerts of JOURNALS) {
      await session.run({ kind: 'count', window: WINDOW, count: alerts - session.sent });
      await untilDecided(session.journal, alerts);
      await quiet(session.running);
      const [firstMs = Number.NaN] = await session.ask('/', 1);
      const p50Ms: Record<string, number> = {};
      for (const path of PATHS) p50Ms[path] = median(await session.ask(path, TIMES));
      openings.push({ alerts, firstMs, p50Ms });
    }
    return openings;
  });
}
