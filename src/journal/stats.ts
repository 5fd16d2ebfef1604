import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { LogReader } from './log/reader.ts';
import { afterAll, type LogPosition } from './log/segments.ts';
import { openToLook } from './look.ts';
import { intakePosition } from './position.ts';
import { REMOVABLE, type Retention, USED_PART, usedBytes } from './retention.ts';

/** What a journal holds. Sizes in bytes, times in milliseconds since 1970. */
export interface JournalStats {
  readonly path: string;
  readonly size: {
    readonly file: number;
    /** Of the file, what the next alerts are written into. */
    readonly free: number;
    /** SQLite's log beside it. */
    readonly wal: number;
    /** What has arrived and is not in the file yet. */
    readonly intake: number;
  };
  readonly alerts: {
    readonly kept: number;
    readonly undecided: number;
    readonly quarantined: number;
    /** No longer kept, and still known. */
    readonly removed: number;
    readonly oldestAt: number | undefined;
    readonly newestAt: number | undefined;
  };
  /** By state. */
  readonly deliveries: Readonly<Record<string, number>>;
  /** What retention would remove now; undefined where everything is kept. */
  readonly removable: { readonly expired: number; readonly excess: number } | undefined;
}

/**
 * Counts all there is: it takes seconds where there are millions of alerts.
 *
 * @param now milliseconds since 1970
 * @throws UserError when the journal cannot be read
 */
export function journalStats(path: string, retention: Retention, now: number): JournalStats {
  const database = openToLook(path);
  try {
    const one = (sql: string): number => Number(database.prepare(sql).get()?.n ?? 0);
    const span = database.prepare('SELECT min(received_at) AS oldest, max(received_at) AS newest FROM alert').get();
    const timeOf = (value: unknown): number | undefined => (value === null ? undefined : Number(value));
    const file = sizeOf(path);
    const states = database.prepare('SELECT state, count(*) AS n FROM delivery GROUP BY state ORDER BY state').all();
    return {
      path,
      size: {
        ...{ file, free: Math.max(0, file - usedBytes(database)), wal: sizeOf(`${path}-wal`) },
        intake: backlog(path, intakePosition(database)),
      },
      alerts: {
        kept: one('SELECT count(*) AS n FROM alert'),
        undecided: one('SELECT count(*) AS n FROM alert WHERE seq > (SELECT coalesce(max(seq), 0) FROM decision)'),
        quarantined: one('SELECT count(*) AS n FROM decision WHERE problem IS NOT NULL'),
        removed: one('SELECT count(*) AS n FROM removed'),
        ...{ oldestAt: timeOf(span?.oldest), newestAt: timeOf(span?.newest) },
      },
      deliveries: Object.fromEntries(states.map(({ state, n }) => [String(state), Number(n)])),
      removable: removable(database, retention, now),
    };
  } finally {
    database.close();
  }
}

function removable(
  database: DatabaseSync,
  { keep, maxSize, broadcasts }: Retention,
  now: number,
): JournalStats['removable'] {
  if (keep === undefined && maxSize === undefined) return undefined;
  const count = database.prepare(`SELECT count(*) AS n ${REMOVABLE}`);
  const expired = keep === undefined ? 0 : Number(count.get(now - keep, broadcasts ? 1 : 0)?.n);
  const excess = maxSize === undefined ? 0 : Math.max(0, usedBytes(database) - Math.floor(maxSize * USED_PART));
  return { expired, excess };
}

/** Bytes of packets in the intake's log that were not taken in. */
function backlog(path: string, from: LogPosition): number {
  const reader = new LogReader(path, { damaged: () => {} });
  const until = afterAll(path);
  let position = from;
  let bytes = 0;
  try {
    for (;;) {
      const batch = reader.read(position, until);
      for (const { packet } of batch.entries) bytes += packet.length;
      position = batch.position;
      if (batch.isLast) return bytes;
    }
  } finally {
    reader.close();
  }
}

/** Of a file that may not be there. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
