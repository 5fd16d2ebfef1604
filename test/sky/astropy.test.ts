import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { separation } from '../../src/sky/angles.ts';
import { Sky } from '../../src/sky/sky.ts';
import { near, site } from './sites.ts';

const TOLERANCE = 0.05;

interface Reference {
  readonly sites: Record<string, { latitude: number; longitude: number; elevation: number }>;
  readonly columns: readonly string[];
  readonly rows: Record<string, readonly (readonly number[])[]>;
}

const REFERENCE: Reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../fixtures/sky/astropy.json'), 'utf8'),
);

const SINGLE_ANGLES = [
  ...(['altitude', 'sunAltitude', 'moonAltitude', 'sunSeparation', 'moonSeparation'] as const),
  ...(['galacticLatitude', 'eclipticLatitude'] as const),
];

for (const [name, rows] of Object.entries(REFERENCE.rows)) {
  test(`the sky over ${name} is that of astropy`, () => {
    const { latitude = 0, longitude = 0, elevation = 0 } = REFERENCE.sites[name] ?? {};
    const place = site(latitude, longitude, { elevation });
    assert.ok(rows.length > 30);
    for (const row of rows) {
      const at = (column: string) => row[REFERENCE.columns.indexOf(column)] ?? Number.NaN;
      const [ra, dec, timeMs] = [at('ra'), at('dec'), at('unixSeconds') * 1_000];
      const sky = new Sky({ ra, dec }, place, timeMs);
      const when = `of ${ra} ${dec} at ${new Date(timeMs).toISOString()}`;
      for (const angle of SINGLE_ANGLES) near(sky[angle], at(angle), TOLERANCE, `${angle} ${when}`);
      near(sky.moonIllumination, at('moonIllumination'), 0.001, `moonIllumination ${when}`);
      const away = separation(sky.azimuth, sky.altitude, at('azimuth'), at('altitude'));
      near(away, 0, TOLERANCE, `the distance in azimuth and altitude ${when}`);
      const { galacticLongitude: l, galacticLatitude: b } = sky;
      near(separation(l, b, at('galacticLongitude'), at('galacticLatitude')), 0, 0.001, `the galactic place ${when}`);
    }
  });
}

test('the hour angle is sidereal time less right ascension of date, as with astropy', () => {
  let looked = 0;
  for (const [name, rows] of Object.entries(REFERENCE.rows)) {
    const { latitude = 0, longitude = 0 } = REFERENCE.sites[name] ?? {};
    for (const row of rows) {
      const at = (column: string) => row[REFERENCE.columns.indexOf(column)] ?? Number.NaN;
      // Near a pole the right ascension of date is far from that of J2000.
      if (Math.abs(at('dec')) > 45) continue;
      looked += 1;
      const { hourAngle } = new Sky(
        { ra: at('ra'), dec: at('dec') },
        site(latitude, longitude),
        at('unixSeconds') * 1_000,
      );
      assert.ok(hourAngle >= -180 && hourAngle < 180);
      const turn = (hourAngle + at('ra') - at('siderealTime') + 720) % 360;
      assert.ok(Math.min(turn, 360 - turn) < 1, `${hourAngle} at ${at('unixSeconds')}`);
    }
  }
  assert.ok(looked > 100);
});
