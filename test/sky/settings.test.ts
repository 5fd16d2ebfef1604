import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { faultsOf } from '../../src/config/faults.ts';
import { sitesSchema } from '../../src/sky/settings.ts';

const schema = sitesSchema();

function complaints(options: Record<string, unknown>): string[] {
  const value = { here: { latitude: 0, longitude: 0, ...options } };
  const issues = schema.safeParse(value).error?.issues ?? [];
  return faultsOf(issues, schema, value).map(({ path, message }) => `${path.slice(1).join('.')}: ${message}`);
}

describe('the options of a site', () => {
  it('are a position at least; the rest has defaults', () => {
    assert.deepEqual(schema.parse({ lapalma: { latitude: 28.7606, longitude: -17.8792 } }), {
      lapalma: {
        name: 'lapalma',
        ...{ latitude: 28.7606, longitude: -17.8792, elevation: 0, horizon: 0, twilight: -18 },
      },
    });
    assert.match(complaints({ latitude: undefined }).join(), /^latitude: It is missing\. Write a number/);
  });

  it('take longitudes from 0 to 360 too, and pairs of the horizon in any order', () => {
    const horizon = [
      [270, 20],
      [0, 10],
      [90, 5],
    ];
    const { here } = schema.parse({ here: { latitude: -90, longitude: 342.5, horizon } });
    assert.equal(here?.longitude, -17.5);
    assert.deepEqual(here?.horizon, [
      [0, 10],
      [90, 5],
      [270, 20],
    ]);
    assert.equal(schema.parse({ here: { latitude: 0, longitude: 180 } }).here?.longitude, 180);
  });

  it('are refused in whole sentences when they cannot be', () => {
    assert.deepEqual(complaints({ latitude: 91, longitude: -181, elevation: 9_001, twilight: 1 }), [
      'latitude: A latitude is in degrees, from -90 to 90, North positive.',
      'longitude: A longitude is in degrees, from -180 to 360, East positive.',
      'elevation: An elevation is in metres above the sea, from -500 to 9000.',
      'twilight: A twilight is the altitude of the Sun in degrees, from -30 to 0.',
    ]);
    assert.deepEqual(
      complaints({
        horizon: [
          [360, 0],
          [10, 91],
        ],
      }),
      [
        'horizon.0.0: An azimuth of the horizon is in degrees from North through East, at least 0 and below 360.',
        'horizon.1.1: An altitude of the horizon is in degrees, from -10 to 90.',
      ],
    );
    assert.deepEqual(complaints({ horizon: -11 }), [
      'horizon: An altitude of the horizon is in degrees, from -10 to 90.',
    ]);
    assert.deepEqual(complaints({ horizon: [[10, 5]] }), [
      'horizon: A horizon has at least two pairs of azimuth and altitude. Write a single altitude for a flat one.',
    ]);
    assert.deepEqual(
      complaints({
        horizon: [
          [10, 5],
          [20, 5],
          [10, 6],
        ],
      }),
      ['horizon.2: The horizon has two altitudes at 10°.'],
    );
    assert.deepEqual(complaints({ horizon: [10, 5] }), [
      'horizon.0: Write a pair of the horizon as [azimuth, altitude].',
      'horizon.1: Write a pair of the horizon as [azimuth, altitude].',
    ]);
  });

  it('have names as everything else has', () => {
    const value = { 'la palma': { latitude: 0, longitude: 0 } };
    const [fault] = faultsOf(schema.safeParse(value).error?.issues ?? [], schema, value);
    assert.match(fault?.message ?? '', /^The name "la palma" is not allowed\./);
  });
});
