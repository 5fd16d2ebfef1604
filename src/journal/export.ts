import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { idOf } from '../alert/digest.ts';
import { openToLook } from './look.ts';
import { STORED_COLUMNS, type StoredAlert, storedAlert } from './stored.ts';

/** Which alerts to export. All that is given must hold; times in milliseconds since 1970. */
export interface ExportFilter {
  /** Received at this time or later. */
  readonly since?: number | undefined;
  /** Received before. */
  readonly until?: number | undefined;
  readonly stream?: string | undefined;
  readonly role?: string | undefined;
}

export interface ExportedAlert extends StoredAlert {
  /** The first 16 hexadecimal digits of its digest. */
  readonly id: string;
  /** As it counts; undefined where nothing was decided, or it cannot be read. */
  readonly role: string | undefined;
  readonly stream: string | undefined;
  readonly thread: string | undefined;
  readonly format: string | undefined;
  readonly problem: string | undefined;
}

const COLUMNS = STORED_COLUMNS.split(', ').map((column) => `alert.${column}`);
/** One in a statement: whoever reads for long keeps SQLite's log from beginning anew. */
const NEXT = `SELECT ${COLUMNS.join(', ')}, digest, decision.role, stream, thread, format, problem
  FROM alert LEFT JOIN decision USING (seq)
  WHERE alert.seq > ?1 AND alert.received_at >= ?2 AND alert.received_at < ?3
  AND (?4 IS NULL OR stream = ?4) AND (?5 IS NULL OR decision.role = ?5) ORDER BY alert.seq LIMIT 1`;

/** Alerts of a journal, oldest first. @throws UserError when it cannot be read */
export function* exportedAlerts(path: string, filter: ExportFilter): Generator<ExportedAlert> {
  const { since = 0, until = Number.MAX_SAFE_INTEGER, stream = null, role = null } = filter;
  const values: SQLInputValue[] = [since, until, stream, role];
  const database = openToLook(path);
  try {
    const next = database.prepare(NEXT);
    for (let row = next.get(0, ...values); row !== undefined; row = next.get(Number(row.seq), ...values)) {
      yield exported(row);
    }
  } finally {
    database.close();
  }
}

function exported(row: Record<string, SQLOutputValue>): ExportedAlert {
  const text = (name: string): string | undefined => (row[name] === null ? undefined : String(row[name]));
  return {
    ...storedAlert(row),
    ...{ id: idOf(row.digest as Uint8Array), role: text('role'), stream: text('stream'), thread: text('thread') },
    ...{ format: text('format'), problem: text('problem') },
  };
}
