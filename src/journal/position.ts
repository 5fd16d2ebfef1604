import type { DatabaseSync } from 'node:sqlite';
import type { LogPosition } from './log/segments.ts';

/** Up to where the journal has taken in the intake log. */
export function intakePosition(database: DatabaseSync): LogPosition {
  const row = database.prepare('SELECT segment, offset FROM intake WHERE id = 0').get();
  return { segment: Number(row?.segment ?? 0), offset: Number(row?.offset ?? 0) };
}
