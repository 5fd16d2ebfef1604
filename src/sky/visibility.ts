import { angleBetween, DEGREE, type Vector } from './angles.ts';
import { daysLater } from './instant.ts';
import { azimuthCrossings } from './kinks.ts';
import { horizonRange } from './site.ts';
import { type Margin, type Stretch, stretchesOf } from './stretches.ts';
import type { Vantage } from './vantage.ts';

/** How long altitudes, and then the clearance above a horizon with pairs, may be taken for a parabola. Minutes. */
const ALTITUDE_PANEL = 30;
const CLEARANCE_PANEL = 10;

const DAY_MINUTES = 1_440;

/** What must hold. Degrees. */
export interface Limits {
  readonly minAltitude: number;
  readonly maxSunAltitude?: number;
}

/**
 * When, within the next minutes, the target is at least so high, above the site's horizon, and the Sun at most so high.
 *
 * @param target unit vector in the equator of date. Precession and nutation stay what they are now
 */
export function whenVisible(
  vantage: Vantage,
  target: Vector,
  minutes: number,
  { minAltitude, maxSunAltitude }: Limits,
): Stretch[] {
  const [lowest, highest] = horizonRange(vantage.site);
  const floor = sineOf(Math.max(minAltitude, lowest));
  let found = stretchesOf((at) => vantage.sinAltitude(target, at) - floor, [0, minutes], ALTITUDE_PANEL);
  if (maxSunAltitude !== undefined && found.length > 0) {
    const margin = sunMargin(vantage, minutes, maxSunAltitude);
    found = found.flatMap((stretch) => stretchesOf(margin, stretch, ALTITUDE_PANEL));
  }
  if (minAltitude >= highest || lowest === highest) return found;
  const kinks = found.length > 0 ? horizonKinks(vantage, target, minutes) : [];
  const clearance: Margin = (at) => vantage.clearance(target, at);
  return found.flatMap((stretch) => stretchesOf(clearance, stretch, CLEARANCE_PANEL, kinks));
}

/** The sine of an altitude, and beyond the zenith and the nadir what no altitude's sine is. */
function sineOf(altitude: number): number {
  return Math.abs(altitude) > 90 ? 2 * Math.sign(altitude) : Math.sin(altitude * DEGREE);
}

/** How far the Sun is below its limit, in sines of altitudes. Until some whole days later it moves along a great circle. */
function sunMargin(vantage: Vantage, minutes: number, limit: number): Margin {
  const days = Math.max(1, Math.ceil(minutes / DAY_MINUTES));
  const now = unit(vantage.instant.sun);
  const later = unit(daysLater(vantage.instant, days).sun);
  const way = angleBetween(now, later) * DEGREE;
  const ceiling = sineOf(limit);
  return (at) => {
    const gone = (way * at) / (days * DAY_MINUTES);
    const [a, b] = [Math.sin(way - gone) / Math.sin(way), Math.sin(gone) / Math.sin(way)];
    const sun: Vector = [a * now[0] + b * later[0], a * now[1] + b * later[1], a * now[2] + b * later[2]];
    return ceiling - vantage.sinAltitude(sun, at);
  };
}

function unit([x, y, z]: Vector): Vector {
  const length = Math.hypot(x, y, z);
  return [x / length, y / length, z / length];
}

/** When the target passes a pair of the horizon. */
function horizonKinks(vantage: Vantage, target: Vector, minutes: number): number[] {
  const { horizon } = vantage.site;
  if (typeof horizon === 'number') return [];
  return horizon.flatMap(([azimuth]) => azimuthCrossings(vantage, target, azimuth, minutes));
}
