import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { angleBetween, direction, latitudeOf, longitudeOf, separation } from '../../src/sky/angles.ts';
import { instantAt } from '../../src/sky/instant.ts';
import { Sky } from '../../src/sky/sky.ts';
import { vantageAt } from '../../src/sky/vantage.ts';
import { LA_PALMA, near, site } from './sites.ts';

/** Meeus gives dynamical time, which was 59 s ahead of UTC in 1992. */
const OCTOBER_1992 = Date.UTC(1992, 9, 12, 23, 59, 1);
const APRIL_1992 = Date.UTC(1992, 3, 11, 23, 59, 1);
const KM_PER_AU = 149_597_870.7;

describe('the worked examples of Meeus, Astronomical Algorithms (1998)', () => {
  it('12.a: the apparent sidereal time', () => {
    near(instantAt(Date.UTC(1987, 3, 10)).siderealTime, 197.69223, 0.0005);
  });

  it('13.a: the ecliptic latitude of Pollux', () => {
    near(new Sky({ ra: 116.328942, dec: 28.026183 }, undefined, 0).eclipticLatitude, 6.68417, 0.0002);
  });

  it('13.b: Venus over the US Naval Observatory', () => {
    const vantage = vantageAt(site(38.921389, -77.065556), Date.UTC(1987, 3, 10, 19, 21));
    const seen = vantage.horizontal(direction(347.3193375, -6.719892));
    near(longitudeOf(seen) - 180, 68.0337, 0.005);
    near(latitudeOf(seen), 15.1249, 0.005);
  });

  it('17.a: from Arcturus to Spica', () => {
    near(separation(213.9154, 19.1825, 201.2983, -11.1614), 32.793, 0.0001);
  });

  it('21.b and 23.a: precession and nutation of θ Persei', () => {
    const seen = instantAt(Date.UTC(2028, 10, 13, 4, 32)).ofDate(direction(41.054063, 49.22775));
    near(longitudeOf(seen), 41.551615, 0.0003);
    near(latitudeOf(seen), 49.35021, 0.0003);
  });

  it('25.b: the Sun', () => {
    const { sun } = instantAt(OCTOBER_1992);
    near(longitudeOf(sun), 198.378179, 0.001);
    near(latitudeOf(sun), -7.783817, 0.001);
    near(Math.hypot(...sun), 0.99760775, 0.0001);
  });

  it('47.a: the Moon', () => {
    const { moon } = instantAt(APRIL_1992);
    near(longitudeOf(moon), 134.68847, 0.005);
    near(latitudeOf(moon), 13.768368, 0.005);
    near(Math.hypot(...moon) * KM_PER_AU, 368_409.7, 30);
  });

  it('48.a: how much of the Moon is lit', () => {
    near(new Sky(undefined, undefined, APRIL_1992).moonIllumination, 0.6786, 0.001);
  });
});

describe('galactic coordinates', () => {
  const at = (ra: number, dec: number) => new Sky({ ra, dec }, undefined, 0);

  it('have their pole, and the celestial pole, where the definition puts them', () => {
    near(at(192.85948, 27.12825).galacticLatitude, 90, 0.0001);
    near(at(0, 90).galacticLongitude, 122.93192, 0.0001);
    near(at(0, 90).galacticLatitude, 27.12825, 0.0001);
  });

  it('have Sagittarius A* near their origin', () => {
    const { galacticLongitude, galacticLatitude } = at(266.41682, -29.00782);
    near(galacticLongitude, 359.9442, 0.0005);
    near(galacticLatitude, -0.0462, 0.0005);
  });

  it('are those of Nova Serpentis 1978 in Meeus 13, its position brought from B1950 to J2000', () => {
    const { galacticLongitude, galacticLatitude } = at(267.962777, -14.730578);
    near(galacticLongitude, 12.9593, 0.0005);
    near(galacticLatitude, 6.0463, 0.0005);
  });
});

describe('the Sun', () => {
  it('is at the horizon when London’s almanac says that it rises and sets', () => {
    const london = site(51.5074, -0.1278);
    for (const time of ['2024-06-20T03:43Z', '2024-06-20T20:21Z']) {
      near(new Sky(undefined, london, Date.parse(time)).sunAltitude, -0.833, 0.15, time);
    }
  });

  it('crosses the equator at the equinox and stands highest at the solstice', () => {
    near(latitudeOf(instantAt(Date.parse('2024-03-20T03:06Z')).sun), 0, 0.001);
    near(latitudeOf(instantAt(Date.parse('2024-06-20T20:51Z')).sun), 23.4385, 0.003);
  });

  it('makes no astronomical night of June in Calgary, and does in December', () => {
    const calgary = site(50.8684, -114.2911);
    const midnight = Date.parse('2026-06-21T07:39Z');
    near(new Sky(undefined, calgary, midnight).sunAltitude, 50.8684 + 23.436 - 90, 0.05);
    assert.equal(new Sky(undefined, calgary, midnight).isNight, false);
    assert.equal(new Sky(undefined, { ...calgary, twilight: -12 }, midnight).isNight, true);
    assert.equal(new Sky(undefined, calgary, Date.parse('2026-12-21T07:35Z')).isNight, true);
  });

  it('is behind the Moon at Mazatlán in the middle of the total eclipse of April 2024', () => {
    const vantage = vantageAt(site(23.2494, -106.4111), Date.parse('2024-04-08T18:09:35Z'));
    near(angleBetween(vantage.moon, vantage.instant.sun), 0, 0.02);
    near(vantage.moonAltitude, vantage.sunAltitude, 0.02);
  });
});

describe('stars', () => {
  const everyHour = Array.from({ length: 24 }, (_, hour) => Date.UTC(2026, 10, 22, hour));
  const altitudes = (ra: number, dec: number) => everyHour.map((time) => new Sky({ ra, dec }, LA_PALMA, time).altitude);

  it('Polaris stands as high as the latitude, to its distance from the pole', () => {
    for (const altitude of altitudes(37.95456, 89.26411)) near(altitude, LA_PALMA.latitude, 0.7);
  });

  it('Kochab never sets on La Palma, β Hydri never rises, and Acrux only just does not', () => {
    assert.ok(Math.min(...altitudes(222.67636, 74.1555)) > 10);
    assert.ok(Math.max(...altitudes(6.43779, -77.25424)) < -15);
    near(Math.max(...altitudes(186.64956, -63.09909)), 90 - 28.7606 - 63.24, 1);
  });

  it('Vega culminates in the North or South as its declination says', () => {
    const transit = everyHour.map((time) => new Sky({ ra: 279.23474, dec: 38.78369 }, LA_PALMA, time));
    const highest = transit.reduce((best, sky) => (sky.altitude > best.altitude ? sky : best));
    assert.ok(Math.abs(highest.hourAngle) < 8 && Math.cos((highest.azimuth * Math.PI) / 180) > 0);
  });
});
