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
  readonly #breaker: Breaker | undefined;
  #rate: RateLimit | undefined;
  #hold: Hold | undefined;
  #probeTimer: NodeJS.Timeout | undefined;
  #rateTimer: NodeJS.Timeout | undefined;

  /** @param wake is called when an attempt may begin that might not before */
  constructor(settings: LaneSettings, journal: DeliveryJournal, log: Log, wake: () => void) {
    this.#settings = settings;
    this.#journal = journal;
    this.#log = log;
    this.#wake = wake;
    this.#breaker = settings.breaker && new Breaker(settings.breaker.after);
  }

  /** Undefined while the breaker is closed. */
  get hold(): Hold | undefined {
    return this.#hold;
  }

  /** Whether an attempt may begin; where not, `wake` is called when it may. @throws when the journal cannot be read */
  allows(): boolean {
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
        this.#probeLater(reason);
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
    clearTimeout(this.#probeTimer);
    clearTimeout(this.#rateTimer);
  }

  #rateWaitMs(): number {
    const { rateLimit, handler } = this.#settings;
    if (rateLimit === undefined) return 0;
    const now = Date.now();
    const { count, perMs } = rateLimit;
    this.#rate ??= new RateLimit(rateLimit, this.#journal.startsSince(handler, now - perMs, count));
    return this.#rate.waitMs(now);
  }

  #opened(reason: string): void {
    const { handler, breaker } = this.#settings;
    const probe = formatDuration(breaker?.probeMs ?? 0);
    this.#log.error(
      `${handler} has failed ${breaker?.after} times in a row, last with: ${reason}. Its deliveries wait in the journal; one is tried each ${probe} until one succeeds`,
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
    const since = this.#hold?.since ?? Date.now();
    this.#hold = undefined;
    clearTimeout(this.#probeTimer);
    this.#log.warn(`${handler} works again after ${formatDuration(Date.now() - since)}; its deliveries go on`, {
      handler,
    });
  }
}
