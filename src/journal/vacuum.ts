import { statSync } from 'node:fs';
import { explain, UserError } from '../common/errors.ts';
import { lockJournal } from './lock.ts';
import { openToLook } from './look.ts';
import { openJournalFile } from './open.ts';

/**
 * Gives back to the disk what the file no longer needs. Meanwhile the disk holds the file twice.
 *
 * @returns bytes of the file, before and after
 * @throws UserError when a daemon uses the journal, or it cannot be written
 */
export function vacuumJournal(path: string): { before: number; after: number } {
  // Nothing is made or brought up to date here.
  openToLook(path).close();
  const lock = lockJournal(path);
  try {
    const database = openJournalFile(path, 'FULL');
    try {
      const before = statSync(path).size;
      database.exec('PRAGMA wal_checkpoint(TRUNCATE); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)');
      return { before, after: statSync(path).size };
    } catch (error) {
      throw new UserError(
        'journal.vacuum',
        `Cannot vacuum the journal ${path}: ${explain(error)}. It is as it was; the disk needs as much room again as the file has.`,
        { cause: error },
      );
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}
