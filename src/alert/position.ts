import type { Error2 } from './model.ts';
import { present } from './present.ts';

const WHOLE_SKY_RADIUS_DEG = 180;

/** What a packet gives for a place: degrees, not yet checked. */
export interface Place {
  readonly ra: number | undefined;
  readonly dec: number | undefined;
  readonly errorRadius: number | undefined;
  readonly error2: Error2 | undefined;
}

/** A place to point at. */
export interface SkyPosition {
  readonly ra: number;
  readonly dec: number;
  readonly errorRadius?: number;
  readonly error2?: Error2;
}

/** The place, unless it is off the sky, or 0,0 with a radius of the whole sky, which is how GCN writes “no position”. */
export function onTheSky({ ra, dec, errorRadius, error2 }: Place): SkyPosition | undefined {
  if (ra === undefined || dec === undefined || ra < -360 || ra > 360 || dec < -90 || dec > 90) return undefined;
  const radius = errorRadius !== undefined && errorRadius >= 0 ? errorRadius : error2?.major;
  if (ra === 0 && dec === 0 && radius !== undefined && radius >= WHOLE_SKY_RADIUS_DEG) return undefined;
  return present({ ra: ra >= 0 && ra < 360 ? ra : (ra + 360) % 360, dec, errorRadius: radius, error2 });
}

/**
 * The ellipse with these half-axes in degrees, whichever is the longer.
 *
 * @param angle of the first axis, degrees from North through East
 */
export function ellipse(first: number | undefined, second: number | undefined, angle: number): Error2 | undefined {
  if (first === undefined || second === undefined || first < 0 || second < 0) return undefined;
  const turn = first >= second ? angle : angle + 90;
  return { major: Math.max(first, second), minor: Math.min(first, second), angle: ((turn % 180) + 180) % 180 };
}
