import { tooOld } from '../alert/age.ts';
import type { Alert } from '../alert/model.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import { type RetryPolicy, retryDelayMs } from './retry.ts';
import type { AttemptOutcome, Runner } from './runner.ts';

export interface LaneSettings {
  readonly handler: string;
  readonly timeoutMs: number;
  readonly maxAgeMs: number | undefined;
  readonly retry: RetryPolicy;
  /** Attempts at once. */
  readonly concurrency: number;
  /** Nothing runs, whatever the deliveries say. */
  readonly pretends: boolean;
}

/** An alert ready to be handed over. */
export interface Delivery {
  readonly seq: number;
  readonly alert: Alert;
  readonly packet: Buffer;
}

/** How a delivery is made. */
export interface Manner {
  /** Everything happens but the plugin. */
  readonly pretends: boolean;
  /** With the handler's options for retractions. */
  readonly retracts: boolean;
}

/** A delivery that the journal has just recorded as pending. */
export interface NewDelivery extends Delivery, Manner {}

/** A delivery that the journal holds and that has not ended. */
export interface OpenDelivery extends Manner {
  readonly seq: number;
  /** So far. */
  readonly attempts: number;
  /** Those made before somebody asked for it again: they do not count against `retry.attempts`. */
  readonly forgiven: number;
  /** Asked for however old the alert is. */
  readonly anyAge: boolean;
  /** Not to be started before; milliseconds since 1970. */
  readonly dueAt: number;
  /** Why nobody wants it any more: it is not to be started. */
  readonly withdrawn: string | undefined;
}

/** How a delivery, or an attempt of it, ended. */
export interface DeliveryEnd {
  readonly state: 'done' | 'dead' | 'skipped' | 'retrying';
  readonly outcome: string;
  readonly endedAt: number;
  /** For `retrying`: when to try again. */
  readonly dueAt?: number;
}

/** What a lane needs of the journal: it is the queue, the lane only holds what is next. */
export interface DeliveryJournal {
  /** Deliveries of the handler that have not ended, in the order they are due. */
  open(handler: string, limit: number): OpenDelivery[];
  begin(seq: number, handler: string, startedAt: number): void;
  end(seq: number, handler: string, end: DeliveryEnd): void;
  /** The alert again, decoded; undefined when it is gone or cannot be read. */
  load(seq: number): Delivery | undefined;
}

interface Queued extends NewDelivery, Pick<OpenDelivery, 'attempts' | 'forgiven' | 'anyAge'> {}

/** What nothing is known of but that it is new. */
const FRESH = { attempts: 0, forgiven: 0, anyAge: false };

/** Alerts held in memory for one handler; the rest wait in the journal. */
const QUEUE_LIMIT = 64;
const JOURNAL_RETRY_MS = 1_000;
/** A timer that is set for longer goes off at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The deliveries of one handler: in order, so many at once, each with a deadline, tried again as its policy says. */
export class Lane {
  readonly #settings: LaneSettings;
  readonly #runner: Runner;
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
  readonly #starts: Histogram;
  readonly #shutdown = new AbortController();
  readonly #running = new Set<Promise<void>>();
  #queue: Queued[] = [];
  /** Numbers of the alerts that are queued or running. */
  readonly #inHand = new Set<number>();
  /** Of each alert that is running: what tells it that nobody wants it any more. */
  readonly #withdrawals = new Map<number, AbortController>();
  /** The journal may hold open deliveries that are not in the queue. */
  #backlog = true;
  #alarm: NodeJS.Timeout | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;
  #stopped = false;

  /** @param starts is told how long after its reception each alert's first attempt begins */
  constructor(settings: LaneSettings, runner: Runner, journal: DeliveryJournal, log: Log, starts: Histogram) {
    this.#settings = settings;
    this.#runner = runner;
    this.#journal = journal;
    this.#log = log;
    this.#starts = starts;
  }

  /** Whether an attempt is being made. */
  get isDelivering(): boolean {
    return this.#running.size > 0;
  }

  /** Takes up what the journal holds from before, and begins. */
  start(): void {
    this.#pump();
  }

  /** Others have changed deliveries of the handler in the journal: looks into it again. */
  recheck(): void {
    this.#backlog = true;
    this.#pump();
  }

