/** Whole, minutes and seconds, with colons, blanks or letters between them: `12:34:56.7`, `-05 22 10`, `05h34m31.9s`. */
const SEXAGESIMAL = /^([+-]?)(\d{1,3})\s*[:\s°dh]\s*(\d{1,2})\s*[:\s'′m]\s*(\d{1,2}(?:\.\d*)?)\s*(?:["″s]|'')?$/i;

const LONGEST = 60;

/** Which coordinate an angle is: only a right ascension can be in hours. */
export type Axis = 'ra' | 'dec';

/**
 * An angle in degrees.
 *
 * @param text a decimal number, or sexagesimal
 * @param unit as the packet writes it. Without one, a decimal number is in degrees, and a sexagesimal right ascension in
 *   hours, as everybody writes it
 */
export function toDegrees(text: string | undefined, unit: string | undefined, axis: Axis): number | undefined {
  const written = text?.trim() ?? '';
  if (written === '' || written.length > LONGEST) return undefined;
  const sexagesimal = SEXAGESIMAL.exec(written);
  const inHours = axis === 'ra' && (/^\+?\d+\s*h/i.test(written) || (sexagesimal !== null && unit === undefined));
  const factor = inHours ? 15 : unitFactor(unit, axis);
  if (sexagesimal === null) {
    const value = decimal(written);
    return value === undefined ? undefined : value * factor;
  }
  const [, sign, whole, minutes, seconds] = sexagesimal;
  if (Number(minutes) >= 60 || Number(seconds) >= 60) return undefined;
  const value = Number(whole) + Number(minutes) / 60 + Number(seconds) / 3_600;
  return (sign === '-' ? -value : value) * factor;
}

function unitFactor(unit: string | undefined, axis: Axis): number {
  if (unit === undefined) return 1;
  if (/^rad/i.test(unit)) return 180 / Math.PI;
  if (/^h+(?:$|r|our|ms|:)/i.test(unit)) return axis === 'ra' ? 15 : 1;
  if (/^(?:arcmin|amin)/i.test(unit)) return 1 / 60;
  if (/^(?:arcsec|asec|as$)/i.test(unit)) return 1 / 3_600;
  if (/^mas$/i.test(unit)) return 1 / 3_600_000;
  return 1;
}

/** A decimal number as text; not hexadecimal, not empty, not infinite. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;

const NINE = 0x39;

/** The number that the text is, or undefined. */
export function decimal(text: string | undefined): number | undefined {
  if (text === undefined || text.length > LONGEST) return undefined;
  const written = text.trim();
  // Most texts that are no number do not begin like one.
  if (written.charCodeAt(0) > NINE || !DECIMAL.test(written)) return undefined;
  const value = Number(written);
  return Number.isFinite(value) ? value : undefined;
}
