import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { airmassAt } from '../../src/sky/airmass.ts';
import { angleBetween, direction, separation } from '../../src/sky/angles.ts';
import { MissingSky } from '../../src/sky/missing.ts';
import { Recent } from '../../src/sky/recent.ts';
import { Sky } from '../../src/sky/sky.ts';
import { evenly, LA_PALMA, near, site } from './sites.ts';

const NOW = Date.UTC(2026, 10, 22, 21);
const CRAB = { ra: 83.6331, dec: 22.0145 };

const ra = () => evenly(0, 359.999);
const dec = () => evenly(-90, 90);
const time = () => fc.integer({ min: Date.UTC(2000), max: Date.UTC(2036) });

/** What a getter of the sky says is missing. */
function missing(ask: () => unknown): string {
  try {
    ask();
  } catch (error) {
    assert.ok(error instanceof MissingSky, String(error));
    return error.message;
  }
  return 'nothing';
}

describe('separation', () => {
  it('is symmetric, between 0 and 180, and the angle between the directions', () => {
    fc.assert(
      fc.property(ra(), dec(), ra(), dec(), (ra1, dec1, ra2, dec2) => {
        const angle = separation(ra1, dec1, ra2, dec2);
        assert.ok(angle >= 0 && angle <= 180);
        near(separation(ra2, dec2, ra1, dec1), angle, 1e-9);
        near(angleBetween(direction(ra1, dec1), direction(ra2, dec2)), angle, 1e-9);
      }),
    );
  });

  it('is exact for a milliarcsecond, for antipodes, and over the pole', () => {
    const milliarcsecond = 1 / 3_600_000;
    near(separation(10, 45, 10, 45 + milliarcsecond), milliarcsecond, 1e-13);
    near(separation(10, 45, 190, -45 + milliarcsecond), 180 - milliarcsecond, 1e-12);
    near(separation(0, 89, 180, 89), 2, 1e-12);
    near(separation(359.5, 0, 0.5, 0), 1, 1e-12);
    assert.equal(separation(123, 45, 123, 45), 0);
  });
});

describe('the sky', () => {
  it('has altitudes, azimuths and hour angles within their ranges wherever one looks from', () => {
    fc.assert(
      fc.property(ra(), dec(), dec(), evenly(-180, 180), time(), (...given) => {
        const [right, declination, latitude, longitude, timeMs] = given;
        const sky = new Sky({ ra: right, dec: declination }, site(latitude, longitude), timeMs);
        assert.ok(sky.altitude >= -90 && sky.altitude <= 90);
        assert.ok(sky.azimuth >= 0 && sky.azimuth <= 360);
        assert.ok(sky.hourAngle >= -180 && sky.hourAngle < 180);
        assert.ok(sky.moonIllumination >= 0 && sky.moonIllumination <= 1);
        assert.equal(sky.isUp, sky.altitude >= 0);
      }),
    );
  });

  it('tells of the Sun and the Moon without a position', () => {
    const sky = new Sky(undefined, LA_PALMA, NOW);
    assert.equal(sky.isNight, true);
    assert.ok(sky.sunAltitude < -18 && sky.moonAltitude > 0 && sky.moonIllumination > 0.9);
  });

  it('says that the alert has no position where it needs one', () => {
    const sky = new Sky(undefined, LA_PALMA, NOW);
    const asked = [
      ...[() => sky.altitude, () => sky.azimuth, () => sky.airmass, () => sky.isUp, () => sky.hourAngle],
      ...[() => sky.sunSeparation, () => sky.moonSeparation, () => sky.galacticLatitude, () => sky.galacticLongitude],
      ...[() => sky.eclipticLatitude, () => sky.risesWithin(8, 30), () => sky.visibleMinutes(8, 30, -12)],
    ];
    assert.deepEqual(new Set(asked.map(missing)), new Set(['the alert has no position']));
  });

  it('says that no site is configured where it needs one, and tells the rest', () => {
    const sky = new Sky(CRAB, undefined, NOW);
    const asked = [
      ...[() => sky.altitude, () => sky.azimuth, () => sky.airmass, () => sky.isUp, () => sky.hourAngle],
      ...[() => sky.sunAltitude, () => sky.moonAltitude, () => sky.isNight],
      ...[() => sky.risesWithin(8, 30), () => sky.visibleMinutes(8, 30, -12)],
    ];
    assert.deepEqual(new Set(asked.map(missing)), new Set(['no site is configured']));
    near(sky.galacticLatitude, -5.7843, 0.001);
    near(sky.galacticLongitude, 184.5575, 0.001);
    near(sky.moonSeparation, new Sky(CRAB, LA_PALMA, NOW).moonSeparation, 1);
    assert.ok(sky.sunSeparation > 150);
  });

  it('has no airmass below the horizon', () => {
    const down = new Sky({ ra: 83.6, dec: -85 }, LA_PALMA, NOW);
    assert.equal(
      missing(() => down.airmass),
      'the position is below the horizon, where there is no airmass',
    );
    assert.equal(new Sky(CRAB, LA_PALMA, NOW).airmass, airmassAt(new Sky(CRAB, LA_PALMA, NOW).altitude));
  });

  it('is the same within a second, and another in the next', () => {
    const altitude = (timeMs: number) => new Sky(CRAB, LA_PALMA, timeMs).altitude;
    assert.equal(altitude(NOW + 499), altitude(NOW - 500));
    assert.notEqual(altitude(NOW + 501), altitude(NOW));
  });
});

describe('airmass', () => {
  it('is 1 at the zenith, 2 at 30° and some 39 at the horizon, and falls with the altitude', () => {
    near(airmassAt(90), 1, 0.0001);
    near(airmassAt(30), 1.994, 0.002);
    near(airmassAt(0), 38.75, 0.01);
    fc.assert(
      fc.property(evenly(0, 89), (altitude) => {
        assert.ok(airmassAt(altitude) > airmassAt(altitude + 1) && airmassAt(altitude) >= 1);
      }),
    );
  });
});

describe('recent values', () => {
  it('are made once, and the one not used for longest makes room', () => {
    const made: number[] = [];
    const recent = new Recent<number>(2);
    for (const key of [1, 2, 1, 3, 1, 2]) recent.at(key, () => made.push(key));
    assert.deepEqual(made, [1, 2, 3, 2]);
  });
});
