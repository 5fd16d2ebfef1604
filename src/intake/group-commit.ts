import { digestOf } from '../alert/digest.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Entry } from '../journal/append.ts';
import type { AlertStore, Arrival } from '../vtp/store.ts';

/** What the group commit needs of the journal. */
export interface Appender {
  /** Durable when it returns; for each entry whether it was new. Throws when nothing was written. */
  append(entries: readonly Entry[]): boolean[];
}

interface Waiting {
  readonly source: string;
  readonly arrival: Arrival;
  readonly stored: () => void;
}

/** Called after each commit: how many documents were new, and how many were the same bytes again. */
export type OnCommit = (added: number, duplicates: number) => void;

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
  readonly #onCommit: OnCommit;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #scheduled = false;
  #failingSince: number | undefined;
  #held: (() => void)[] = [];

  constructor(journal: Appender, log: Log, onCommit: OnCommit) {
    this.#journal = journal;
    this.#log = log;
    this.#onCommit = onCommit;
  }

  /** The store that a source writes to. */
  storeFor(source: string): AlertStore {
    return {
      store: (arrival, stored) => this.#accept({ source, arrival, stored }),
      whenReady: (ready) => {
        this.#held.push(ready);
      },
    };
  }

  #accept(waiting: Waiting): boolean {
    this.#waiting.push(waiting);
    this.#waitingBytes += waiting.arrival.packet.length;
    this.#schedule();
    return this.#waitingBytes < HIGH_WATER_BYTES;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    // After the poll phase: everything the sockets had to give in this turn goes into one commit.
    if (this.#failingSince === undefined) setImmediate(() => this.#commit());
    else setTimeout(() => this.#commit(), RETRY_MS);
  }

  #commit(): void {
    this.#scheduled = false;
    const batch = this.#waiting;
    let isNew: boolean[];
    try {
      isNew = this.#journal.append(batch.map(entryOf));
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#waiting = [];
    this.#waitingBytes = 0;
    this.#recovered();
    for (const waiting of batch) waiting.stored();
    const added = isNew.reduce((count, one) => count + (one ? 1 : 0), 0);
    this.#onCommit(added, batch.length - added);
    const held = this.#held;
    this.#held = [];
    for (const ready of held) ready();
  }

  #failed(error: unknown): void {
    if (this.#failingSince === undefined) {
      this.#failingSince = Date.now();
      this.#log.error(
        `Cannot write the journal: ${explain(error)}. Nothing is acknowledged until it can be written; voeventd tries again every ${formatDuration(RETRY_MS)}`,
      );
    }
    this.#schedule();
  }

  #recovered(): void {
    if (this.#failingSince === undefined) return;
    const lasted = formatDuration(Date.now() - this.#failingSince);
    this.#failingSince = undefined;
    this.#log.warn(`The journal can be written again, after ${lasted}; what had arrived is stored and acknowledged`);
  }
}

function entryOf({ source, arrival }: Waiting): Entry {
  const { packet, envelope, peer, receivedAt } = arrival;
  return {
    digest: digestOf(packet, envelope.element),
    source,
    peer,
    ivorn: envelope.ivorn,
    role: envelope.role,
    receivedAt,
    packet,
  };
}
