import type { SkyPosition } from '../alert/position.ts';
import { withoutUndefined } from '../common/objects.ts';
import { MissingSky } from './missing.ts';
import type { Site } from './site.ts';
import { Sky } from './sky.ts';

/**
 * The sky over a site, and a position in it, as rules know it. Degrees. What cannot be told is missing: without a site all but
 * the directions, without a position all that is about it, and the airmass below the horizon.
 */
export interface SkyConditions {
  /** For when it holds, ISO 8601. */
  readonly at: string;
  /** Name of the site in the configuration. */
  readonly site?: string;
  /** Of the position above the horizon, without refraction. */
  readonly altitude?: number;
  /** From North through East. */
  readonly azimuth?: number;
  readonly airmass?: number;
  /** West positive, -180 to 180. */
  readonly hourAngle?: number;
  readonly sunAltitude?: number;
  /** Between the position and the Sun. */
  readonly sunSeparation?: number;
  readonly moonAltitude?: number;
  /** Between the position and the Moon. */
  readonly moonSeparation?: number;
  /** Of the Moon's disc, 0 to 1. */
  readonly moonIllumination?: number;
  readonly galacticLatitude?: number;
  readonly galacticLongitude?: number;
  readonly eclipticLatitude?: number;
  /** Whether the Sun is below the twilight of the site. */
  readonly isNight?: boolean;
  /** Whether the position is above the horizon of the site. */
  readonly isUp?: boolean;
  /** For how many of the next minutes it can be seen, as the options say. */
  readonly visibleMinutes?: number;
}

/** What counts as visible: above the horizon of the site in any case. */
export interface VisibilityOptions {
  /** How far ahead, at most a week. @default 24 */
  readonly hours?: number;
  /** How high the position must stand, degrees. @default 0 */
  readonly minAltitude?: number;
  /** How high the Sun may stand, degrees. @default the twilight of the site */
  readonly maxSunAltitude?: number;
}

/**
 * @param timeMs since 1970
 * @throws RangeError when the hours are negative or more than a week
 */
export function skyConditions(
  { ra, dec }: Partial<Pick<SkyPosition, 'ra' | 'dec'>>,
  site: Site | undefined,
  timeMs: number,
  options: VisibilityOptions = {},
): SkyConditions {
  const sky = new Sky(ra === undefined || dec === undefined ? undefined : { ra, dec }, site, timeMs);
  const { hours = 24, minAltitude = 0, maxSunAltitude = site?.twilight ?? 0 } = options;
  return withoutUndefined({
    at: new Date(timeMs).toISOString(),
    site: site?.name,
    altitude: known(() => sky.altitude),
    azimuth: known(() => sky.azimuth),
    airmass: known(() => sky.airmass),
    hourAngle: known(() => sky.hourAngle),
    sunAltitude: known(() => sky.sunAltitude),
    sunSeparation: known(() => sky.sunSeparation),
    moonAltitude: known(() => sky.moonAltitude),
    moonSeparation: known(() => sky.moonSeparation),
    moonIllumination: known(() => sky.moonIllumination),
    galacticLatitude: known(() => sky.galacticLatitude),
    galacticLongitude: known(() => sky.galacticLongitude),
    eclipticLatitude: known(() => sky.eclipticLatitude),
    isNight: known(() => sky.isNight),
    isUp: known(() => sky.isUp),
    visibleMinutes: known(() => sky.visibleMinutes(hours, minAltitude, maxSunAltitude)),
  });
}

function known<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MissingSky) return undefined;
    throw error;
  }
}
