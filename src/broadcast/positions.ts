import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Memory } from '../vtp/broadcaster/outgoing.ts';

/** What the positions need of the journal. */
export interface PositionJournal {
  position(since: number): number | undefined;
  setPosition(seq: number): void;
  subscriber(name: string, since: number): number | undefined;
  keepSubscribers(positions: ReadonlyMap<string, number>, now: number, since: number): void;
}

/** Subscribers have come back by then after a restart of ours. */
const GRACE_MS = 120_000;
/** What is older than this when we start again is not handed on to all: whoever can act on it has it from elsewhere. */
const STALE_MS = 600_000;

/**
 * How far alerts have been handed on, kept in the journal, so that what was acknowledged and not handed on when the
 * process was killed is handed on by the next one.
 */
export class Positions implements Memory {
  readonly #journal: PositionJournal;
  readonly #log: Log;
  readonly #startedAt: number;
  readonly #resumeAt: number | undefined;
  readonly #unsaved = new Map<string, number>();
  /** What is kept until the grace is over: subscribers of the last run may not have come back yet. */
  readonly #base: number;
  #catchUpMs: number | undefined;
  #saved: number | undefined;

  /** @param head the newest alert of the journal @param now milliseconds since 1970 */
  constructor(journal: PositionJournal, log: Log, head: number, now: number) {
    this.#journal = journal;
    this.#log = log;
    this.#startedAt = now;
    this.#resumeAt = journal.position(now - STALE_MS);
    this.#saved = this.#resumeAt;
    this.#base = this.#resumeAt ?? head;
    // At once: a first run may be killed before it has kept anything else.
    this.save(this.#base, now);
  }

  /** @param catchUpMs how long a subscriber may be away and go on where it was; undefined: not at all */
  configure(catchUpMs: number | undefined): void {
    this.#catchUpMs = catchUpMs;
  }

  /** After which alert one begins who connects now. @param head the last one that was published */
  begin(head: number, now: number): number {
    const isRestart = now - this.#startedAt < GRACE_MS;
    return isRestart ? Math.min(head, this.#resumeAt ?? head) : head;
  }

  recall(identity: string, address: string): number | undefined {
    if (this.#catchUpMs === undefined) return undefined;
    const name = nameOf(identity, address);
    return this.#unsaved.get(name) ?? this.#journal.subscriber(name, Date.now() - this.#catchUpMs);
  }

  remember(identity: string, address: string, seq: number): void {
    if (this.#catchUpMs !== undefined) this.#unsaved.set(nameOf(identity, address), seq);
  }

  /** Keeps what has changed. @param settled every connected subscriber has its alerts up to here, by its receipts */
  save(settled: number, now: number): void {
    const isRestart = now - this.#startedAt < GRACE_MS;
    const position = isRestart ? Math.min(settled, this.#base) : settled;
    try {
      if (position !== this.#saved) this.#journal.setPosition(position);
      this.#saved = position;
      if (this.#unsaved.size === 0) return;
      this.#journal.keepSubscribers(this.#unsaved, now, now - (this.#catchUpMs ?? 0));
      this.#unsaved.clear();
    } catch (error) {
      this.#log.warn(
        `Cannot keep in the journal how far alerts have been broadcast: ${explain(error)}. It is tried again`,
      );
    }
  }
}

const nameOf = (identity: string, address: string): string => `${identity} ${address}`;
