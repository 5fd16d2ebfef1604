import { DEGREE, latitudeOf, longitudeOf, type Vector } from './angles.ts';
import { type Instant, instantAt, wholeSecond } from './instant.ts';
import { Recent } from './recent.ts';
import { horizonAt, type Site } from './site.ts';

/** The Earth turns by this many degrees a minute, against the stars. @see IERS Conventions (2010), 5.15 */
export const TURN_PER_MINUTE = (360 * 1.002737811911354) / 1_440;

/**
 * A site at an instant: what is the same for all alerts. Directions are in the equator of date; where a method takes minutes,
 * the answer is for so much later, with the direction where it is now.
 */
export class Vantage {
  readonly site: Site;
  readonly instant: Instant;
  readonly #sinLatitude: number;
  readonly #cosLatitude: number;
  #siderealTime: number | undefined;
  #moon: Vector | undefined;
  #sunAltitude: number | undefined;
  #moonAltitude: number | undefined;

  constructor(site: Site, instant: Instant) {
    this.site = site;
    this.instant = instant;
    this.#sinLatitude = Math.sin(site.latitude * DEGREE);
    this.#cosLatitude = Math.cos(site.latitude * DEGREE);
  }

  /** Local apparent sidereal time in degrees, not reduced to one turn. */
  siderealTime(minutes = 0): number {
    this.#siderealTime ??= this.instant.siderealTime + this.site.longitude;
    return this.#siderealTime + TURN_PER_MINUTE * minutes;
  }

  /** Towards North, East and the zenith. */
  horizontal([x, y, z]: Vector, minutes = 0): Vector {
    const turn = this.siderealTime(minutes) * DEGREE;
    const [sin, cos] = [Math.sin(turn), Math.cos(turn)];
    const meridian = x * cos + y * sin;
    return [
      this.#cosLatitude * z - this.#sinLatitude * meridian,
      y * cos - x * sin,
      this.#sinLatitude * z + this.#cosLatitude * meridian,
    ];
  }

  /** The sine of a unit vector's altitude: that of `horizontal`, and nothing else. */
  sinAltitude([x, y, z]: Vector, minutes: number): number {
    const turn = this.siderealTime(minutes) * DEGREE;
    return this.#sinLatitude * z + this.#cosLatitude * (x * Math.cos(turn) + y * Math.sin(turn));
  }

  /** How far above the site's horizon, degrees. */
  clearance(direction: Vector, minutes = 0): number {
    const horizontal = this.horizontal(direction, minutes);
    return latitudeOf(horizontal) - horizonAt(this.site, longitudeOf(horizontal));
  }

  /** To the Moon from the site, not from the centre of the Earth: the difference is up to a degree. */
  get moon(): Vector {
    this.#moon ??= this.#findMoon();
    return this.#moon;
  }

  get moonAltitude(): number {
    this.#moonAltitude ??= latitudeOf(this.horizontal(this.moon));
    return this.#moonAltitude;
  }

  get sunAltitude(): number {
    this.#sunAltitude ??= latitudeOf(this.horizontal(this.instant.sun));
    return this.#sunAltitude;
  }

  #findMoon(): Vector {
    const [x, y, z] = this.instant.moon;
    const [siteX, siteY, siteZ] = this.instant.centreTo(this.site);
    return [x - siteX, y - siteY, z - siteZ];
  }
}

const KEPT_SECONDS = 8;
const recent = new WeakMap<Site, Recent<Vantage>>();

/** The vantage at the nearest whole second, shared by all who ask for it. @param timeMs since 1970 */
export function vantageAt(site: Site, timeMs: number): Vantage {
  let vantages = recent.get(site);
  if (vantages === undefined) {
    vantages = new Recent(KEPT_SECONDS);
    recent.set(site, vantages);
  }
  return vantages.at(wholeSecond(timeMs), (second) => new Vantage(site, instantAt(second)));
}
