import { normaliseTime } from '../alert/time.ts';
import { parseDuration } from '../common/durations.ts';
import { UserError } from '../common/errors.ts';

/** A time, or so long ago. */
export function timeOf(flag: string, text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined;
  const ago = parseDuration(text);
  if (ago !== undefined) return now - ago;
  const time = normaliseTime(text);
  if (time !== undefined) return Date.parse(time);
  throw new UserError(
    'journal.time',
    `Cannot use ${flag} "${text}": it is no time. Write one in UTC, such as 2026-11-22T03:00:00Z, or how long ago, such as 2h.`,
  );
}
