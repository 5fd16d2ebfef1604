import { DatabaseSync } from 'node:sqlite';
import { explain, UserError } from '../common/errors.ts';
import { requireReadable } from './look.ts';
import { BUSY_TIMEOUT_MS } from './open.ts';

/** What somebody asks of the daemon that writes the journal. */
export interface Asked {
  /** retry: a delivery that failed, or was skipped. replay: an alert, whatever became of it. */
  readonly what: 'retry' | 'replay';
  readonly seq: number;
  readonly handler: string;
  /** Everything happens but the plugin. */
  readonly pretend: boolean;
  /** However old the alert is. */
  readonly anyAge: boolean;
}

/**
 * Leaves requests in the journal, all or none; a running daemon takes them up within a second, another one when it starts.
 *
 * @returns the number of the last of them
 * @throws UserError when the journal cannot be written
 */
export function ask(path: string, requests: readonly Asked[], now: number): number {
  requireReadable(path);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
    database.exec('BEGIN IMMEDIATE');
    const insert = database.prepare(
      'INSERT INTO request (asked_at, what, seq, handler, pretend, any_age) VALUES (?, ?, ?, ?, ?, ?)',
    );
    let last = 0;
    for (const { what, seq, handler, pretend, anyAge } of requests) {
      last = Number(insert.run(now, what, seq, handler, pretend ? 1 : 0, anyAge ? 1 : 0).lastInsertRowid);
    }
    database.exec('COMMIT');
    return last;
  } catch (error) {
    throw new UserError(
      'journal.ask',
      `Cannot write to the journal ${path}: ${explain(error)}. Ask as the user that runs voeventd.`,
      { cause: error },
    );
  } finally {
    database?.close();
  }
}
