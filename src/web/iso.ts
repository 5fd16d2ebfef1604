/** A time as the API writes it. @param time milliseconds since 1970 */
export function iso(time: number): string {
  return new Date(time).toISOString();
}

/** The same, absent where there is none. */
export function isoOr(time: number | undefined): string | undefined {
  return time === undefined ? undefined : iso(time);
}
