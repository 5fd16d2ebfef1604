import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { explain, UserError } from '../common/errors.ts';
import { syncDirectory } from './log/segments.ts';
import { BUSY_TIMEOUT_MS, openJournalFile } from './open.ts';

/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED = new Set([11, 26]);

/** What a start reads: where these cannot be read, the daemon could not work. Not all of the file: that takes minutes. */
const READ_AT_START = [
  'SELECT max(seq) FROM alert',
  'SELECT max(seq) FROM decision',
  'SELECT segment FROM intake',
  `SELECT handler, count(*) FROM delivery WHERE state IN ('pending', 'running', 'retrying') GROUP BY handler`,
  'SELECT digest FROM alert ORDER BY digest LIMIT 1',
];

/** Beside a journal in which a daemon has met damage: the next start need not meet it again. */
const noteOf = (path: string): string => `${path}.damaged`;

/** Has the next start set the journal aside. @param reason a clause */
export function noteDamage(path: string, reason: string): void {
  writeFileSync(noteOf(path), reason);
}

/** Why the journal is no database that can be used, a clause; undefined when it can, or there is none. */
export function damageOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  if (existsSync(noteOf(path))) return readFileSync(noteOf(path), 'utf8');
  try {
    const database = openJournalFile(path, 'NORMAL');
    try {
      for (const sql of READ_AT_START) database.prepare(sql).all();
    } finally {
      database.close();
    }
    return undefined;
  } catch (error) {
    const cause = error instanceof UserError ? error.cause : error;
    return isDamage(cause) ? explain(cause) : undefined;
  }
}

/** Whether SQLite has met bytes that cannot be its own. */
export function isDamage(error: unknown): boolean {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  // Extended codes have the plain one in their lowest byte.
  return typeof code === 'number' && DAMAGED.has(code & 0xff);
}

/**
 * Gives a journal that cannot be read another name, with SQLite's log beside it. The intake's log stays: the new journal takes
 * it in.
 *
 * @returns the new name
 */
export function setAside(path: string, now: Date): string {
  const aside = `${path}.corrupt-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  rmSync(noteOf(path), { force: true });
  syncDirectory(path);
  return aside;
}

/** What was found in a journal that was set aside. */
export interface Salvaged {
  /** With a delivery that had not ended, or undecided: taken over. */
  readonly alerts: number;
  /** Alerts that are known when they come again. */
  readonly known: number;
  /** What of it could not be read, clauses. */
  readonly unread: readonly string[];
}

const WAITING = `seq IN (SELECT seq FROM delivery WHERE state IN ('pending', 'running', 'retrying'))
  OR seq > (SELECT coalesce(max(seq), 0) FROM decision)
  OR seq = (SELECT max(seq) FROM decision)`;

/** In order of who refers to whom. The last decision goes too: by it the daemon knows how far it has come. */
const TAKEN_OVER: Readonly<Record<string, string>> = {
  alert: WAITING,
  rule: 'true',
  thread_key: 'true',
  handler: 'true',
  composed: 'true',
  broadcast: 'true',
  subscriber: 'true',
  removed: 'true',
  plugin_state: 'true',
  decision: WAITING,
  citation: WAITING,
  delivery: WAITING,
  attempt: WAITING,
};

/** Takes over from a journal that was set aside what can be read and is still needed. */
export function salvage(aside: string, path: string, now: number): Salvaged {
  const into = openJournalFile(path, 'NORMAL');
  const unread: string[] = [];
  try {
    // Rows of which some cannot be read may refer to others.
    into.exec('PRAGMA foreign_keys = OFF');
    const from = openAside(aside, unread);
    if (from === undefined) return { alerts: 0, known: 0, unread };
    try {
      for (const [table, where] of Object.entries(TAKEN_OVER)) copy(from, into, table, where, unread);
      const known = remember(from, into, now, unread);
      const orphans = 'seq NOT IN (SELECT seq FROM alert)';
      for (const table of ['citation', 'attempt', 'delivery', 'decision'])
        into.exec(`DELETE FROM ${table} WHERE ${orphans}`);
      const alerts = Number(into.prepare('SELECT count(*) AS n FROM alert').get()?.n);
      return { alerts, known, unread };
    } finally {
      from.close();
    }
  } finally {
    into.close();
  }
}

function openAside(aside: string, unread: string[]): DatabaseSync | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(aside, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database?.close();
    unread.push(`the whole file: ${explain(error)}`);
    return undefined;
  }
}

/** Row by row, up to the first that cannot be read. */
function copy(from: DatabaseSync, into: DatabaseSync, table: string, where: string, unread: string[]): void {
  const columns = into
    .prepare(`SELECT name FROM pragma_table_info('${table}')`)
    .all()
    .map(({ name }) => String(name));
  const insert = into.prepare(
    `INSERT OR IGNORE INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  const rows = readable(from, `SELECT ${columns.join(', ')} FROM ${table} WHERE ${where}`, (reason) =>
    unread.push(`${table}: ${reason}`),
  );
  into.exec('BEGIN IMMEDIATE');
  for (const row of rows) insert.run(...columns.map((column) => row[column] ?? null));
  into.exec('COMMIT');
}

/** The rows up to the first that cannot be read, whatever the reason: of a damaged file nothing is as it should be. */
function* readable(
  from: DatabaseSync,
  sql: string,
  onEnd: (reason: string) => void,
): Generator<Record<string, SQLOutputValue>> {
  try {
    const rows = from.prepare(sql).iterate();
    for (let next = rows.next(); next.done !== true; next = rows.next()) yield next.value;
  } catch (error) {
    onEnd(explain(error));
  }
}

/** Digests of alerts that are not taken over: when they come again they are not delivered again. */
function remember(from: DatabaseSync, into: DatabaseSync, now: number, unread: string[]): number {
  const insert = into.prepare(
    'INSERT INTO removed SELECT ?1, ?2 WHERE NOT EXISTS (SELECT 1 FROM alert WHERE digest = ?1) ON CONFLICT DO NOTHING',
  );
  const rows = readable(from, 'SELECT digest FROM alert', (reason) => unread.push(`digests of alerts: ${reason}`));
  let known = 0;
  into.exec('BEGIN IMMEDIATE');
  for (const { digest } of rows) known += Number(insert.run(digest as Uint8Array, now).changes);
  into.exec('COMMIT');
  return known;
}
