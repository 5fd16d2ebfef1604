import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { digestOf } from '../alert/digest.ts';
import type { Entry } from './log/record.ts';
import type { LogPosition } from './log/segments.ts';
import { BUSY_TIMEOUT_MS, openJournalFile } from './open.ts';
import { intakePosition } from './position.ts';

/** Holds the pages a large batch changes, those of the digests' index most of all: they are written once (bench). */
const CACHE_KIB = 8_192;

/** How often SQLite's own log is moved into the file, by bytes of packets: some 100 MB of log. */
const LOG_BYTES = 48 * 1024 * 1024;

/**
 * The keeper's end of the journal: takes in what the intake log holds, and moves SQLite's own log into the file. Its
 * commits survive the death of the process; those that a power cut takes are made again from the intake log, which is
 * kept until they are on disk.
 */
export class JournalImporter {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #setPosition: StatementSync;
  #loggedBytes = 0;

  /** @throws UserError when the file cannot be used */
  constructor(path: string) {
    this.#database = openJournalFile(path, 'NORMAL');
    this.#database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB}`);
    this.#insert = this.#database.prepare(
      `INSERT INTO alert (digest, source, peer, ivorn, role, received_at, packet) SELECT ?1, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM composed WHERE digest = ?1)
         AND NOT EXISTS (SELECT 1 FROM removed WHERE digest = ?1) ON CONFLICT (digest) DO NOTHING`,
    );
    this.#setPosition = this.#database.prepare(
      `INSERT INTO intake VALUES (0, ?, ?)
       ON CONFLICT (id) DO UPDATE SET segment = excluded.segment, offset = excluded.offset`,
    );
  }

  /** Up to where the intake log has been taken in. */
  position(): LogPosition {
    return intakePosition(this.#database);
  }

  /**
   * Takes in all entries, and with them up to where in the intake log they reach, in one transaction.
   *
   * @returns for each entry, whether it was new; the same bytes again are not kept twice (VTP 2.0 §8), nor is the VOEvent
   *   that was made of an alert in another format, nor what was removed
   * @throws when nothing could be written; then nothing was
   */
  take(entries: readonly Entry[], { segment, offset }: LogPosition): boolean[] {
    // Before the transaction: nobody is to wait for it.
    const digests = entries.map(({ packet, element }) => digestOf(packet, element));
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const isNew = entries.map((entry, index) => this.#keep(entry, digests[index] as Uint8Array));
      this.#setPosition.run(segment, offset);
      this.#database.exec('COMMIT');
      for (const { packet } of entries) this.#loggedBytes += packet.length;
      return isNew;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  #keep({ source, peer, ivorn, role, receivedAt, packet }: Entry, digest: Uint8Array): boolean {
    const values = [digest, source, peer, ivorn ?? null, role ?? null, receivedAt, packet];
    return this.#insert.run(...values).changes === 1;
  }

  /** Whether SQLite's log has grown so long that it should begin anew, however many write. */
  get isLogLong(): boolean {
    return this.#loggedBytes >= LOG_BYTES;
  }

  /**
   * Moves committed pages from SQLite's log into the file; waits for nobody.
   *
   * @returns whether all that was committed is in the file, and on disk
   */
  checkpoint(): boolean {
    const { busy, log, checkpointed } = this.#checkpoint('PASSIVE');
    return busy === 0 && log === checkpointed;
  }

  /**
   * The same, so that SQLite's log begins anew. In a burst there is hardly a moment in which all of it is moved and nobody
   * writes: the log grows, and every commit gets slower. This makes that moment.
   *
   * @returns whether it could be done now
   */
  restartLog(): boolean {
    this.#database.exec('PRAGMA busy_timeout = 0');
    try {
      if (this.#checkpoint('RESTART').busy !== 0) return false;
      this.#loggedBytes = 0;
      return true;
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  #checkpoint(mode: 'PASSIVE' | 'RESTART'): { busy: number; log: number; checkpointed: number } {
    const row = this.#database.prepare(`PRAGMA wal_checkpoint(${mode})`).get();
    return { busy: Number(row?.busy), log: Number(row?.log), checkpointed: Number(row?.checkpointed) };
  }

  close(): void {
    this.#database.close();
  }
}
