/** Right ascension in hours, as `05:34:31.94`; degrees in. */
export function hours(degrees: number): string {
  const centiseconds = Math.round(degrees * 24_000) % (24 * 360_000);
  return clock(centiseconds, 100);
}

/** Declination in degrees, as `+22:00:52.2`; degrees in. */
export function degrees(declination: number): string {
  return (declination < 0 ? '-' : '+') + clock(Math.round(Math.abs(declination) * 36_000), 10);
}

/** Rounded as a whole before it is split: 59.996 s is the next minute, never `60.00`. */
function clock(units: number, unitsPerSecond: number): string {
  const seconds = Math.floor(units / unitsPerSecond);
  const digits = String(unitsPerSecond).length - 1;
  const parts = [seconds / 3_600, (seconds / 60) % 60, seconds % 60].map((part) => two(Math.floor(part)));
  return `${parts.join(':')}.${String(units % unitsPerSecond).padStart(digits, '0')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
