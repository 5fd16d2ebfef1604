import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { explain, UserError } from '../common/errors.ts';
import { makeDirectory } from './open.ts';

/** Whoever only asks who has taken it lets go sooner. */
const LOOK_MS = 250;

/**
 * Takes the journal for this process, so that two daemons never run the same deliveries. The lock is one the kernel
 * drops with the process, however it dies: an exclusive transaction on a small file of its own.
 *
 * @throws UserError naming the other daemon's process when it is taken
 */
export function lockJournal(path: string): { release(): void } {
  makeDirectory(path);
  const lockPath = `${path}.lock`;
  const pidPath = `${path}.pid`;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(lockPath, { timeout: LOOK_MS });
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    writeFileSync(pidPath, `${process.pid}\n`);
  } catch (error) {
    database?.close();
    if (!/locked|busy/i.test(String(error))) {
      throw new UserError('journal.lock', `Cannot lock the journal ${path}: ${explain(error)}.`, { cause: error });
    }
    throw new UserError(
      'journal.taken',
      `Cannot use the journal ${path}: another voeventd uses it (process ${otherPid(pidPath)}). Stop that one, or set journal.path to another file.`,
    );
  }
  const held = database;
  return { release: () => held.close() };
}

/** The process that has taken the journal; undefined when none has. */
export function holderOf(path: string): string | undefined {
  const lockPath = `${path}.lock`;
  if (!existsSync(lockPath)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(lockPath, { readOnly: true, timeout: 0 });
    // Takes the lock of a reader, for a moment.
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return undefined;
  } catch (error) {
    if (/locked|busy/i.test(String(error))) return otherPid(`${path}.pid`);
    throw new UserError('journal.lock', `Cannot see who uses the journal ${path}: ${explain(error)}.`, {
      cause: error,
    });
  } finally {
    database?.close();
  }
}

function otherPid(pidPath: string): string {
  try {
    return readFileSync(pidPath, 'utf8').trim();
  } catch {
    return 'unknown';
  }
}
