import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { explain, UserError } from '../common/errors.ts';
import { BUSY_TIMEOUT_MS } from './open.ts';
import { JournalReader } from './reader.ts';
import { APPLICATION_ID, SCHEMA_VERSION } from './schema.ts';

/**
 * Opens a journal only to look into it, whether a daemon writes it or not.
 *
 * @throws UserError when there is none, it is another program's, or one of another version
 */
export function lookInto(path: string): JournalReader {
  return look(path, () => new JournalReader(path));
}

/** The same, for questions of one's own. @throws UserError as `lookInto` */
export function openToLook(path: string): DatabaseSync {
  return look(path, () => new DatabaseSync(path, { readOnly: true, timeout: BUSY_TIMEOUT_MS }));
}

/** @throws UserError when there is no journal, it is another program's, or one of another version */
export function requireReadable(path: string): void {
  look(path, () => undefined);
}

/** @throws UserError when there is no such file */
export function requireJournal(path: string): void {
  if (existsSync(path)) return;
  throw new UserError(
    'journal.none',
    `Cannot read the journal ${path}: there is no such file. Has voeventd run with this configuration? Name the file with --journal FILE.`,
  );
}

function look<Opened>(path: string, open: () => Opened): Opened {
  requireJournal(path);
  try {
    requireOurs(path);
    return open();
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      'journal.read',
      `Cannot read the journal ${path}: ${explain(error)}. Look as the user that runs voeventd.`,
      { cause: error },
    );
  }
}

function requireOurs(path: string): void {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const pragma = (name: string): number => Number(database.prepare(`PRAGMA ${name}`).get()?.[name] ?? 0);
    if (pragma('application_id') !== APPLICATION_ID) {
      throw new UserError('journal.foreign', `Cannot read ${path}: it is no journal of voeventd.`);
    }
    const version = pragma('user_version');
    if (version === SCHEMA_VERSION) return;
    const advice =
      version > SCHEMA_VERSION ? 'Use that version of voeventd.' : 'voeventd run brings it up to date when it starts.';
    throw new UserError(
      'journal.version',
      `Cannot read the journal ${path}: it is of version ${version}, and this voeventd knows ${SCHEMA_VERSION}. ${advice}`,
    );
  } finally {
    database.close();
  }
}
