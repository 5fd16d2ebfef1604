import {
  AstroTime,
  Body,
  C_AUDAY,
  GeoMoon,
  HelioVector,
  Observer,
  ObserverVector,
  Rotation_EQJ_EQD,
  SiderealTime,
} from 'astronomy-engine';
import { angleBetween, DEGREE, turned, type Vector } from './angles.ts';
import { Recent } from './recent.ts';
import type { Site } from './site.ts';

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const J2000_MS = Date.UTC(2000, 0, 1, 12);

/** Light from the Sun takes this many days, and the Earth has moved on meanwhile: the aberration of the Sun. */
const LIGHT_FROM_SUN_DAYS = 1 / C_AUDAY;

/**
 * What is the same for all sites and all alerts at one time. Vectors are geocentric, in the equator and equinox of date;
 * UT1 is taken to be UTC, which turns the sky by less than 0.004°.
 */
export class Instant {
  readonly timeMs: number;
  readonly #time: AstroTime;
  #rotation: number[][] | undefined;
  #siderealTime: number | undefined;
  #sun: Vector | undefined;
  #moon: Vector | undefined;

  constructor(timeMs: number) {
    this.timeMs = timeMs;
    this.#time = new AstroTime((timeMs - J2000_MS) / DAY_MS);
  }

  /** From the mean equator of J2000, which is the ICRS for us, to the true one of date: precession and nutation. */
  ofDate(vector: Vector): Vector {
    this.#rotation ??= Rotation_EQJ_EQD(this.#time).rot;
    return turned(this.#rotation, vector);
  }

  /** Greenwich apparent sidereal time in degrees. */
  get siderealTime(): number {
    this.#siderealTime ??= SiderealTime(this.#time) * 15;
    return this.#siderealTime;
  }

  /** To the Sun as it appears, astronomical units. */
  get sun(): Vector {
    this.#sun ??= this.#findSun();
    return this.#sun;
  }

  /** To the Moon, astronomical units. */
  get moon(): Vector {
    this.#moon ??= this.#findMoon();
    return this.#moon;
  }

  /** From the centre of the Earth to the site, astronomical units. */
  centreTo({ latitude, longitude, elevation }: Site): Vector {
    const { x, y, z } = ObserverVector(this.#time, new Observer(latitude, longitude, elevation), true);
    return [x, y, z];
  }

  /** How much of the Moon's disc is lit, 0 to 1. @see Meeus, Astronomical Algorithms (1998), 48.1 */
  get moonIllumination(): number {
    const [moon, sun] = [this.moon, this.sun];
    const toEarth: Vector = [-moon[0], -moon[1], -moon[2]];
    const toSun: Vector = [sun[0] - moon[0], sun[1] - moon[1], sun[2] - moon[2]];
    return (1 + Math.cos(angleBetween(toEarth, toSun) * DEGREE)) / 2;
  }

  #findSun(): Vector {
    const { x, y, z } = HelioVector(Body.Earth, this.#time.AddDays(-LIGHT_FROM_SUN_DAYS));
    return this.ofDate([-x, -y, -z]);
  }

  #findMoon(): Vector {
    const { x, y, z } = GeoMoon(this.#time);
    return this.ofDate([x, y, z]);
  }
}

/** Alerts come in bursts; a time is hardly asked for again. */
const KEPT_INSTANTS = 32;
const recent = new Recent<Instant>(KEPT_INSTANTS);

/** The nearest whole second: in half of one the sky turns by 0.002°. */
export function wholeSecond(timeMs: number): number {
  return Math.round(timeMs / SECOND_MS) * SECOND_MS;
}

/** The instant at the nearest whole second, shared by all who ask for it. @param timeMs since 1970 */
export function instantAt(timeMs: number): Instant {
  return recent.at(wholeSecond(timeMs), (second) => new Instant(second));
}

/** The instant some whole days later. */
export function daysLater({ timeMs }: Instant, days: number): Instant {
  return instantAt(timeMs + days * DAY_MS);
}
