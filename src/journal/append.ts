import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openJournalFile } from './open.ts';

/** One document to be kept. */
export interface Entry {
  /** SHA-256 of the element's bytes. */
  readonly digest: Uint8Array;
  readonly source: string;
  readonly peer: string;
  readonly ivorn: string | undefined;
  readonly role: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly packet: Uint8Array;
}

/** The hot half's end of the journal: appends, and nothing else. */
export class JournalAppender {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;

  /** @throws UserError when the file cannot be used */
  constructor(path: string) {
    this.#database = openJournalFile(path, 'FULL');
    // A checkpoint in the middle of a burst delays acks; the main thread makes them when it is idle, and this is the
    // bound for when it never is: 8 kB pages, so 128 MB of log.
    this.#database.exec('PRAGMA wal_autocheckpoint = 16384');
    this.#insert = this.#database.prepare(
      `INSERT INTO alert (digest, source, peer, ivorn, role, received_at, packet) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (digest) DO NOTHING`,
    );
  }

  /**
   * Appends all entries in one transaction. When it returns they are on disk.
   *
   * @returns for each entry, whether it was new; the same bytes again are not kept twice (VTP 2.0 §8)
   * @throws when nothing could be written; then nothing was
   */
  append(entries: readonly Entry[]): boolean[] {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const isNew = entries.map((entry) => {
        const { digest, source, peer, ivorn = null, role = null, receivedAt, packet } = entry;
        return this.#insert.run(digest, source, peer, ivorn, role, receivedAt, packet).changes === 1;
      });
      this.#database.exec('COMMIT');
      return isNew;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}
