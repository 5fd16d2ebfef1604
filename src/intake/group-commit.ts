import { digestOf } from '../alert/digest.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import { Histogram, type HistogramCounts } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import type { Entry } from '../journal/log/record.ts';
import type { AlertStore, Arrival, Stored } from '../vtp/store.ts';
import type { SourceTotals } from './messages.ts';

/** What the group commit needs of the journal. */
export interface Appender {
  /** Durable when it returns. Throws when nothing was written. */
  append(entries: readonly Entry[]): void;
}

type Totals = { -readonly [Field in keyof SourceTotals]: SourceTotals[Field] };

interface Waiting {
  readonly entry: Entry;
  readonly totals: Totals;
  readonly arrivedAt: number;
  readonly stored: Stored;
}

/** More than this in hand, and the sources are asked to wait. */
const HIGH_WATER_BYTES = 8 * 1024 * 1024;
const RETRY_MS = 1_000;

/**
 * Journal, then acknowledge: what arrives in one turn of the event loop, from any source, is committed together, and
 * only then is each told that it is stored. While the journal cannot be written nothing is acknowledged, and what has
 * arrived is kept and tried again.
 */
export class GroupCommit {
  readonly #journal: Appender;
  readonly #log: Log;
  readonly #onCommit: () => void;
  readonly #onLone: (entry: Entry) => void;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isScheduled = false;
  #failing: { readonly since: number; readonly problem: string } | undefined;
  readonly #totals = new Map<string, Totals>();
  readonly #ack = new Histogram();
  #held: (() => void)[] = [];

  /**
   * @param onCommit is called after each commit, when everything that is acknowledged is on disk
   * @param onLone is called before the commit of a document that came by itself
   */
  constructor(journal: Appender, log: Log, onCommit: () => void, onLone: (entry: Entry) => void = () => {}) {
    this.#journal = journal;
    this.#log = log;
    this.#onCommit = onCommit;
    this.#onLone = onLone;
  }

  /** The store that a source writes to. */
  storeFor(source: string): AlertStore {
    const totals = this.#totalsFor(source);
    return {
      store: (arrival, stored) => this.#accept(source, totals, arrival, stored),
      whenReady: (ready) => {
        this.#held.push(ready);
      },
    };
  }

  /** What a source has done, from its first store on. */
  totalsOf(source: string): SourceTotals {
    return { ...this.#totalsFor(source) };
  }

  /** Seconds from a document's last byte until its acknowledgement was written. */
  get ack(): HistogramCounts {
    return this.#ack.snapshot;
  }

  /** Why the journal cannot be written, a clause; undefined when it can. */
  get problem(): string | undefined {
    return this.#failing?.problem;
  }

  #totalsFor(source: string): Totals {
    const known = this.#totals.get(source);
    if (known !== undefined) return known;
    const totals: Totals = { received: 0, bytes: 0, acks: 0, lastAlertAt: undefined };
    this.#totals.set(source, totals);
    return totals;
  }

  #accept(source: string, totals: Totals, arrival: Arrival, stored: Stored): boolean {
    const { packet, envelope, peer, receivedAt, arrivedAt } = arrival;
    const { ivorn, role, element } = envelope;
    totals.received += 1;
    totals.bytes += packet.length;
    totals.lastAlertAt = receivedAt;
    this.#waiting.push({
      entry: { source, peer, ivorn, role, receivedAt, element, packet },
      totals,
      arrivedAt,
      stored,
    });
    this.#waitingBytes += packet.length;
    this.#schedule();
    return this.#waitingBytes < HIGH_WATER_BYTES;
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // After the poll phase: everything the sockets had to give in this turn goes into one commit.
    if (this.#failing === undefined) setImmediate(() => this.#commit());
    else setTimeout(() => this.#commit(), RETRY_MS);
  }

  #commit(): void {
    this.#isScheduled = false;
    const batch = this.#waiting;
    const [first] = batch;
    if (first !== undefined && batch.length === 1 && this.#failing === undefined) this.#onLone(first.entry);
    try {
      this.#journal.append(batch.map(({ entry }) => entry));
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#recovered();
    this.#acknowledge(batch);
    this.#onCommit();
    const held = this.#held;
    this.#held = [];
    for (const ready of held) ready();
  }

  #acknowledge(batch: readonly Waiting[]): void {
    const acknowledged: number[] = [];
    for (const { entry, totals, arrivedAt, stored } of batch) {
      if (!stored(() => digestOf(entry.packet, entry.element))) continue;
      totals.acks += 1;
      acknowledged.push(arrivedAt);
    }
    // After the connections have written what they were told to send in this turn.
    queueMicrotask(() => this.#measure(acknowledged));
  }

  /** @param acknowledged when the documents arrived that have just been acknowledged */
  #measure(acknowledged: readonly number[]): void {
    const now = performance.now();
    for (const arrivedAt of acknowledged) this.#ack.observe((now - arrivedAt) / 1_000);
  }

  #failed(error: unknown): void {
    const problem = explain(error);
    if (this.#failing === undefined) {
      this.#log.error(
        `Cannot write the journal: ${problem}. Nothing is acknowledged until it can be written; voeventd tries again every ${formatDuration(RETRY_MS)}`,
      );
    }
    this.#failing = { since: this.#failing?.since ?? performance.now(), problem };
    this.#schedule();
  }

  #recovered(): void {
    if (this.#failing === undefined) return;
    const lasted = formatDuration(performance.now() - this.#failing.since);
    this.#failing = undefined;
    this.#log.warn(`The journal can be written again, after ${lasted}; what had arrived is stored and acknowledged`);
  }
}
