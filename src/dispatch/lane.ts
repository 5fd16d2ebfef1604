import { tooOld } from '../alert/age.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import { Attempts } from './attempts.ts';
import type { DeliveryJournal, NewDelivery, Queued } from './deliveries.ts';
import { Gate, type Hold } from './gate.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { Runner } from './runner.ts';
import { JOURNAL_RETRY_MS, LONGEST_TIMER_MS } from './times.ts';

/** What nothing is known of but that it is new. */
const FRESH = { attempts: 0, forgiven: 0, anyAge: false, because: undefined };

/** Alerts held in memory for one handler; the rest wait in the journal. */
const QUEUE_LIMIT = 256;
/** Taken from the journal at once: each is decoded, for a millisecond, and meanwhile nothing else is done. */
const REFILL = 16;

/** The deliveries of one handler: in order, so many at once, each with a deadline, tried again as its policy says. */
export class Lane {
  readonly #settings: LaneSettings;
  readonly #attempts: Attempts;
  readonly #runner: Runner;
  readonly #gate: Gate;
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
  readonly #fellBack: (handler: string) => void;
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
  #isTrimming = false;
  #waitsForRunner = false;
  #stopped = false;

  /**
   * @param starts is told how long after its reception each alert's first attempt begins
   * @param fellBack is told the handler that has got a delivery because one here is dead
   */
  constructor(
    settings: LaneSettings,
    runner: Runner,
    journal: DeliveryJournal,
    log: Log,
    starts: Histogram,
    fellBack: (handler: string) => void = () => {},
  ) {
    this.#fellBack = fellBack;
    this.#settings = settings;
    this.#runner = runner;
    this.#attempts = new Attempts(settings, runner, journal, log, starts);
    this.#gate = new Gate(settings, journal, log, () => this.#pump());
    this.#journal = journal;
    this.#log = log;
  }

  /** Whether an attempt is being made. */
  get isDelivering(): boolean {
    return this.#running.size > 0;
  }

  /** What holds the handler up; undefined when nothing does. */
  get hold(): Hold | undefined {
    return this.#gate.hold;
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
    try {
      this.#drop(seq, reason);
    } catch (error) {
      // In the journal it is found withdrawn.
      this.#fails(error);
    }
  }

  /**
   * Begins nothing more, lets what runs finish within the time, then aborts it. What did not finish stays `running` in
   * the journal and is run again at the next start.
   */
  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    this.#attempts.stop();
    this.#gate.stop();
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
      while (this.#running.size < this.#settings.concurrency && this.#isReady()) {
        const next = this.#next();
        if (next === undefined) break;
        this.#begin(next);
      }
      this.#trimSoon();
    } catch (error) {
      this.#fails(error);
    }
  }

  /** Whether the runner can begin; where not, the lane goes on when it can. */
  #isReady(): boolean {
    const wait = this.#runner.wait?.();
    if (wait === undefined) return true;
    if (!this.#waitsForRunner) {
      this.#waitsForRunner = true;
      void wait.then(() => {
        this.#waitsForRunner = false;
        this.#pump();
      });
    }
    return false;
  }

  /** Takes what is next out of the queue, if it may begin; what has grown too old meanwhile is skipped. */
  #next(): Queued | undefined {
    for (let skipped = 0; skipped < QUEUE_LIMIT; skipped++) {
      // More than once where all that was found cannot be read.
      while (this.#queue.length === 0 && this.#backlog) this.#refill();
      const [next] = this.#queue;
      if (next === undefined) return undefined;
      // Before the gate is asked: a probe is not to be wasted on what is not run.
      const stale = next.anyAge ? undefined : tooOld(next.alert, this.#settings.maxAgeMs, Date.now());
      if (stale === undefined && !this.#gate.allows()) return undefined;
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
      // Meanwhile it may have got another reason to be made.
      this.#backlog ||= next.because !== undefined;
      this.#pump();
    });
    this.#running.add(attempt);
  }

  async #attempt(next: Queued, withdrawal: AbortSignal): Promise<void> {
    const isProbe = this.#gate.begin(next.pretends || this.#settings.pretends);
    const made = await this.#attempts.make(next, withdrawal, isProbe);
    this.#gate.end(isProbe, made?.health, made?.end.outcome ?? '');
    if (made?.end.dueAt !== undefined) this.#wakeAt(made.end.dueAt);
    if (made?.end.fallback !== undefined) this.#fellBack(made.end.fallback.handler);
  }

  /** In a turn of its own: once for all that is offered in this one. */
  #trimSoon(): void {
    const { queue, rateLimit } = this.#settings;
    if (this.#isTrimming || (queue === undefined && rateLimit?.beyond !== 'drop-oldest')) return;
    this.#isTrimming = true;
    setImmediate(() => {
      this.#isTrimming = false;
      this.#trim();
    });
  }

  /** Where more wait than may, the oldest are skipped. */
  #trim(): void {
    if (this.#stopped) return;
    try {
      const bound = this.#gate.bound();
      if (bound === undefined) return;
      const surplus = this.#journal.beyond(this.#settings.handler, bound.most, QUEUE_LIMIT);
      for (const seq of surplus) if (!this.#withdrawals.has(seq)) this.#drop(seq, bound.reason);
      if (surplus.length === QUEUE_LIMIT) this.#trimSoon();
    } catch (error) {
      this.#fails(error);
    }
  }

  /** Ends what waits. */
  #drop(seq: number, reason: string): void {
    const queued = this.#queue.find((one) => one.seq === seq);
    this.#queue = this.#queue.filter((one) => one !== queued);
    this.#inHand.delete(seq);
    this.#attempts.skip(seq, reason, queued?.alert.ivorn);
  }

  /** The journal does: what was to be done is tried again. */
  #fails(error: unknown): void {
    this.#log.error(`Cannot use the journal: ${explain(error)}; trying again in ${formatDuration(JOURNAL_RETRY_MS)}`);
    this.#wakeAt(Date.now() + JOURNAL_RETRY_MS);
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
    let waitsForTime = false;
    for (const { withdrawn, failedAt, dueAt, ...known } of open) {
      const { seq } = known;
      if (this.#inHand.has(seq)) continue;
      if (withdrawn !== undefined) {
        this.#attempts.skip(seq, withdrawn);
        continue;
      }
      // What is new does not wait. Nor does what failed in the future: the clock was set back.
      if (failedAt !== undefined && failedAt <= now && dueAt > now) {
        waitsForTime = true;
        this.#wakeAt(dueAt);
        continue;
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
    this.#backlog = open.length === limit && !waitsForTime;
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
