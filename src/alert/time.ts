/**
 * Year, month, day, and perhaps a time with a zone; the separators, single digits and zones that senders really use.
 * A time without a zone is UTC (VOEvent 2.0 §3.2.2).
 */
const ISO_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,](\d*))?)?)?\s*(?:Z|UTC?|GMT|([+-])(\d{2}):?(\d{2})?)?$/i;

const LONGEST = 60;
const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59);

/** What nearly all senders write: no more than to check it is to be done. */
const PLAIN_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,12}))?Z?$/;
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** A time in that form; the 29th of February and leap seconds are left to those who look closer. */
function plainTime(text: string): string | undefined {
  const match = PLAIN_TIME.exec(text);
  if (match === null || text.startsWith('00')) return undefined;
  const at = (index: number): number => text.charCodeAt(index) * 10 + text.charCodeAt(index + 1) - 528;
  const [month, day] = [at(5), at(8)];
  if (day === 0 || day > (DAYS[month - 1] ?? 0) || (month === 2 && day === 29)) return undefined;
  return at(11) < 24 && at(14) < 60 && at(17) < 60 ? withFraction(text.slice(0, 19), match[1]) : undefined;
}

/** To the millisecond, or as finely as it is written. */
function withFraction(seconds: string, fraction = ''): string {
  const digits = fraction.length <= 3 ? fraction : fraction.replace(/0+$/, '').slice(0, 12);
  return `${seconds}.${digits.padEnd(3, '0')}Z`;
}

/**
 * The instant as ISO 8601 in UTC, to the millisecond or as finely as it is written
 * (`2012-09-07T00:24:23.080Z`, `2019-04-25T08:18:05.017147Z`); undefined when the text is no time.
 */
export function normaliseTime(text: string | undefined): string | undefined {
  if (text === undefined || text.length > LONGEST) return undefined;
  const written = text.trim();
  const plain = plainTime(written);
  if (plain !== undefined) return plain;
  const match = ISO_TIME.exec(written);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as SixNumbers;
  const [fraction, sign, zoneHour, zoneMinute] = match.slice(7);
  // The day may end with 24:00:00, and with a leap second, which POSIX time counts as the next one.
  const endOfDay = hour === 24 && minute === 0 && second === 0;
  if ((hour > 23 && !endOfDay) || minute > 59 || second > 60) return undefined;
  if (Number(zoneHour ?? 0) > 14 || Number(zoneMinute ?? 0) > 59) return undefined;
  const midnight = new Date(Date.UTC(year, month - 1, day));
  // Date.UTC takes the years 0 to 99 for 1900 to 1999, and the 31st of February for the 3rd of March.
  if (midnight.toISOString().slice(0, 10) !== isoDay(year, month, day)) return undefined;
  const zoneMinutes = (Number(zoneHour ?? 0) * 60 + Number(zoneMinute ?? 0)) * (sign === '-' ? -1 : 1);
  const instant = midnight.getTime() + ((hour * 60 + minute - zoneMinutes) * 60 + second) * 1_000;
  // The last second of 9999 may be carried over, and then the year has six digits and a sign.
  if (instant > LAST_INSTANT) return undefined;
  return withFraction(new Date(instant).toISOString().slice(0, -'.000Z'.length), fraction);
}

function isoDay(year: number, month: number, day: number): string {
  return [year, month, day].map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0')).join('-');
}

type SixNumbers = [number, number, number, number, number, number];
