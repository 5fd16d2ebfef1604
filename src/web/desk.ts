import { createDecoder, type Decoder } from '../alert/decode.ts';
import { JournalReader } from '../journal/reader.ts';
import { Details } from './detail.ts';
import type { Status } from './model.ts';
import { Rates } from './rates.ts';
import { Rows } from './rows.ts';
import type { Snapshot } from './snapshot.ts';
import { statusOf } from './status.ts';

/** A status is as good as new for so long; longer where it took long to find out. */
const FRESH_MS = 900;
const TIMES_ITS_COST = 20;
const MOST_FRESH_MS = 3_000;

/** The status, and what it was made of. */
export interface Told {
  readonly status: Status;
  readonly snapshot: Snapshot;
}

/** Whoever answered so long ago answers now. */
const PING_MS = 500;

/** All that can be looked at: the journal, and what the parts do. */
export class Desk {
  readonly journal: JournalReader;
  readonly rows: Rows;
  readonly details: Details;
  readonly #journalPath: string;
  readonly #ask: () => Promise<Snapshot>;
  readonly #rates = new Rates();
  #asking: Promise<Snapshot> | undefined;
  #answeredAt = Number.NEGATIVE_INFINITY;
  #hasFollowed = false;
  #told: Promise<Told> | undefined;
  #goodUntil = 0;
  #decoder: Promise<Decoder> | undefined;

  /** @param ask rejects when the main thread does not answer */
  constructor(journalPath: string, ask: () => Promise<Snapshot>) {
    this.journal = new JournalReader(journalPath);
    this.rows = new Rows(this.journal);
    this.details = new Details(this.journal, this.rows, () => this.decoder());
    this.#journalPath = journalPath;
    this.#ask = ask;
  }

  /** Loads the XML library when it is first needed. */
  decoder(): Promise<Decoder> {
    this.#decoder ??= createDecoder();
    return this.#decoder;
  }

  /** However many ask, it is found out about once a second at the most. Rejects when the main thread does not answer. */
  told(): Promise<Told> {
    if (this.#told === undefined || performance.now() > this.#goodUntil) {
      this.#goodUntil = Number.POSITIVE_INFINITY;
      const told = this.#findOut();
      this.#told = told;
      told.catch(() => {
        this.#told = undefined;
      });
    }
    return this.#told;
  }

  async status(): Promise<Status> {
    return (await this.told()).status;
  }

  /** Resolves when the main thread answers now, rejects when it does not. However many ask, it is asked twice a second. */
  async ping(): Promise<void> {
    if (performance.now() - this.#answeredAt > PING_MS) await this.#snapshot();
  }

  close(): void {
    this.journal.close();
  }

  #snapshot(): Promise<Snapshot> {
    if (this.#asking !== undefined) return this.#asking;
    const asking = this.#ask();
    this.#asking = asking;
    const forget = (): void => {
      this.#asking = undefined;
    };
    asking.then(() => {
      this.#answeredAt = performance.now();
      forget();
    }, forget);
    return asking;
  }

  async #findOut(): Promise<Told> {
    const startedAt = performance.now();
    const snapshot = await this.#snapshot();
    const now = Date.now();
    let busySince = performance.now();
    await this.#rates.follow(this.journal, now);
    // The first time it looks at a whole day, and never again.
    if (!this.#hasFollowed) busySince = performance.now();
    this.#hasFollowed = true;
    const status = statusOf(
      snapshot,
      {
        ...{ path: this.#journalPath, bytes: this.journal.size(), tally: this.journal.tally() },
        ...{ handlers: this.journal.handlers(), open: this.journal.open() },
        rate: (source) => this.#rates.of(source, now),
      },
      now,
    );
    const costMs = performance.now() - busySince;
    this.#goodUntil = startedAt + Math.min(Math.max(FRESH_MS, TIMES_ITS_COST * costMs), MOST_FRESH_MS);
    return { status, snapshot };
  }
}
