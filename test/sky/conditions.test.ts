import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SKY_NAMES } from '../../src/rules/terms.ts';
import { skyConditions } from '../../src/sky/conditions.ts';
import { Sky } from '../../src/sky/sky.ts';
import { LA_PALMA } from './sites.ts';

const NIGHT = Date.UTC(2026, 10, 22, 23);
const CRAB = { ra: 83.6331, dec: 22.0145 };

describe('the sky of a plugin', () => {
  it('is that of rules, by the same names', () => {
    const { at, site, visibleMinutes, ...rest } = skyConditions(CRAB, LA_PALMA, NIGHT);
    assert.deepEqual([at, site], ['2026-11-22T23:00:00.000Z', 'lapalma']);
    assert.deepEqual(Object.keys(rest).sort(), Object.keys(SKY_NAMES).sort());
    const sky = new Sky(CRAB, LA_PALMA, NIGHT);
    for (const name of Object.keys(SKY_NAMES) as (keyof typeof SKY_NAMES)[]) assert.equal(rest[name], sky[name], name);
    assert.equal(visibleMinutes, sky.visibleMinutes(24, 0, -18));
  });

  it('lacks what cannot be told', () => {
    const names = (...given: Parameters<typeof skyConditions>) =>
      Object.keys(skyConditions(...given))
        .sort()
        .join(' ');
    const directions =
      'eclipticLatitude galacticLatitude galacticLongitude moonIllumination moonSeparation sunSeparation';
    assert.equal(names(CRAB, undefined, NIGHT), `at ${directions}`);
    assert.equal(names({}, LA_PALMA, NIGHT), 'at isNight moonAltitude moonIllumination site sunAltitude');
    const below = skyConditions({ ra: 263, dec: -22 }, LA_PALMA, NIGHT);
    assert.deepEqual([below.isUp, below.airmass, (below.altitude ?? 0) < 0], [false, undefined, true]);
  });

  it('counts as visible what it is asked for', () => {
    const minutes = (options: Parameters<typeof skyConditions>[3]) =>
      skyConditions(CRAB, LA_PALMA, NIGHT, options).visibleMinutes ?? Number.NaN;
    assert.equal(minutes({ hours: 1 }), 60);
    assert.equal(minutes({ hours: 0 }), 0);
    assert.ok(minutes({ minAltitude: 60 }) < minutes({ minAltitude: 30 }));
    assert.ok(minutes({ maxSunAltitude: -6 }) > minutes({}));
    assert.throws(() => minutes({ hours: 169 }), /Cannot look 169 hours ahead/);
  });
});
