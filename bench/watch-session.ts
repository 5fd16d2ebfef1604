import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Broker } from './broker.ts';
import type { Job, JobResult } from './jobs.ts';
import { LoadProcess } from './load-process.ts';
import type { Said } from './relay-jobs.ts';
import { type Bench, session, withDeadline } from './session.ts';
import type { Running, Subject } from './subject.ts';
import type { Seen, WatchersJob, WatchersResult } from './watch-jobs.ts';

export const PAGES = 50;
const SCRAPE_MS = 1_000;
const JOB_MS = 60_000;
const LOOK_MS = 50;
const START_MS = 15_000;

/** A line of the daemon's log. */
export interface Line {
  readonly msg?: string;
  readonly address?: string;
  readonly delivery?: string;
}

/** A daemon that has just been started, a broker that feeds it, and those who look at its status page. */
export class WatchSession {
  readonly running: Running;
  readonly journal: string;
  readonly #broker: Broker;
  readonly #log: string;
  readonly #watchers = new LoadProcess<WatchersJob, Said<WatchersResult>>('watchers.ts');
  #port: number | undefined;
  #sent = 0;

  private constructor(broker: Broker, running: Running, directory: string) {
    this.#broker = broker;
    this.running = running;
    this.journal = join(directory, 'journal.db');
    this.#log = join(directory, 'log');
  }

  /** Starts everything, and ends it whatever happens. */
  static async of<Result>(
    bench: Bench,
    subject: Subject,
    measure: (session: WatchSession) => Promise<Result>,
  ): Promise<Result> {
    return await session(bench, subject, async (broker, running, directory) => {
      const watched = new WatchSession(broker, running, directory);
      try {
        return await measure(watched);
      } finally {
        await watched.#watchers.stop();
      }
    });
  }

  /** Alerts that it was sent until now. */
  get sent(): number {
    return this.#sent;
  }

  /** Sends alerts. */
  async run(job: Job): Promise<JobResult> {
    const result = await this.#broker.run(job);
    this.#sent += result.sent;
    return result;
  }

  /** Opens all pages. */
  async open(): Promise<void> {
    await this.#watch({ kind: 'open', port: await this.#webPort(), pages: PAGES, scrapeMs: SCRAPE_MS });
  }

  /** Closes them. @returns what they were sent since they were open */
  async close(): Promise<Seen> {
    const { seen } = await this.#watch({ kind: 'seen' });
    await this.#watch({ kind: 'close' });
    if (seen === undefined) throw new Error('Nobody has watched');
    return seen;
  }

  /** Asks for the same so many times, one after the other. @returns how long each took */
  async ask(path: string, times: number): Promise<readonly number[]> {
    return (await this.#watch({ kind: 'ask', port: await this.#webPort(), path, times })).latenciesMs;
  }

  /** The daemon's log until now. */
  lines(): Line[] {
    const text = readFileSync(this.#log, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    return whole.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
  }

  async #webPort(): Promise<number> {
    this.#port ??= await this.#portSaid();
    return this.#port;
  }

  async #portSaid(): Promise<number> {
    const giveUpAt = performance.now() + START_MS;
    while (performance.now() < giveUpAt) {
      const address = this.lines().find(({ msg = '' }) => msg.startsWith('Status page on '))?.address;
      if (address !== undefined) return Number(new URL(address).port);
      await sleep(LOOK_MS);
    }
    throw new Error(`The daemon does not say where its status page is; look into ${this.#log}`);
  }

  async #watch(job: WatchersJob): Promise<WatchersResult> {
    this.#watchers.tell(job);
    return (await withDeadline(this.#watchers.next('result'), `${job.kind} by watchers: it took too long`, JOB_MS))
      .result;
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
