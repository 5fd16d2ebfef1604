import { formatDuration } from '../common/durations.ts';
import type { Log } from '../common/log.ts';
import { Breaker, type Health } from './breaker.ts';
import type { DeliveryJournal } from './deliveries.ts';
import type { LaneSettings } from './lane-settings.ts';
import { RateLimit } from './rate.ts';
import { LONGEST_TIMER_MS } from './times.ts';

/** What holds a handler up, for whoever looks. Times in milliseconds since 1970. */
export interface Hold {
  readonly since: number;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Why the last of them failed. */
  readonly reason: string;
  readonly nextProbeAt: number;
}

/** How many deliveries of a handler may wait, and why no more. */
export interface Bound {
  readonly most: number;
  readonly reason: string;
}

/** Whether an attempt of a handler may begin now: its circuit breaker, its rate limit. */
export class Gate {
  readonly #settings: LaneSettings;
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
  readonly #wake: () => void;
  #breaker: Breaker | undefined;
  #rate: RateLimit | undefined;
  #isRestored = false;
  #hold: Hold | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #rateTimer: NodeJS.Timeout | undefined;
  #stopped = false;

  /** @param wake is called when an attempt may begin that might not before */
  constructor(settings: LaneSettings, journal: DeliveryJournal, log: Log, wake: () => void) {
    this.#settings = settings;
    this.#journal = journal;
    this.#log = log;
    this.#wake = wake;
  }

  /** Undefined while the breaker is closed. */
  get hold(): Hold | undefined {
    return this.#hold;
  }

  /** Whether an attempt may begin; where not, `wake` is called when it may. @throws when the journal cannot be read */
  allows(): boolean {
    this.#restore();
    if (this.#breaker?.allows === false) return false;
    const waitMs = this.#rateWaitMs();
    if (waitMs === 0) return true;
    clearTimeout(this.#rateTimer);
    this.#rateTimer = setTimeout(this.#wake, Math.min(waitMs, LONGEST_TIMER_MS));
    return false;
  }

  /** An attempt begins. @returns whether it is a probe */
  begin(pretends: boolean): boolean {
    if (!pretends) this.#rate?.began(Date.now());
    return this.#breaker?.begin() ?? false;
  }

  /** It ended. */
  end(isProbe: boolean, health: Health, reason: string): void {
    switch (this.#breaker?.end(isProbe, health)) {
      case 'opened':
        this.#opened(reason);
        return;
      case 'held':
        // What an earlier run of the daemon has said is said again.
        if (this.#hold === undefined) this.#opened(reason);
        else this.#probeLater(reason);
        return;
      case 'closed':
        this.#closed();
        return;
      case undefined:
        return;
    }
  }

  /** How many deliveries may wait now; undefined: any number, in the journal. @throws when the journal cannot be read */
  bound(): Bound | undefined {
    const { queue, rateLimit } = this.#settings;
    const bounds: Bound[] = [];
    if (queue !== undefined) bounds.push({ most: queue, reason: `more than ${queue} wait, and queue allows no more` });
    if (rateLimit?.beyond === 'drop-oldest' && this.#rateWaitMs() > 0) {
      const { count, perMs } = rateLimit;
      const reason = `rateLimit allows ${count} in ${formatDuration(perMs)}, and newer ones wait for the next`;
      bounds.push({ most: count, reason });
    }
    return bounds.toSorted((a, b) => a.most - b.most)[0];
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#probeTimer);
    clearTimeout(this.#rateTimer);
  }

  #rateWaitMs(): number {
    this.#restore();
    return this.#rate?.waitMs(Date.now()) ?? 0;
  }

  /** Goes on where an earlier run of the daemon was. */
  #restore(): void {
    const { handler, breaker, rateLimit } = this.#settings;
    if (this.#isRestored || (breaker === undefined && rateLimit === undefined)) return;
    const last = this.#journal.lastAttempts(handler, Math.max(breaker?.after ?? 0, rateLimit?.count ?? 0));
    const ended = last.filter(({ state }) => state === 'done' || state === 'failed');
    const firstDone = ended.findIndex(({ state }) => state === 'done');
    this.#breaker = breaker && new Breaker(breaker.after, firstDone === -1 ? ended.length : firstDone);
    const starts = last.map(({ startedAt }) => startedAt).reverse();
    this.#rate = rateLimit && new RateLimit(rateLimit, starts.slice(-rateLimit.count));
    this.#isRestored = true;
  }

  #opened(reason: string): void {
    const { handler, breaker } = this.#settings;
    const probe = formatDuration(breaker?.probeMs ?? 0);
    const failures = this.#breaker?.failures ?? 0;
    this.#log.error(
      `${handler} has failed ${failures} times in a row, last with: ${reason}. Its deliveries wait in the journal; one is tried each ${probe} until one succeeds`,
      { handler },
    );
    this.#probeLater(reason);
  }

  #probeLater(reason: string): void {
    const probeMs = this.#settings.breaker?.probeMs ?? 0;
    const now = Date.now();
    const since = this.#hold?.since ?? now;
    this.#hold = { since, failures: this.#breaker?.failures ?? 0, reason, nextProbeAt: now + probeMs };
    clearTimeout(this.#probeTimer);
    if (this.#stopped) return;
    this.#probeTimer = setTimeout(
      () => {
        this.#breaker?.ready();
        this.#wake();
      },
      Math.min(probeMs, LONGEST_TIMER_MS),
    );
  }

  #closed(): void {
    const { handler } = this.#settings;
    const after = this.#hold === undefined ? '' : ` after ${formatDuration(Date.now() - this.#hold.since)}`;
    this.#hold = undefined;
    clearTimeout(this.#probeTimer);
    this.#log.warn(`${handler} works again${after}; its deliveries go on`, { handler });
  }
}
