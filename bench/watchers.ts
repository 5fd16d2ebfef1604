/** Plays browsers that show the status page, and Prometheus, in a process of its own. */
import { Agent } from 'node:http';
import { ask } from './asking.ts';
import { cpuLoad } from './clock.ts';
import { Page, type Tally } from './page.ts';
import type { Said } from './relay-jobs.ts';
import type { Seen, WatchersJob, WatchersResult } from './watch-jobs.ts';

const say = (message: Said<WatchersResult>): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

const failure = Promise.withResolvers<never>();
failure.promise.catch(() => {});
const failed = (reason: string): void => failure.reject(new Error(reason));

const tally: Tally = { events: new Map(), bytes: 0 };
const agent = new Agent({ keepAlive: true, maxSockets: 1 });
let pages: Page[] = [];
let scraping: NodeJS.Timeout | undefined;
let scrapes = 0;
let load = cpuLoad();
let countsFrom = performance.now();

async function open({ port, pages: count, scrapeMs }: Extract<WatchersJob, { kind: 'open' }>): Promise<void> {
  pages = Array.from({ length: count }, () => new Page(port, tally, failed));
  await Promise.all(pages.map((page) => page.open()));
  const scrape = async (): Promise<void> => {
    try {
      await ask(port, '/metrics', agent);
      scrapes += 1;
    } catch (error) {
      failed(String(error));
    }
  };
  scraping = setInterval(() => void scrape(), scrapeMs);
  seen();
}

function seen(): Seen {
  const of = (kind: string): number => tally.events.get(kind.charCodeAt(0)) ?? 0;
  const counted: Seen = {
    ...{ alerts: of('a'), deliveries: of('d'), statuses: of('s'), resets: of('r') },
    ...{ bytes: tally.bytes, scrapes },
    ...{ seconds: (performance.now() - countsFrom) / 1_000, load: load() },
  };
  tally.events.clear();
  tally.bytes = 0;
  scrapes = 0;
  load = cpuLoad();
  countsFrom = performance.now();
  return counted;
}

function close(): void {
  clearInterval(scraping);
  for (const page of pages) page.close();
  pages = [];
}

async function time({ port, path, times }: Extract<WatchersJob, { kind: 'ask' }>): Promise<number[]> {
  const latenciesMs: number[] = [];
  for (let left = times; left > 0; left -= 1) {
    const askedAt = performance.now();
    await ask(port, path, agent);
    latenciesMs.push(performance.now() - askedAt);
  }
  return latenciesMs;
}

async function run(job: WatchersJob): Promise<WatchersResult> {
  const nothing: WatchersResult = { seen: undefined, latenciesMs: [] };
  switch (job.kind) {
    case 'open':
      await open(job);
      return nothing;
    case 'seen':
      return { ...nothing, seen: seen() };
    case 'close':
      close();
      return nothing;
    case 'ask':
      return { ...nothing, latenciesMs: await time(job) };
  }
}

process.on('message', async (job: WatchersJob) => {
  try {
    say({ type: 'result', result: await Promise.race([run(job), failure.promise]) });
  } catch (error) {
    say({ type: 'failed', reason: String(error) });
  }
});
process.once('disconnect', () => process.exit());
