import type { SkyPosition } from '../alert/position.ts';
import { airmassAt } from './airmass.ts';
import { angleBetween, direction, latitudeOf, longitudeOf, type Vector } from './angles.ts';
import { toEcliptic, toGalactic } from './frames.ts';
import { instantAt } from './instant.ts';
import { MissingSky } from './missing.ts';
import type { Site } from './site.ts';
import { type Vantage, vantageAt } from './vantage.ts';
import { whenVisible } from './visibility.ts';

/** How far ahead can be looked, in hours. */
export const LONGEST_HOURS = 168;

/**
 * How the sky stands over a site, and an alert's position in it, at a time. Angles in degrees. What is not asked for is not
 * computed; what is shared with other alerts of the same second is computed once.
 *
 * Altitudes are geometric: without refraction, which lifts what stands at the horizon by half a degree, and at 20° by 0.04°. Positions are
 * not corrected for annual aberration (0.006°). From 2000 to 2035 all agrees with astropy to 0.01°.
 *
 * @throws MissingSky by whatever needs a position or a site that is not there
 */
export class Sky {
  readonly #position: Pick<SkyPosition, 'ra' | 'dec'> | undefined;
  readonly #site: Site | undefined;
  readonly #timeMs: number;
  #vantage: Vantage | undefined;
  #catalogued: Vector | undefined;
  #target: Vector | undefined;
  #horizontal: Vector | undefined;
  #altitude: number | undefined;
  #galactic: Vector | undefined;

  /**
   * @param position ICRS
   * @param timeMs since 1970; taken to the nearest second
   */
  constructor(position: Pick<SkyPosition, 'ra' | 'dec'> | undefined, site: Site | undefined, timeMs: number) {
    this.#position = position;
    this.#site = site;
    this.#timeMs = timeMs;
  }

  /** Of the position above the mathematical horizon, -90 to 90. */
  get altitude(): number {
    this.#altitude ??= latitudeOf(this.#toTarget);
    return this.#altitude;
  }

  /** From North through East, 0 to 360. */
  get azimuth(): number {
    return longitudeOf(this.#toTarget);
  }

  /** From the meridian to the West, -180 to 180. */
  get hourAngle(): number {
    const turn = (this.#here.siderealTime() - longitudeOf(this.#ofDate)) % 360;
    return turn < -180 ? turn + 360 : turn >= 180 ? turn - 360 : turn;
  }

  /** 1 at the zenith, some 39 at the horizon (Pickering 2002). @throws MissingSky below it */
  get airmass(): number {
    if (this.altitude < 0) throw new MissingSky('airmass');
    return airmassAt(this.altitude);
  }

  /** Whether the position is above the site's own horizon. */
  get isUp(): boolean {
    return this.#here.clearance(this.#ofDate) >= 0;
  }

  /** Of the Sun's centre. */
  get sunAltitude(): number {
    return this.#here.sunAltitude;
  }

  /** Whether the Sun is below the site's twilight. */
  get isNight(): boolean {
    return this.sunAltitude < this.#here.site.twilight;
  }

  /** Of the Moon's centre, seen from the site. */
  get moonAltitude(): number {
    return this.#here.moonAltitude;
  }

  /** How much of the Moon's disc is lit, 0 to 1. */
  get moonIllumination(): number {
    return instantAt(this.#timeMs).moonIllumination;
  }

  /** From the position to the Sun's centre. */
  get sunSeparation(): number {
    return angleBetween(this.#ofDate, instantAt(this.#timeMs).sun);
  }

  /** From the position to the Moon's centre, seen from the site; where there is none from the centre of the Earth. */
  get moonSeparation(): number {
    const from = this.#site === undefined ? instantAt(this.#timeMs) : this.#here;
    return angleBetween(this.#ofDate, from.moon);
  }

  /** Longitude l of the position, 0 to 360. */
  get galacticLongitude(): number {
    return longitudeOf(this.#inGalaxy);
  }

  /** Latitude b of the position. */
  get galacticLatitude(): number {
    return latitudeOf(this.#inGalaxy);
  }

  /** Of the position, from the ecliptic of J2000. */
  get eclipticLatitude(): number {
    return latitudeOf(toEcliptic(this.#inCatalogue));
  }

  /**
   * Whether the position is, or will be within these hours, at least so high, and above the site's horizon.
   *
   * @throws RangeError when the hours are negative or more than a week
   */
  risesWithin(hours: number, altitude: number): boolean {
    const within = checkedMinutes(hours);
    if (this.altitude >= altitude && this.isUp) return true;
    return whenVisible(this.#here, this.#ofDate, within, { minAltitude: altitude }).length > 0;
  }

  /**
   * For how many of the next minutes the position is at least so high, above the site's horizon, and the Sun at most so high.
   *
   * @throws RangeError when the hours are negative or more than a week
   */
  visibleMinutes(hours: number, minAltitude: number, maxSunAltitude: number): number {
    const limits = { minAltitude, maxSunAltitude };
    const found = whenVisible(this.#here, this.#ofDate, checkedMinutes(hours), limits);
    return found.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  get #here(): Vantage {
    if (this.#site === undefined) throw new MissingSky('site');
    this.#vantage ??= vantageAt(this.#site, this.#timeMs);
    return this.#vantage;
  }

  /** Unit vectors to the position: in the equator of J2000, of date, and in the site's horizon. */
  get #inCatalogue(): Vector {
    if (this.#position === undefined) throw new MissingSky('position');
    this.#catalogued ??= direction(this.#position.ra, this.#position.dec);
    return this.#catalogued;
  }

  get #ofDate(): Vector {
    this.#target ??= instantAt(this.#timeMs).ofDate(this.#inCatalogue);
    return this.#target;
  }

  get #toTarget(): Vector {
    this.#horizontal ??= this.#here.horizontal(this.#ofDate);
    return this.#horizontal;
  }

  get #inGalaxy(): Vector {
    this.#galactic ??= toGalactic(this.#inCatalogue);
    return this.#galactic;
  }
}

function checkedMinutes(hours: number): number {
  if (hours >= 0 && hours <= LONGEST_HOURS) return hours * 60;
  throw new RangeError(`Cannot look ${hours} hours ahead: 0 to ${LONGEST_HOURS} can be told`);
}
