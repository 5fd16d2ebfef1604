import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { BUSY_TIMEOUT_MS, openJournalFile } from './open.ts';

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

/** Holds the pages a large batch changes, those of the digests' index most of all: they are written once (bench). */
const CACHE_KIB = 8_192;

/** So many bytes of packets after the log was last begun anew, it is to be begun anew: some 100 MB of log. */
const LOG_BYTES = 48 * 1024 * 1024;

/** The hot half's end of the journal: appends, and nothing else. */
export class JournalAppender {
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  #loggedBytes = 0;
  #restart: NodeJS.Immediate | undefined;

  /** @throws UserError when the file cannot be used */
  constructor(path: string) {
    this.#database = openJournalFile(path, 'FULL');
    this.#database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -${CACHE_KIB}`);
    this.#insert = this.#database.prepare(
      `INSERT INTO alert (digest, source, peer, ivorn, role, received_at, packet) SELECT ?1, ?, ?, ?, ?, ?, ?
       WHERE NOT EXISTS (SELECT 1 FROM composed WHERE digest = ?1) ON CONFLICT (digest) DO NOTHING`,
    );
  }

  /**
   * Appends all entries in one transaction. When it returns they are on disk.
   *
   * @returns for each entry, whether it was new; the same bytes again are not kept twice (VTP 2.0 §8), nor is the VOEvent
   *   that was made of an alert in another format
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
      this.#count(entries);
      return isNew;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    clearImmediate(this.#restart);
    this.#database.close();
  }

  #count(entries: readonly Entry[]): void {
    for (const { packet } of entries) this.#loggedBytes += packet.length;
    // Not now: what has just been committed is to be acknowledged first.
    if (this.#loggedBytes >= LOG_BYTES) this.#restart ??= setImmediate(() => this.#restartLog());
  }

  /**
   * The main thread moves the log into the file every few seconds, but in a burst it never finds a moment in which all
   * of it is moved and nobody writes, so that the log could begin anew: it grows, and every commit gets slower. This
   * makes that moment. It waits for nobody: what cannot be done now is done after the next commit.
   */
  #restartLog(): void {
    this.#restart = undefined;
    try {
      this.#database.exec('PRAGMA busy_timeout = 0');
      const result = this.#database.prepare('PRAGMA wal_checkpoint(RESTART)').get();
      if (result?.busy === 0) this.#loggedBytes = 0;
    } catch {
      // What was appended is on disk; if the disk is full, the next append says so.
    } finally {
      this.#database.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }
}
