const SECONDS = new Map(
  Object.entries({
    s: 1,
    sec: 1,
    second: 1,
    min: 60,
    minute: 60,
    h: 3_600,
    hr: 3_600,
    hour: 3_600,
    d: 86_400,
    day: 86_400,
    week: 604_800,
    month: 2_629_800,
    yr: 31_557_600,
    y: 31_557_600,
    a: 31_557_600,
    year: 31_557_600,
  }),
);

/** The ways to write “per unit of time”: `yr^-1`, `yr-1`, `yr**-1`, `1/yr`, `/yr`, `per yr`, `events/yr`. */
const PER = /^(?:([a-z]+?)s?\s*(?:\^|\*\*)?\s*\(?-1\)?|(?:1|[a-z]+)?\s*(?:\/|\bper\s)\s*([a-z]+?)s?)$/;

/**
 * A rate per second, from one in the unit written; a year is 365.25 days. Undefined when the unit is not known.
 */
export function perSecond(value: number, unit: string): number | undefined {
  const written = unit.trim().slice(0, 40);
  if (/^hz$/i.test(written)) return value;
  if (written === 'mHz') return value / 1_000;
  const match = PER.exec(written.toLowerCase());
  const seconds = SECONDS.get(match?.[1] ?? match?.[2] ?? '');
  return seconds === undefined ? undefined : value / seconds;
}
