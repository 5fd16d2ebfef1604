import { Rotation_EQJ_ECL } from 'astronomy-engine';
import { turned, type Vector } from './angles.ts';

/**
 * From ICRS to galactic.
 *
 * @see The Hipparcos and Tycho Catalogues (ESA SP-1200, 1997), volume 1, 1.5.11. That of astronomy-engine is 9″ off
 */
const GALACTIC = [
  [-0.0548755604, 0.4941094279, -0.867666149],
  [-0.8734370902, -0.44482963, -0.1980763734],
  [-0.4838350155, 0.7469822445, 0.4559837762],
];

const ECLIPTIC = Rotation_EQJ_ECL().rot;

/** The direction in the galactic frame: l and b. @param vector in the equator of J2000 */
export function toGalactic(vector: Vector): Vector {
  return turned(GALACTIC, vector);
}

/** The direction in the mean ecliptic of J2000. @param vector in the equator of J2000 */
export function toEcliptic(vector: Vector): Vector {
  return turned(ECLIPTIC, vector);
}