  /** A delivery that the journal has just recorded as pending. Keeps it in memory only while there is room. */
  offer(delivery: NewDelivery): void {
    // A look into the journal may have found it already.
    if (this.#stopped || this.#inHand.has(delivery.seq)) return;
    if (this.#backlog || this.#queue.length >= QUEUE_LIMIT) this.#backlog = true;
    else this.#enqueue({ ...delivery, ...FRESH });
    this.#pump();
  }

  /**
   * Nobody wants this delivery any more, as the journal has recorded: what waits is skipped, what runs is aborted, and
   * skipped when it fails.
   */
  withdraw(seq: number, reason: string): void {
    const running = this.#withdrawals.get(seq);
    if (running !== undefined) {
      running.abort(new Error(reason));
      return;
    }
    const queued = this.#queue.find((one) => one.seq === seq);
    this.#queue = this.#queue.filter((one) => one !== queued);
    this.#inHand.delete(seq);
    try {
      this.#skip(seq, reason, queued?.alert.ivorn);
    } catch (error) {
      this.#log.error(
        `Cannot write the journal: ${explain(error)}; trying again in ${formatDuration(JOURNAL_RETRY_MS)}`,
      );
      // There it is found withdrawn.
      this.#wakeAt(Date.now() + JOURNAL_RETRY_MS);
    }
  }

  /**
   * Begins nothing more, lets what runs finish within the time, then aborts it. What did not finish stays `running` in
   * the journal and is run again at the next start.
   */
  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#alarm);
    this.#queue = [];
    const drained = Promise.all(this.#running);
    const deadline = setTimeout(
      () => this.#shutdown.abort(new Error('voeventd stops')),
      Math.min(drainMs, LONGEST_TIMER_MS),
    );
    await drained;
    clearTimeout(deadline);
    await this.#runner.close();
  }

  #pump(): void {
    if (this.#stopped) return;
    try {
      while (this.#running.size < this.#settings.concurrency) {
        // More than once where all that was found cannot be read.
        while (this.#queue.length === 0 && this.#backlog) this.#refill();
        const next = this.#queue.shift();
        if (next === undefined) return;
        const attempt = this.#attempt(next).finally(() => {
          this.#running.delete(attempt);
          this.#withdrawals.delete(next.seq);
          this.#inHand.delete(next.seq);
          this.#pump();
        });
        this.#running.add(attempt);
      }
    } catch (error) {
      this.#log.error(
        `Cannot read the journal: ${explain(error)}; trying again in ${formatDuration(JOURNAL_RETRY_MS)}`,
      );
      this.#wakeAt(Date.now() + JOURNAL_RETRY_MS);
    }
  }

  #enqueue(queued: Queued): void {
    this.#inHand.add(queued.seq);
    this.#queue.push(queued);
  }

  /** Fills the queue from the journal with what is due, and sets the alarm for what is due later. */
  #refill(): void {
    const now = Date.now();
    const limit = QUEUE_LIMIT + this.#running.size;
    const open = this.#journal.open(this.#settings.handler, limit);
    for (const { withdrawn, dueAt, ...known } of open) {
      const { seq } = known;
      if (this.#inHand.has(seq)) continue;
      if (withdrawn !== undefined) {
        this.#skip(seq, withdrawn);
        continue;
      }
      if (dueAt > now) {
        this.#backlog = false;
        this.#wakeAt(dueAt);
        return;
      }
      const delivery = this.#journal.load(seq);
      if (delivery !== undefined) this.#enqueue({ ...known, ...delivery });
      else
        this.#journal.end(seq, this.#settings.handler, {
          state: 'dead',
          outcome: 'the alert cannot be read',
          endedAt: now,
        });
    }
    // Only now: what a failure of the journal cut short must not be overtaken by what is offered.
    this.#backlog = open.length === limit;
  }

  /** Ends what nobody wants any more. */
  #skip(seq: number, reason: string, ivorn?: string): void {
    const { handler } = this.#settings;
    this.#journal.end(seq, handler, { state: 'skipped', outcome: reason, endedAt: Date.now() });
    this.#log.warn(`${handler} was not run: ${reason}`, { delivery: `${seq}/${handler}`, handler, ivorn });
  }

  /** Looks into the journal again at that time, or sooner. */
  #wakeAt(dueAt: number): void {
    if (this.#stopped || dueAt >= this.#alarmAt) return;
    clearTimeout(this.#alarm);
    this.#alarmAt = dueAt;
    this.#alarm = setTimeout(
      () => {
        this.#alarmAt = Number.POSITIVE_INFINITY;
        this.#backlog = true;
        this.#pump();
      },
      Math.min(Math.max(0, dueAt - Date.now()), LONGEST_TIMER_MS),
    );
  }

  async #attempt(queued: Queued): Promise<void> {
    const { handler, maxAgeMs, timeoutMs } = this.#settings;
    const { seq, alert } = queued;
    const delivery = `${seq}/${handler}`;
    const fields = { delivery, handler, ivorn: alert.ivorn };
    const withdrawal = new AbortController();
    this.#withdrawals.set(seq, withdrawal);
    const stale = queued.anyAge ? undefined : tooOld(alert, maxAgeMs, Date.now());
    if (stale !== undefined) {
      await this.#write(() =>
        this.#journal.end(seq, handler, { state: 'skipped', outcome: stale, endedAt: Date.now() }),
      );
      this.#log.warn(`${handler} was not run: ${stale}`, fields);
      return;
    }
    const attempt = queued.attempts + 1;
    const begun = await this.#write(() => {
      if (!withdrawal.signal.aborted) this.#journal.begin(seq, handler, Date.now());
    });
    if (!begun) return;
    if (withdrawal.signal.aborted) {
      await this.#write(() => this.#skip(seq, explain(withdrawal.signal.reason), alert.ivorn));
      return;
    }
    if (attempt === 1) this.#starts.observe((Date.now() - Date.parse(alert.receivedAt)) / 1_000);
    const startedAt = performance.now();
    const deadline = AbortSignal.timeout(Math.min(timeoutMs, LONGEST_TIMER_MS));
    const outcome = await this.#runner.run({
      alert,
      packet: queued.packet,
      delivery,
      attempt,
      pretends: this.#pretends(queued),
      retracts: queued.retracts,
      signal: AbortSignal.any([withdrawal.signal, deadline, this.#shutdown.signal]),
    });
    const told = { ...fields, attempt, ms: Math.round(performance.now() - startedAt) };
    if (withdrawal.signal.aborted && outcome.state === 'failed') {
      const why = explain(withdrawal.signal.reason);
      await this.#write(() => this.#journal.end(seq, handler, { state: 'skipped', outcome: why, endedAt: Date.now() }));
      const how = outcome.reason === why ? '' : ` (${outcome.reason})`;
      this.#log.warn(`${handler} was aborted: ${why}${how}`, told);
      return;
    }
    // What the shutdown cut short has not failed: it is run again.
    if (this.#shutdown.signal.aborted && outcome.state === 'failed') return;
    await this.#settle(queued, attempt, outcome, told);
  }

  #pretends({ pretends }: Queued): boolean {
    return pretends || this.#settings.pretends;
  }

  async #settle(
    queued: Queued,
    attempt: number,
    outcome: AttemptOutcome,
    fields: Record<string, unknown>,
  ): Promise<void> {
    const { handler, retry } = this.#settings;
    const { seq } = queued;
    const endedAt = Date.now();
    if (outcome.state === 'done') {
      const { detail } = outcome;
      const kept = this.#pretends(queued) ? `pretended: would ${detail}` : detail;
      await this.#write(() => this.#journal.end(seq, handler, { state: 'done', outcome: kept, endedAt }));
      if (this.#pretends(queued)) this.#log.info(`${handler} would have run (pretend): ${detail}`, fields);
      else this.#log.info(`${handler} done${detail === '' ? '' : `: ${detail}`}`, fields);
      return;
    }
    const { reason, retryable, afterMs } = outcome;
    const delayMs = retryable ? retryDelayMs(retry, attempt - queued.forgiven, afterMs) : undefined;
    if (delayMs === undefined) {
      await this.#write(() => this.#journal.end(seq, handler, { state: 'dead', outcome: reason, endedAt }));
      const last = retry.attempts > 1 && retryable ? ` (the last of ${retry.attempts} attempts)` : '';
      this.#log.error(`${handler} failed: ${reason}${last}`, fields);
      return;
    }
    const dueAt = endedAt + delayMs;
    await this.#write(() => this.#journal.end(seq, handler, { state: 'retrying', outcome: reason, endedAt, dueAt }));
    this.#log.warn(
      `${handler} failed: ${reason}; attempt ${attempt - queued.forgiven + 1} of ${retry.attempts} in ${formatDuration(delayMs)}`,
      fields,
    );
    this.#wakeAt(dueAt);
  }

  /** Writes to the journal, for as long as it takes; false when the daemon stops first. */
  async #write(work: () => void): Promise<boolean> {
    for (;;) {
      try {
        work();
        return true;
      } catch (error) {
        if (this.#stopped) return false;
        this.#log.error(
          `Cannot write the journal: ${explain(error)}; ${this.#settings.handler} waits and tries again in ${formatDuration(JOURNAL_RETRY_MS)}`,
        );
        await new Promise((resolve) => setTimeout(resolve, JOURNAL_RETRY_MS));
      }
    }
  }
}
