import type { DatabaseSync } from 'node:sqlite';
import { digestOf } from '../alert/digest.ts';
import { scanEnvelope } from '../alert/envelope.ts';
import { explain } from '../common/errors.ts';
import { LogReader } from './log/reader.ts';
import { afterAll, segments } from './log/segments.ts';
import { openToLook } from './look.ts';

/** What was looked at, and what is wrong with it, a sentence each. */
export interface Verification {
  readonly alerts: number;
  readonly logged: number;
  readonly findings: readonly string[];
}

/** Findings of one kind that are told. */
const MOST_FINDINGS = 20;
const BATCH = 100;

/** Rows that belong to a row which is not there. */
const ORPHANS: Readonly<Record<string, string>> = {
  'decisions without their alert': 'decision LEFT JOIN alert USING (seq) WHERE alert.digest IS NULL',
  'deliveries without their alert': 'delivery LEFT JOIN alert USING (seq) WHERE alert.digest IS NULL',
  'attempts without their delivery': 'attempt LEFT JOIN delivery USING (seq, handler) WHERE delivery.state IS NULL',
  'citations without their decision': 'citation LEFT JOIN decision USING (seq) WHERE decision.verdicts IS NULL',
};

/**
 * Reads all of a journal, and looks for what cannot be.
 *
 * @throws UserError when it cannot be read at all
 */
export function verifyJournal(path: string): Verification {
  const database = openToLook(path);
  const findings: string[] = [];
  const attempt = (what: string, work: () => number | undefined): number => {
    try {
      return work() ?? 0;
    } catch (error) {
      findings.push(`Cannot read ${what}: ${explain(error)}.`);
      return 0;
    }
  };
  try {
    attempt('the file', () => findings.push(...damage(database)));
    const alerts = attempt('all alerts', () => checkDigests(database, findings));
    attempt('all tables', () => findings.push(...orphans(database)));
    const logged = attempt('the intake’s log', () => checkLog(path, findings));
    return { alerts, logged, findings };
  } finally {
    database.close();
  }
}

function damage(database: DatabaseSync): string[] {
  return database
    .prepare(`PRAGMA integrity_check(${MOST_FINDINGS})`)
    .all()
    .map(({ integrity_check: said }) => String(said))
    .filter((said) => said !== 'ok')
    .map((said) => `SQLite says of the file: ${said}.`);
}

/** @returns how many alerts there are */
function checkDigests(database: DatabaseSync, findings: string[]): number {
  // A few at a time: whoever reads for long keeps SQLite's log from beginning anew.
  const next = database.prepare('SELECT seq, digest, packet FROM alert WHERE seq > ? ORDER BY seq LIMIT ?');
  let [alerts, wrong, last] = [0, 0, 0];
  for (;;) {
    const rows = next.all(last, BATCH);
    for (const { seq, digest, packet } of rows) {
      last = Number(seq);
      const bytes = Buffer.from(packet as Uint8Array);
      if (digestOf(bytes, scanEnvelope(bytes).element).equals(digest as Uint8Array)) continue;
      wrong += 1;
      if (wrong <= MOST_FINDINGS)
        findings.push(`The packet of alert ${last} is not what was received: its digest differs.`);
    }
    alerts += rows.length;
    if (rows.length < BATCH) break;
  }
  if (wrong > MOST_FINDINGS) findings.push(`So it is with ${wrong - MOST_FINDINGS} more packets.`);
  return alerts;
}

function orphans(database: DatabaseSync): string[] {
  return Object.entries(ORPHANS).flatMap(([what, from]) => {
    const count = Number(database.prepare(`SELECT count(*) AS n FROM ${from}`).get()?.n);
    return count === 0 ? [] : [`There are ${count} ${what}.`];
  });
}

/** @returns how many records the intake's log has. What its end lacks may be being written. */
function checkLog(path: string, findings: string[]): number {
  const reader = new LogReader(path, {
    damaged: (file, { from, to, isEnd }) => {
      if (!isEnd) findings.push(`${to - from} bytes from byte ${from} of ${file} are no alert.`);
    },
  });
  const until = afterAll(path);
  let position = { segment: segments(path)[0] ?? until.segment, offset: 0 };
  let records = 0;
  try {
    for (;;) {
      const batch = reader.read(position, until);
      records += batch.entries.length;
      position = batch.position;
      if (batch.isLast) return records;
    }
  } finally {
    reader.close();
  }
}
