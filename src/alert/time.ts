/**
 * Year, month, day, and perhaps a time with a zone; the separators, single digits and zones that senders really use.
 * A time without a zone is UTC (VOEvent 2.0 §3.2.2).
 */
const ISO_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d+))?)?)?\s*(Z|UTC|([+-])(\d{2}):?(\d{2})?)?$/i;

/**
 * The instant as ISO 8601 in UTC to the millisecond (`2012-09-07T00:24:23.080Z`), or undefined when the text is no time.
 */
export function normaliseTime(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const match = ISO_TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', , sign, zoneHour, zoneMinute] =
    match.map((part) => part ?? undefined);
  const seconds = Math.min(Number(second), 59);
  const milliseconds = Math.round(Number(`0.${fraction || '0'}`) * 1_000);
  const instant = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), seconds);
  const valid = new Date(instant);
  const isReal = valid.getUTCDate() === Number(day) && valid.getUTCMonth() === Number(month) - 1 && Number(minute) < 60;
  if (!isReal || Number(second) > 60) return undefined;
  // A leap second (:60) becomes the first second of the next minute, which is the same instant in POSIX time.
  const leapMs = Number(second) === 60 ? 1_000 : 0;
  const zoneMs = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * 60_000 * (sign === '-' ? -1 : 1);
  return new Date(instant + milliseconds + leapMs - zoneMs).toISOString();
}
