import { tooOld } from '../alert/age.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import { Attempts } from './attempts.ts';
import type { DeliveryJournal, NewDelivery, Queued } from './deliveries.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { Runner } from './runner.ts';
import { JOURNAL_RETRY_MS, LONGEST_TIMER_MS } from './times.ts';

/** What nothing is known of but that it is new. */
const FRESH = { attempts: 0, forgiven: 0, anyAge: false };

/** Alerts held in memory for one handler; the rest wait in the journal. */
const QUEUE_LIMIT = 256;
/** Taken from the journal at once: each is decoded, for a millisecond, and meanwhile nothing else is done. */
const REFILL = 16;

/** The deliveries of one handler: in order, so many at once, each with a deadline, tried again as its policy says. */
export class Lane {
  readonly #settings: LaneSettings;
  readonly #attempts: Attempts;
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
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
    this.#attempts = new Attempts(settings, runner, journal, log, starts);
    this.#journal = journal;
    this.#log = log;
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
      this.#attempts.skip(seq, reason, queued?.alert.ivorn);
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
    this.#attempts.stop();
    clearTimeout(this.#alarm);
    this.#queue = [];
    const drained = Promise.all(this.#running);
    const deadline = setTimeout(
      () => this.#attempts.abort(new Error('voeventd stops')),
      Math.min(drainMs, LONGEST_TIMER_MS),
    );
    await drained;
    clearTimeout(deadline);
    await this.#attempts.close();
  }

  #pump(): void {
    if (this.#stopped) return;
    try {
      while (this.#running.size < this.#settings.concurrency) {
        const next = this.#next();
        if (next === undefined) return;
        this.#begin(next);
      }
    } catch (error) {
      this.#log.error(`Cannot use the journal: ${explain(error)}; trying again in ${formatDuration(JOURNAL_RETRY_MS)}`);
      this.#wakeAt(Date.now() + JOURNAL_RETRY_MS);
    }
  }

  /** Takes what is next out of the queue; what has grown too old meanwhile is skipped. */
  #next(): Queued | undefined {
    for (let skipped = 0; skipped < QUEUE_LIMIT; skipped++) {
      // More than once where all that was found cannot be read.
      while (this.#queue.length === 0 && this.#backlog) this.#refill();
      const [next] = this.#queue;
      if (next === undefined) return undefined;
      const stale = next.anyAge ? undefined : tooOld(next.alert, this.#settings.maxAgeMs, Date.now());
      if (stale !== undefined) this.#attempts.skip(next.seq, stale, next.alert.ivorn);
      this.#queue.shift();
      if (stale === undefined) return next;
      this.#inHand.delete(next.seq);
    }
    // Others have a turn before the rest of them.
    this.#wakeAt(Date.now());
    return undefined;
  }

  #begin(next: Queued): void {
    const withdrawal = new AbortController();
    this.#withdrawals.set(next.seq, withdrawal);
    const attempt = this.#attempt(next, withdrawal.signal).finally(() => {
      this.#running.delete(attempt);
      this.#withdrawals.delete(next.seq);
      this.#inHand.delete(next.seq);
      this.#pump();
    });
    this.#running.add(attempt);
  }

  async #attempt(next: Queued, withdrawal: AbortSignal): Promise<void> {
    const end = await this.#attempts.make(next, withdrawal);
    if (end?.dueAt !== undefined) this.#wakeAt(end.dueAt);
  }

  #enqueue(queued: Queued): void {
    this.#inHand.add(queued.seq);
    this.#queue.push(queued);
  }

  /** Fills the queue from the journal with what is due, and sets the alarm for what is due later. */
  #refill(): void {
    const now = Date.now();
    const limit = REFILL + this.#running.size;
    const open = this.#journal.open(this.#settings.handler, limit);
    for (const { withdrawn, dueAt, ...known } of open) {
      const { seq } = known;
      if (this.#inHand.has(seq)) continue;
      if (withdrawn !== undefined) {
        this.#attempts.skip(seq, withdrawn);
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
}
