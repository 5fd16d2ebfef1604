import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { explain, UserError } from '../common/errors.ts';
import { migrate } from './migrate.ts';
import { APPLICATION_ID, SCHEMA, SCHEMA_VERSION } from './schema.ts';

/** How long a statement waits for the other thread's transaction. */
export const BUSY_TIMEOUT_MS = 10_000;

/**
 * Opens the journal file, making it and its directory when they are missing.
 *
 * @param synchronous FULL: a commit is on disk when it returns. NORMAL: it survives the death of the process, and the
 *   last moments may be lost with the power.
 * @throws UserError when the file cannot be used
 */
export function openJournalFile(path: string, synchronous: 'FULL' | 'NORMAL'): DatabaseSync {
  makeDirectory(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    requireOurs(database, path);
    // SQLite's own default, measured against 8, 16 and 32 kB: an alert by itself writes least, and in a burst so does the
    // digests' index, of which every batch touches most pages. Only bursts without any pause gain from larger ones.
    database.exec(`PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous};`);
    migrate(database);
    database.exec(SCHEMA);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof UserError) throw error;
    throw new UserError(
      'journal.open',
      `Cannot open the journal ${path}: ${explain(error)}. Let the user that runs voeventd write there, or set journal.path to another file.`,
      { cause: error },
    );
  }
}

/** Makes the directory of the journal. @throws UserError when it cannot be made */
export function makeDirectory(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  } catch (error) {
    throw new UserError(
      'journal.open',
      `Cannot make the journal's directory ${dirname(path)}: ${explain(error)}. Make it for the user that runs voeventd, or set journal.path to another file.`,
      { cause: error },
    );
  }
}

function requireOurs(database: DatabaseSync, path: string): void {
  const applicationId = pragma(database, 'application_id');
  const version = pragma(database, 'user_version');
  const tables = database.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.n;
  if (tables !== 0 && applicationId !== APPLICATION_ID) {
    throw new UserError(
      'journal.foreign',
      `Cannot use ${path} as the journal: it is another program's SQLite database. Set journal.path to another file.`,
    );
  }
  if (version > SCHEMA_VERSION) {
    throw new UserError(
      'journal.newer',
      `Cannot use the journal ${path}: a newer voeventd wrote it (version ${version}, this one knows ${SCHEMA_VERSION}). Install the newer voeventd, or set journal.path to another file.`,
    );
  }
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
}
