/** Radians in a degree. */
export const DEGREE = Math.PI / 180;

/** Cartesian, right-handed; of any length where only its direction matters. */
export type Vector = readonly [x: number, y: number, z: number];

/** The unit vector to a place on a sphere. Degrees. */
export function direction(longitude: number, latitude: number): Vector {
  const flat = Math.cos(latitude * DEGREE);
  return [flat * Math.cos(longitude * DEGREE), flat * Math.sin(longitude * DEGREE), Math.sin(latitude * DEGREE)];
}

/** The direction's longitude in degrees, 0 to 360. */
export function longitudeOf([x, y]: Vector): number {
  const degrees = Math.atan2(y, x) / DEGREE;
  return degrees < 0 ? degrees + 360 : degrees;
}

/** The direction's latitude in degrees, -90 to 90. A root is several times as fast as `Math.hypot`. */
export function latitudeOf([x, y, z]: Vector): number {
  return Math.atan2(z, Math.sqrt(x * x + y * y)) / DEGREE;
}

/** The angle between two vectors in degrees, 0 to 180, as exact for small and for large ones. */
export function angleBetween(a: Vector, b: Vector): number {
  const cross = Math.hypot(a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]);
  return Math.atan2(cross, a[0] * b[0] + a[1] * b[1] + a[2] * b[2]) / DEGREE;
}

/**
 * The angle between two places on the sky, or on any sphere, 0 to 180. Degrees.
 *
 * @see T. Vincenty, Survey Review 23 (1975), the inverse solution on a sphere: exact at all distances, where the cosine rule
 *   fails for small ones and the haversine for antipodes
 */
export function separation(ra1: number, dec1: number, ra2: number, dec2: number): number {
  const turn = (ra2 - ra1) * DEGREE;
  const [sin1, cos1] = [Math.sin(dec1 * DEGREE), Math.cos(dec1 * DEGREE)];
  const [sin2, cos2] = [Math.sin(dec2 * DEGREE), Math.cos(dec2 * DEGREE)];
  const across = cos2 * Math.sin(turn);
  const along = cos1 * sin2 - sin1 * cos2 * Math.cos(turn);
  return Math.atan2(Math.hypot(across, along), sin1 * sin2 + cos1 * cos2 * Math.cos(turn)) / DEGREE;
}

/** The vector in the frame that the matrix turns into. @param matrix as astronomy-engine writes them: by column */
export function turned(matrix: readonly (readonly number[])[], [x, y, z]: Vector): Vector {
  const along = (axis: number) =>
    (matrix[0]?.[axis] ?? 0) * x + (matrix[1]?.[axis] ?? 0) * y + (matrix[2]?.[axis] ?? 0) * z;
  return [along(0), along(1), along(2)];
}
