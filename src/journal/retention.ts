import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openJournalFile } from './open.ts';

/** How long alerts are kept. Where nothing is given, for ever. */
export interface Retention {
  /** Milliseconds since an alert was received. */
  readonly keep: number | undefined;
  /** Bytes of the file: the oldest alerts go before it grows beyond. */
  readonly maxSize: number | undefined;
  /** Alerts are handed on to subscribers, and none goes before it was. */
  readonly broadcasts: boolean;
}

/** What came of one step. */
export interface Removal {
  readonly removed: number;
  /** There may be more to remove. */
  readonly isMore: boolean;
  /** Bytes that are too many in the file, though nothing more may be removed. */
  readonly excess: number;
}

/** Removed in one transaction, others wait for it: so many alerts, or packets of so many bytes. */
const BATCH = 100;
const BATCH_BYTES = 2 * 1024 * 1024;
/** The part of `maxSize` that is used: the file grows between two steps, and never shrinks by itself. */
export const USED_PART = 0.9;
/** A broker's back-fill does not reach back so far. */
const REMEMBERED_MS = 365 * 86_400_000;

/** Neither awaited by a handler nor asked for again. */
const FREE = `NOT EXISTS (SELECT 1 FROM delivery WHERE delivery.seq = decision.seq AND state IN ('pending', 'running', 'retrying'))
  AND NOT EXISTS (SELECT 1 FROM request WHERE request.seq = decision.seq)`;

/** What may go: decided on, handed on, and not the last decision, by which the daemon knows how far it has come. */
export const REMOVABLE = `FROM decision WHERE received_at < ?1 AND seq < (SELECT max(seq) FROM decision)
  AND (?2 = 0 OR seq <= (SELECT coalesce(max(seq), 0) FROM broadcast)) AND ${FREE}`;

/** The tables with rows of an alert; those that refer to it first. */
const TABLES = ['citation', 'attempt', 'delivery', 'decision', 'alert'] as const;

/**
 * Removes alerts that need not be kept any longer, the oldest first, a few in a transaction. What it removes is chosen and
 * removed under SQLite's write lock, so that no delivery can be begun or asked for in between.
 */
export class JournalRetention {
  readonly #database: DatabaseSync;
  readonly #removable: StatementSync;
  readonly #remember: StatementSync;
  readonly #deletes: readonly StatementSync[];

  /** @throws UserError when the file cannot be used */
  constructor(path: string) {
    this.#database = openJournalFile(path, 'NORMAL');
    this.#database.exec('PRAGMA wal_autocheckpoint = 0');
    this.#removable = this.#database.prepare(
      `SELECT seq, received_at ${REMOVABLE} ORDER BY received_at LIMIT ${BATCH}`,
    );
    this.#remember = this.#database.prepare(
      `INSERT INTO removed SELECT digest, ?1 FROM alert WHERE seq = ?2
       ON CONFLICT DO UPDATE SET removed_at = excluded.removed_at`,
    );
    this.#deletes = TABLES.map((table) => this.#database.prepare(`DELETE FROM ${table} WHERE seq = ?`));
  }

  /**
   * Removes the next few.
   *
   * @param now milliseconds since 1970
   * @throws when the journal cannot be written; then nothing was removed
   */
  remove({ keep, maxSize, broadcasts }: Retention, now: number): Removal {
    const expired = keep === undefined ? 0 : now - keep;
    const before = this.#excess(maxSize);
    // Looks first, without the lock: most of the time there is nothing to do.
    if (this.#candidates(before > 0 ? Number.MAX_SAFE_INTEGER : expired, broadcasts).length === 0) {
      this.#forget(now);
      return { removed: 0, isMore: false, excess: before };
    }
    const removed = this.#transaction(() => this.#removeBatch(expired, before, broadcasts, now));
    return { removed, isMore: removed > 0, excess: this.#excess(maxSize) };
  }

  #removeBatch(expired: number, excess: number, broadcasts: boolean, now: number): number {
    let removed = 0;
    let bytes = 0;
    const limit = excess > 0 ? Number.MAX_SAFE_INTEGER : expired;
    for (const { seq, receivedAt } of this.#candidates(limit, broadcasts)) {
      if (bytes >= BATCH_BYTES || (receivedAt >= expired && bytes >= excess)) break;
      bytes += this.#bytesOf(seq);
      this.#remember.run(now, seq);
      for (const statement of this.#deletes) statement.run(seq);
      removed += 1;
    }
    return removed;
  }

  #candidates(before: number, broadcasts: boolean): { seq: number; receivedAt: number }[] {
    return this.#removable
      .all(before, broadcasts ? 1 : 0)
      .map((row) => ({ seq: Number(row.seq), receivedAt: Number(row.received_at) }));
  }

  #bytesOf(seq: number): number {
    return Number(this.#database.prepare('SELECT length(packet) AS n FROM alert WHERE seq = ?').get(seq)?.n ?? 0);
  }

  /** Bytes in use beyond what may be. Pages that are free do not count: what comes next is written there. */
  #excess(maxSize: number | undefined): number {
    if (maxSize === undefined) return 0;
    return Math.max(0, usedBytes(this.#database) - Math.floor(maxSize * USED_PART));
  }

  /** The digests of what went so long ago that it does not come again. */
  #forget(now: number): void {
    this.#database
      .prepare(`DELETE FROM removed WHERE digest IN (SELECT digest FROM removed WHERE removed_at < ? LIMIT ${BATCH})`)
      .run(now - REMEMBERED_MS);
  }

  #transaction<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** Bytes of the pages in use. */
export function usedBytes(database: DatabaseSync): number {
  const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
  return (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
}
