import type { DatabaseSync } from 'node:sqlite';
import type { Alert } from '../alert/model.ts';
import { openJournalFile } from './open.ts';
import { STORED_COLUMNS, type StoredAlert, storedAlert } from './stored.ts';

/** Bytes that the beginning of an alert's digest, which is its id, is followed by at the most. */
const REST_OF_DIGEST = Buffer.alloc(24, 0xff);

/** Earlier alerts of a thread, the newest first. A thread is joined to another under that one's name. */
const EARLIER = `
SELECT ${STORED_COLUMNS} FROM alert WHERE seq IN (
  SELECT seq FROM decision
  WHERE thread IN (?1, (SELECT thread FROM thread_key WHERE key = ?1))
    AND seq < coalesce((SELECT seq FROM alert WHERE digest BETWEEN ?2 AND ?3), seq + 1)
  ORDER BY seq DESC LIMIT ?4)
ORDER BY seq DESC`;

const KEEP = `
INSERT INTO plugin_state VALUES (?, ?, ?) ON CONFLICT (handler, key) DO UPDATE SET value = excluded.value`;

/** The plugins' end of the journal: what came before, and what they keep, each under its handler's name. Opened when one asks. */
export class PluginJournal {
  readonly #open: () => DatabaseSync;
  #database: DatabaseSync | undefined;

  /** @param open opens the journal file, to look only where nothing is to be kept */
  constructor(open: () => DatabaseSync) {
    this.#open = open;
  }

  /** One that the daemon writes. */
  static at(path: string): PluginJournal {
    return new PluginJournal(() => {
      const database = openJournalFile(path, 'NORMAL');
      database.exec('PRAGMA wal_autocheckpoint = 0');
      return database;
    });
  }

  /** Alerts of the thread before this one, oldest first: the newest of them, so many and so many bytes at the most. */
  earlier({ id, thread }: Pick<Alert, 'id' | 'thread'>, limit: number, maxBytes: number): StoredAlert[] {
    const from = Buffer.from(id, 'hex');
    const to = Buffer.concat([from, REST_OF_DIGEST]);
    const alerts: StoredAlert[] = [];
    let bytes = 0;
    for (const row of this.#prepare(EARLIER).iterate(thread, from, to, limit)) {
      const alert = storedAlert(row);
      bytes += alert.packet.length;
      if (bytes > maxBytes) break;
      alerts.unshift(alert);
    }
    return alerts;
  }

  get(handler: string, key: string): string | undefined {
    const row = this.#prepare('SELECT value FROM plugin_state WHERE handler = ? AND key = ?').get(handler, key);
    return row === undefined ? undefined : String(row.value);
  }

  set(handler: string, key: string, value: string): void {
    this.#prepare(KEEP).run(handler, key, value);
  }

  delete(handler: string, key: string): void {
    this.#prepare('DELETE FROM plugin_state WHERE handler = ? AND key = ?').run(handler, key);
  }

  keys(handler: string): string[] {
    const rows = this.#prepare('SELECT key FROM plugin_state WHERE handler = ? ORDER BY key').all(handler);
    return rows.map(({ key }) => String(key));
  }

  close(): void {
    this.#database?.close();
  }

  #prepare(sql: string) {
    this.#database ??= this.#open();
    return this.#database.prepare(sql);
  }
}
