import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';

/** A place in the intake log: up to there, and in every segment before. */
export interface LogPosition {
  readonly segment: number;
  readonly offset: number;
}

/** A segment that has grown to this is followed by another. */
export const SEGMENT_BYTES = 16 * 1024 * 1024;

/** The file of a segment, beside the journal. */
export function segmentPath(journalPath: string, segment: number): string {
  return `${journalPath}-intake-${String(segment).padStart(8, '0')}`;
}

/** The segments that there are, oldest first. */
export function segments(journalPath: string): number[] {
  const prefix = `${basename(journalPath)}-intake-`;
  return readdirSync(dirname(journalPath))
    .filter((name) => name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length)))
    .map((name) => Number(name.slice(prefix.length)))
    .sort((a, b) => a - b);
}

/** A place behind everything that has been written. */
export function afterAll(journalPath: string): LogPosition {
  return { segment: (segments(journalPath).at(-1) ?? 0) + 1, offset: 0 };
}

/** Makes sure that files which were made or removed beside the journal are so after a power cut too. */
export function syncDirectory(journalPath: string): void {
  const directory = openSync(dirname(journalPath), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
