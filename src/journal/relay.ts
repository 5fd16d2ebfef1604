import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openJournalFile } from './open.ts';
import { STORED_COLUMNS, type StoredAlert, storedAlert } from './stored.ts';

/** The broadcast's end of the journal: reads alerts, and writes how far they have been handed on, and to whom. */
export class RelayJournal {
  readonly #database: DatabaseSync;
  readonly #head: StatementSync;
  readonly #after: StatementSync;
  readonly #addComposed: StatementSync;
  readonly #keepSubscriber: StatementSync;
  readonly #subscriber: StatementSync;

  /** @throws UserError when the file cannot be used */
  constructor(path: string) {
    this.#database = openJournalFile(path, 'NORMAL');
    this.#database.exec('PRAGMA wal_autocheckpoint = 0');
    this.#head = this.#database.prepare('SELECT coalesce(max(seq), 0) AS seq FROM alert');
    this.#after = this.#database.prepare(`SELECT ${STORED_COLUMNS} FROM alert WHERE seq > ? ORDER BY seq LIMIT ?`);
    this.#addComposed = this.#database.prepare('INSERT INTO composed VALUES (?) ON CONFLICT DO NOTHING');
    this.#keepSubscriber = this.#database.prepare(
      `INSERT INTO subscriber VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET seq = max(seq, excluded.seq), seen_at = excluded.seen_at`,
    );
    this.#subscriber = this.#database.prepare('SELECT seq FROM subscriber WHERE name = ? AND seen_at >= ?');
  }

  /** The number of the newest alert; 0 when there is none. */
  head(): number {
    return Number(this.#head.get()?.seq ?? 0);
  }

  /** Alerts after this one, oldest first: so many at the most, and so many bytes of packets but for the first. */
  after(seq: number, limit: number, maxBytes: number): StoredAlert[] {
    const alerts: StoredAlert[] = [];
    let bytes = 0;
    for (const row of this.#after.iterate(seq, limit)) {
      const alert = storedAlert(row);
      bytes += alert.packet.length;
      if (alerts.length > 0 && bytes > maxBytes) break;
      alerts.push(alert);
    }
    return alerts;
  }

  /** The number after which nothing has been handed on that arrived since; undefined when nothing ever was. */
  position(since: number): number | undefined {
    const row = this.#database.prepare('SELECT seq FROM broadcast WHERE id = 0').get();
    if (row === undefined) return undefined;
    const old = this.#database.prepare('SELECT max(seq) AS seq FROM alert WHERE seq > ? AND received_at < ?');
    return Math.max(Number(row.seq), Number(old.get(Number(row.seq), since)?.seq ?? 0));
  }

  /** Alerts up to this one have been handed on. */
  setPosition(seq: number): void {
    this.#database
      .prepare('INSERT INTO broadcast VALUES (0, ?) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq')
      .run(seq);
  }

  /** A VOEvent with this digest was made of an alert that the journal has. */
  addComposed(digest: Uint8Array): void {
    this.#addComposed.run(digest);
  }

  /** The number of the last alert that a subscriber has; undefined when it was not seen since. */
  subscriber(name: string, since: number): number | undefined {
    const row = this.#subscriber.get(name, since);
    return row === undefined ? undefined : Number(row.seq);
  }

  /** Keeps where subscribers are, and forgets those that were not seen since. */
  keepSubscribers(positions: ReadonlyMap<string, number>, now: number, since: number): void {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const [name, seq] of positions) this.#keepSubscriber.run(name, seq, now);
      this.#database.prepare('DELETE FROM subscriber WHERE seen_at < ?').run(since);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}
