import { digestOf } from '../alert/digest.ts';
import { scanEnvelope } from '../alert/envelope.ts';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Verdict } from '../inspect/messages.ts';
import type { StoredAlert } from '../journal/stored.ts';
import type { Backlog, Outgoing, Stretch } from '../vtp/broadcaster/outgoing.ts';
import { encodeFrames } from '../vtp/frame.ts';

/** What the feed needs of the journal. */
export interface FeedJournal {
  head(): number;
  after(seq: number, limit: number, maxBytes: number): StoredAlert[];
  addComposed(digest: Uint8Array): void;
}

/** What the feed needs of whoever looks at alerts. */
export interface FeedInspection {
  known(stored: StoredAlert): Verdict | undefined;
  relay(stored: StoredAlert, say: (verdict: Verdict) => void, newestFilter?: number): Promise<readonly number[]>;
}

/** What the feed needs of whoever has the subscribers. */
export interface Audience {
  readonly hasAudience: boolean;
  readonly isHungry: boolean;
  publish(items: readonly Outgoing[], matched?: readonly (readonly number[])[]): void;
}

interface Entry {
  readonly seq: number;
  /** Undefined until it is known; null when the alert is not handed on. */
  item: Outgoing | null | undefined;
  /** Undefined until it is known. */
  matched: readonly number[] | undefined;
}

/** Alerts read at once; the event loop turns between two batches. */
const BATCH = 32;
/** The same, for one subscriber that is behind: its alerts must not keep others' from being looked at. */
const LATE_BATCH = 16;
const BATCH_BYTES = 4 * 1024 * 1024;
/** Alerts that are being looked at at once. */
const MOST_ENTRIES = 128;
const RETRY_MS = 1_000;

/**
 * Hands on what the journal has, in its order, to subscribers that keep up; and gives those that do not what they have
 * missed. An alert is published to those without filters when it is known that it goes out, and to the others when its
 * filters have been looked at: a filter that takes its time delays nobody who has none.
 */
export class Feed implements Backlog {
  readonly #journal: FeedJournal;
  readonly #inspection: FeedInspection;
  readonly #audience: Audience;
  readonly #log: Log;
  /** Read from the journal, and not yet published to everybody. */
  #entries: Entry[] = [];
  /** How many of them are published to those without filters. */
  #plain = 0;
  #read: number;
  #heads: { plain: number; filtered: number };
  #scheduled = false;
  #stopped = false;

  /** @param position number of the alert after which it begins */
  constructor(journal: FeedJournal, inspection: FeedInspection, audience: Audience, log: Log) {
    this.#journal = journal;
    this.#inspection = inspection;
    this.#audience = audience;
    this.#log = log;
    this.#read = journal.head();
    this.#heads = { plain: this.#read, filtered: this.#read };
  }

  head(filtered: boolean): number {
    return filtered ? this.#heads.filtered : this.#heads.plain;
  }

  /** Everything that the journal had when it was last looked at has been published. */
  get isIdle(): boolean {
    return this.#entries.length === 0 && !this.#scheduled;
  }

