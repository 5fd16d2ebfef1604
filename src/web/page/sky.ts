/**
 * Positions as astronomers read and copy them: a minus is an ASCII one, for the program it is pasted into.
 */

/** `83.6331` */
export function degrees(angle: number, digits = 4): string {
  return angle.toFixed(digits);
}

/** `+22.0145` */
export function signedDegrees(angle: number, digits = 4): string {
  return `${angle < 0 ? '-' : '+'}${Math.abs(angle).toFixed(digits)}`;
}

/** `05:34:31.94` */
export function hours(ra: number): string {
  return sexagesimal((((ra % 360) + 360) % 360) / 15, 24, 2);
}

/** `+22:00:52.2` */
export function signedSexagesimal(dec: number): string {
  return `${dec < 0 ? '-' : '+'}${sexagesimal(Math.abs(dec), undefined, 1)}`;
}

/** An error radius in the unit in which it is a handy number: `2.5°`, `3.0′`, `1.4″`. */
export function radius(angle: number): string {
  const size = Math.abs(angle);
  if (size >= 1 || size === 0) return `${significant(angle)}°`;
  return size >= 1 / 60 ? `${significant(angle * 60)}′` : `${significant(angle * 3_600)}″`;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** Rounded as a whole first, so that no part ever reads 60. */
function sexagesimal(value: number, wrap: number | undefined, digits: number): string {
  const scale = 10 ** digits;
  const perUnit = 3_600 * scale;
  let rest = Math.round(value * perUnit);
  if (wrap !== undefined) rest %= wrap * perUnit;
  const whole = Math.floor(rest / perUnit);
  const minutes = Math.floor((rest % perUnit) / (60 * scale));
  const seconds = ((rest % (60 * scale)) / scale).toFixed(digits);
  return `${two(whole)}:${two(minutes)}:${seconds.padStart(3 + digits, '0')}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
