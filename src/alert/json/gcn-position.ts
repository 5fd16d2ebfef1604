import type { Alert } from '../model.ts';
import { ellipse, onTheSky } from '../position.ts';
import { isObject, type JsonObject, numberIn, numberOf, objectIn } from './fields.ts';

type Position = Partial<Pick<Alert, 'ra' | 'dec' | 'errorRadius' | 'error2' | 'containment' | 'system'>>;

/** GCN's schema, core/Localization: what holds when it is not said. */
const DEFAULT_CONTAINMENT = 0.9;

/** Where the event is: the alert's own position, else that of the one object it is about. Empty when there is none. */
export function readGcnPosition(document: JsonObject): Position {
  const places = [
    document,
    objectIn(document, 'localization'),
    onlyTarget(document),
    objectIn(document, 'most_probable_direction'),
  ];
  for (const place of places) {
    const position = place === undefined ? undefined : placeIn(place);
    if (position !== undefined) return position;
  }
  return {};
}

/** The target of an alert about one alone, as BOOM's are; of several, none is the alert's. */
export function onlyTarget(document: JsonObject): JsonObject | undefined {
  const targets = objectIn(document, 'data')?.targets;
  const [target] = Array.isArray(targets) && targets.length === 1 ? targets : [];
  return isObject(target) ? target : undefined;
}

function placeIn(object: JsonObject): Position | undefined {
  const ra = numberIn(object, 'ra');
  const dec = numberIn(object, 'dec');
  const corners = object.rectangular_error_corners;
  const error =
    readError(object.ra_dec_error) ??
    (ra === undefined || dec === undefined ? undefined : farthestCorner(ra, dec, corners));
  const position = onTheSky({ ra, dec, errorRadius: error?.errorRadius, error2: error?.error2 });
  if (position === undefined) return undefined;
  const containment = numberIn(object, 'containment_probability') ?? -1;
  return {
    ...position,
    ...(containment >= 0 && containment <= 1 ? { containment } : error && { containment: DEFAULT_CONTAINMENT }),
    system: 'ICRS',
  };
}

type ErrorRegion = Required<Pick<Position, 'errorRadius'>> & Pick<Position, 'error2'>;

/**
 * A radius, or the half-axes of an ellipse and the position angle of the first. The schema calls the first one the
 * major; CHIME/FRB and DSA-110 put the smaller one there.
 */
function readError(written: unknown): ErrorRegion | undefined {
  const list: readonly unknown[] = Array.isArray(written) ? written : [written];
  const [first, second, angle] = list.map(numberOf);
  if (list.length > 3 || first === undefined || first < 0) return undefined;
  const error2 = ellipse(first, second, angle ?? 0);
  return error2 === undefined ? { errorRadius: first } : { errorRadius: error2.major, error2 };
}

/** MAXI's error box, as the circle around it. */
function farthestCorner(ra: number, dec: number, corners: unknown): ErrorRegion | undefined {
  if (!Array.isArray(corners)) return undefined;
  const distances = corners.map((corner: unknown) => {
    const [cornerRa, cornerDec] = Array.isArray(corner) ? corner.map(numberOf) : [];
    return cornerRa === undefined || cornerDec === undefined ? Number.NaN : separation(ra, dec, cornerRa, cornerDec);
  });
  const errorRadius = distances.reduce((farthest, distance) => Math.max(farthest, distance), 0);
  return distances.length > 0 && Number.isFinite(errorRadius) ? { errorRadius } : undefined;
}

/** Great-circle distance in degrees, by the haversine formula, which is exact for small ones. */
function separation(ra1: number, dec1: number, ra2: number, dec2: number): number {
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const haversine = (degrees: number): number => Math.sin(radians(degrees) / 2) ** 2;
  const squared = haversine(dec2 - dec1) + Math.cos(radians(dec1)) * Math.cos(radians(dec2)) * haversine(ra2 - ra1);
  return (2 * Math.asin(Math.min(1, Math.sqrt(squared))) * 180) / Math.PI;
}