  /** There may be new alerts in the journal, or subscribers that take more. */
  wake(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    setImmediate(() => this.#turn());
  }

  stop(): void {
    this.#stopped = true;
  }

  async after(seq: number, filters: readonly number[] | undefined): Promise<Stretch> {
    try {
      const stored = this.#journal.after(seq, LATE_BATCH, BATCH_BYTES);
      const items = await Promise.all(stored.map((alert) => this.#look(alert, filters)));
      const upTo = stored.at(-1)?.seq ?? Math.max(seq, this.head(filters !== undefined));
      return { items: items.filter((item) => item !== null), upTo };
    } catch (error) {
      this.#log.error(
        `Cannot read the journal for a subscriber: ${explain(error)}; trying again in ${RETRY_MS / 1_000}s`,
      );
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return { items: [], upTo: seq };
    }
  }

  /** One alert for one subscriber. */
  async #look(stored: StoredAlert, filters: readonly number[] | undefined): Promise<Outgoing | null> {
    let item: Outgoing | null = null;
    const known = filters === undefined ? this.#inspection.known(stored) : undefined;
    if (known !== undefined) return this.#outgoing(stored, known);
    const take = (verdict: Verdict): void => {
      item = this.#outgoing(stored, verdict);
    };
    const matched = await this.#inspection.relay(stored, take, Math.max(0, ...(filters ?? [])));
    return filters === undefined || filters.some((id) => matched.includes(id)) ? item : null;
  }

  #turn(): void {
    this.#scheduled = false;
    if (this.#stopped) return;
    // Once a turn: a subscriber gets what became known in it in one write, which costs little more than one alert's.
    this.#settle();
    try {
      if (this.#audience.hasAudience) this.#readOn();
      else if (this.#entries.length === 0) this.#skip();
    } catch (error) {
      this.#log.error(`Cannot read the journal to broadcast: ${explain(error)}; trying again in ${RETRY_MS / 1_000}s`);
      setTimeout(() => this.wake(), RETRY_MS);
    }
  }

  /** Nobody listens to what is published: nothing needs to be read. */
  #skip(): void {
    this.#read = this.#journal.head();
    this.#heads = { plain: this.#read, filtered: this.#read };
  }

  #readOn(): void {
    if (this.#entries.length >= MOST_ENTRIES || !this.#audience.isHungry) return;
    const batch = this.#journal.after(this.#read, BATCH, BATCH_BYTES);
    for (const stored of batch) this.#enter(stored);
    this.#settle();
    if (batch.length > 0) this.wake();
  }

  #enter(stored: StoredAlert): void {
    const entry: Entry = { seq: stored.seq, item: undefined, matched: undefined };
    this.#read = stored.seq;
    this.#entries.push(entry);
    const known = this.#inspection.known(stored);
    if (known !== undefined) {
      entry.item = this.#outgoing(stored, known);
      entry.matched = [];
      return;
    }
    const relayed = this.#inspection.relay(stored, (verdict) => {
      entry.item = this.#outgoing(stored, verdict);
      this.wake();
    });
    void relayed.then((matched) => {
      entry.matched = matched;
      this.wake();
    });
  }

  /** Publishes what is known, in order. */
  #settle(): void {
    const plain: Outgoing[] = [];
    for (; this.#plain < this.#entries.length; this.#plain += 1) {
      const entry = this.#entries[this.#plain];
      if (entry?.item === undefined) break;
      if (entry.item !== null) plain.push(entry.item);
      this.#heads.plain = entry.seq;
    }
    this.#audience.publish(plain);
    const filtered: Outgoing[] = [];
    const matched: (readonly number[])[] = [];
    let done = 0;
    for (; done < this.#plain; done += 1) {
      const entry = this.#entries[done];
      if (entry?.matched === undefined) break;
      if (entry.item != null && entry.matched.length > 0) {
        filtered.push(entry.item);
        matched.push(entry.matched);
      }
      this.#heads.filtered = entry.seq;
    }
    if (done === 0) return;
    this.#entries = this.#entries.slice(done);
    this.#plain -= done;
    this.#audience.publish(filtered, matched);
  }

  /** The alert as it goes out; null when it does not. */
  #outgoing(stored: StoredAlert, verdict: Verdict): Outgoing | null {
    const { seq } = stored;
    if (!verdict.relay) {
      const name = stored.ivorn ?? 'a document without an identifier';
      this.#log.info(`Not broadcast: ${name}: ${verdict.why}`, { seq, source: stored.source });
      return null;
    }
    const { ivorn, composed } = verdict;
    if (composed === undefined) return { seq, ivorn, frame: encodeFrames([stored.packet]) };
    const packet = Buffer.from(composed.buffer, composed.byteOffset, composed.byteLength);
    try {
      // Before anybody gets it: it may come back from them, and is then known.
      this.#journal.addComposed(digestOf(packet, scanEnvelope(packet).element));
    } catch (error) {
      this.#log.error(`Not broadcast: ${ivorn}: the journal cannot be written: ${explain(error)}`, { seq });
      return null;
    }
    return { seq, ivorn, frame: encodeFrames([packet]) };
  }
}
