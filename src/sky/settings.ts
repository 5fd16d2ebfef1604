import { z } from 'zod';
import type { HorizonPoint, Site } from './site.ts';

const NAME = /^[A-Za-z][\w-]{0,63}$/;
const LATITUDE = 'A latitude is in degrees, from -90 to 90, North positive.';
const LONGITUDE = 'A longitude is in degrees, from -180 to 360, East positive.';
const ELEVATION = 'An elevation is in metres above the sea, from -500 to 9000.';
const AZIMUTH = 'An azimuth of the horizon is in degrees from North through East, at least 0 and below 360.';
const ALTITUDE = 'An altitude of the horizon is in degrees, from -10 to 90.';
const TWILIGHT = 'A twilight is the altitude of the Sun in degrees, from -30 to 0.';

/** One each degree. */
const MOST_PAIRS = 360;

/** Options of sites, by name: where telescopes stand. */
export function sitesSchema() {
  return z
    .record(
      z.string().regex(NAME, 'A name begins with a letter and has letters, digits, dashes and underscores only.'),
      siteSchema(),
    )
    .transform(
      (sites): Record<string, Site> =>
        Object.fromEntries(Object.entries(sites).map(([name, site]) => [name, { name, ...site }])),
    );
}

function siteSchema() {
  return z.strictObject({
    latitude: z
      .number()
      .min(-90, LATITUDE)
      .max(90, LATITUDE)
      .describe('The geodetic latitude in degrees, North positive.')
      .meta({ sample: 28.7606 }),
    longitude: z
      .number()
      .min(-180, LONGITUDE)
      .max(360, LONGITUDE)
      .transform((longitude) => (longitude > 180 ? longitude - 360 : longitude))
      .describe('The longitude in degrees, East positive: West is negative, or above 180.')
      .meta({ sample: -17.8792 }),
    elevation: z
      .number()
      .min(-500, ELEVATION)
      .max(9_000, ELEVATION)
      .default(0)
      .describe('The height above the sea in metres.'),
    horizon: horizonField()
      .prefault(0)
      .describe(
        'How high something must stand to be seen, in degrees without refraction: one altitude, or a list of [azimuth, altitude], with straight lines between them.',
      ),
    twilight: z
      .number()
      .min(-30, TWILIGHT)
      .max(0, TWILIGHT)
      .default(-18)
      .describe(
        'It is night while the Sun is lower than this, in degrees. -18 is astronomical twilight, -12 nautical, -6 civil.',
      ),
  });
}

function horizonField() {
  const altitude = z.number().min(-10, ALTITUDE).max(90, ALTITUDE);
  const point = z.tuple([z.number().min(0, AZIMUTH).lt(360, AZIMUTH), altitude], {
    error: 'Write a pair of the horizon as [azimuth, altitude].',
  });
  const points = z
    .array(point)
    .min(2, 'A horizon has at least two pairs of azimuth and altitude. Write a single altitude for a flat one.')
    .max(MOST_PAIRS)
    .superRefine((pairs, context) => {
      pairs.forEach(([azimuth], index) => {
        if (pairs.findIndex((pair) => pair[0] === azimuth) === index) return;
        context.addIssue({ code: 'custom', path: [index], message: `The horizon has two altitudes at ${azimuth}°.` });
      });
    })
    .transform((pairs): HorizonPoint[] => [...pairs].sort(([a], [b]) => a - b));
  return z.union([altitude, points]);
}
