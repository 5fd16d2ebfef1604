import fc from 'fast-check';
import type { Site } from '../../src/sky/site.ts';

const DEFAULTS = { elevation: 0, horizon: 0, twilight: -18 };

/** A site with a flat horizon, unless said otherwise. */
export function site(
  latitude: number,
  longitude: number,
  others: Partial<Omit<Site, 'latitude' | 'longitude'>> = {},
): Site {
  return { ...DEFAULTS, name: 'here', latitude, longitude, ...others };
}

export const LA_PALMA = site(28.7606, -17.8792, { name: 'lapalma', elevation: 2_326 });

/** Holds where the values differ by no more than the tolerance. */
export function near(actual: number, expected: number, tolerance: number, what = ''): void {
  if (Math.abs(actual - expected) <= tolerance) return;
  throw new Error(`${what} is ${actual}, not ${expected} to ${tolerance}`);
}

/** Numbers spread evenly, in thousandths: those of `fc.double` are nearly all next to zero. */
export function evenly(min: number, max: number): fc.Arbitrary<number> {
  return fc
    .integer({ min: Math.ceil(min * 1_000), max: Math.floor(max * 1_000) })
    .map((thousandths) => thousandths / 1_000);
}
