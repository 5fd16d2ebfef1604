import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

interface Written {
  readonly c1?: string | number;
  readonly c2?: string | number;
  readonly radius?: string | number;
  readonly unit?: string;
  readonly what?: string;
}

/** Right ascension, declination and radius as decoded. */
function position({ c1 = 10, c2 = 20, radius = '', unit, what = '' }: Written): (number | undefined)[] {
  const packet = `<VOEvent ivorn="ivo://a/b#c"><What>${what}</What><WhereWhen><ObsDataLocation><ObservationLocation>
    <AstroCoords coord_system_id="UTC-FK5-GEO"><Position2D${unit === undefined ? '' : ` unit="${unit}"`}>
    <Value2><C1>${c1}</C1><C2>${c2}</C2></Value2><Error2Radius>${radius}</Error2Radius></Position2D></AstroCoords>
    </ObservationLocation></ObsDataLocation></WhereWhen></VOEvent>`;
  const { ra, dec, errorRadius } = decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '' });
  return [ra, dec, errorRadius];
}

const VALUE = '<Value2><C1>10</C1><C2>20</C2></Value2>';

/** The alert with this inside its `Position2D`. */
function where(inside: string, system = 'UTC-FK5-GEO') {
  const packet = `<VOEvent ivorn="ivo://a/b#c"><WhereWhen><AstroCoords coord_system_id="${system}">
    <Position2D unit="deg">${inside}</Position2D></AstroCoords></WhereWhen></VOEvent>`;
  return decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '' });
}

const NONE = [undefined, undefined, undefined];

describe('a position', () => {
  it('is in degrees, whatever the unit it is written in', () => {
    assert.deepEqual(position({ radius: 0.5, unit: 'deg' }), [10, 20, 0.5]);
    assert.deepEqual(position({ radius: 0.5, unit: 'deg-deg' }), [10, 20, 0.5]);
    assert.deepEqual(position({ c1: 1, c2: 20, radius: 0.5, unit: 'h deg' }), [15, 20, 0.5]);
    assert.deepEqual(position({ c1: 1, c2: 20, unit: 'hr' }), [15, 20, undefined]);
    const [ra = 0, dec = 0] = position({ c1: Math.PI, c2: -Math.PI / 4, unit: 'rad' });
    assert.ok(Math.abs(ra - 180) < 1e-9 && Math.abs(dec + 45) < 1e-9);
  });

  it('knows every spelling of a unit, and that only a right ascension is in hours', () => {
    const units: Readonly<Record<string, readonly [number, number]>> = {
      ...{ deg: [1, -0.5], degrees: [1, -0.5], 'deg deg': [1, -0.5], 'deg,deg': [1, -0.5] },
      ...{ h: [15, -0.5], hr: [15, -0.5], hours: [15, -0.5], hourangle: [15, -0.5], 'hours degrees': [15, -0.5] },
      ...{ 'hms dms': [15, -0.5], 'HMS DMS': [15, -0.5], 'h:m:s d:m:s': [15, -0.5], 'hh:mm:ss dd:mm:ss': [15, -0.5] },
      ...{ arcmin: [1 / 60, -0.5 / 60], arcsec: [1 / 3_600, -0.5 / 3_600], mas: [1 / 3_600_000, -0.5 / 3_600_000] },
      radians: [180 / Math.PI, -90 / Math.PI],
    };
    for (const [unit, expected] of Object.entries(units)) {
      for (const [c1, c2] of [
        ['1', '-0.5'],
        ['01:00:00', '-00:30:00'],
      ] as const) {
        assert.deepEqual(position({ c1, c2, unit }).slice(0, 2), expected, `${c1} ${c2} in ${unit}`);
      }
    }
  });

  it('may be sexagesimal, with or without letters; without a unit the right ascension is in hours', () => {
    const crab = [
      ...['05:34:31.94 +22:00:52.2', '05h34m31.94s +22d00m52.2s', '5h34m31.94s 22°00′52.2″'],
      ...['05h34m31.94s +22d00\'52.2"'],
    ];
    for (const written of crab) {
      const [c1 = '', c2 = ''] = written.replace(/"/g, '&quot;').split(' ');
      const [ra, dec] = position({ c1, c2 });
      assert.deepEqual([ra?.toFixed(5), dec?.toFixed(5)], ['83.63308', '22.01450'], written);
    }
    assert.deepEqual(position({ c1: '1 00 00', c2: '-00 30 00' }), [15, -0.5, undefined]);
    assert.deepEqual(position({ c1: '24:00:00', c2: 0 }), [0, 0, undefined]);
    for (const c1 of ['01:60:00', '01:00:60', '1:00', '15 deg', '0x10', '1e400']) {
      assert.deepEqual(position({ c1, c2: 20 }), NONE, c1);
    }
  });

  it('keeps the declination’s sign when it is written as -00:30:00', () => {
    assert.deepEqual(position({ c1: '01:00:00', c2: '-00:30:00', unit: 'h deg' }), [15, -0.5, undefined]);
  });

  it('has its right ascension between 0 and 360', () => {
    assert.deepEqual(position({ c1: 360 }), [0, 20, undefined]);
    assert.deepEqual(position({ c1: -10 }), [350, 20, undefined]);
    fc.assert(
      fc.property(
        fc.double({ min: -360, max: 360, noNaN: true }),
        fc.double({ min: -90, max: 90, noNaN: true }),
        (c1, c2) => {
          const [ra = -1, dec] = position({ c1, c2 });
          assert.ok(ra >= 0 && ra < 360, `${ra}`);
          assert.equal(dec, c2 + 0);
        },
      ),
      { examples: [[-1e-20, 0]], numRuns: 50 },
    );
  });

  it('has no radius where the packet gives none, or a negative one', () => {
    for (const radius of ['', 'wide', -1]) assert.deepEqual(position({ radius }), [10, 20, undefined]);
    assert.deepEqual(position({ radius: 0 }), [10, 20, 0]);
  });

  it('has the radius of the one half of an Error2 that is there (VOEvent 2.1)', () => {
    const error = (inside: string): unknown[] => {
      const { errorRadius, error2 } = where(`${VALUE}<Error2>${inside}</Error2>`);
      return [errorRadius, error2];
    };
    assert.deepEqual(error('<C1>0.2</C1>'), [0.2, undefined]);
    assert.deepEqual(error('<C2 pos_unit="arcmin">6</C2>'), [0.1, undefined]);
    assert.deepEqual(error('<C1>-0.2</C1>'), [undefined, undefined]);
    assert.deepEqual(error(''), [undefined, undefined]);
    assert.deepEqual(error('<C1 pos_unit="arcmin">6</C1><C2 pos_unit="arcmin">3</C2>'), [
      ...[0.1, { major: 0.1, minor: 0.05, angle: 90 }],
    ]);
  });
});

describe('the frame of a position', () => {
  const frames = (systems: readonly string[]) => systems.map((system) => [system, where(VALUE, system).ra]);

  it('is equatorial unless it says otherwise', () => {
    const equatorial = [
      ...['UTC-FK5-GEO', 'TT-FK4-GEO', 'TDB-ICRS-BARY', 'UTC-ICRS-HELIOCENTER', 'J2000', 'Equatorial', 'anything'],
      ...['right ascension and declination', 'blazar', 'JPL Horizons'],
    ];
    assert.deepEqual(
      frames(equatorial),
      equatorial.map((system) => [system, 10]),
    );
  });

  it('is kept when it is another, but there is no position to point at', () => {
    const others = [
      ...['UTC-GEOD-TOPO', 'UTC-GEO_D-TOPO', 'TT-GALACTIC_II-BARY', 'Galactic', 'SUPER_GALACTIC', 'SUPERGALACTIC'],
      ...['UTC-ECLIPTIC-GEO', 'ecliptic of J2000', 'UTC-HPC-TOPO', 'UTC-HGS-TOPO', 'heliographic', 'UTC-GSE-GEO'],
      ...['AltAz', 'UTC-AZ_EL-TOPO', 'horizontal', 'UTC-BODY-GEO'],
    ];
    assert.deepEqual(
      frames(others),
      others.map((system) => [system, undefined]),
    );
    for (const system of others) assert.equal(where(VALUE, system).system, system);
  });
});

describe('no position to point at', () => {
  it('is −999, or anything off the sky', () => {
    assert.deepEqual(position({ c1: -999, c2: -999 }), NONE);
    assert.deepEqual(position({ c2: 90.1 }), NONE);
    assert.deepEqual(position({ c1: 361 }), NONE);
  });

  it('is 0,0 with a radius of the whole sky, as GCN writes it; of any other radius it is a place', () => {
    for (const radius of [180, 360]) assert.deepEqual(position({ c1: 0, c2: '0.0', radius }), NONE);
    assert.deepEqual(position({ c1: 0, c2: 0, radius: 0.1 }), [0, 0, 0.1]);
    assert.deepEqual(position({ c1: 0, c2: 0, radius: 0 }), [0, 0, 0]);
    assert.deepEqual(position({ c1: 0, c2: 1, radius: 0 }), [0, 1, 0]);
  });

  it('is one that RADec_valid, or GCN’s kind of coordinates, says is none', () => {
    const flag = (name: string, value: string) => position({ what: `<Param name="${name}" value="${value}"/>` });
    for (const value of ['false', 'FALSE', ' false ', '0', 'no']) {
      assert.deepEqual(flag('RADec_valid', value), NONE, value);
    }
    assert.deepEqual(flag('RADec_valid', 'true'), [10, 20, undefined]);
    assert.deepEqual(flag('Coords_Type', '0'), NONE);
    assert.deepEqual(flag('Coords_String', 'unavailable/inappropriate'), NONE);
    assert.deepEqual(flag('Coords_Type', '1'), [10, 20, undefined]);
    assert.deepEqual(flag('Coords_String', 'source_object'), [10, 20, undefined]);
  });

  it('is that of the observatory alone, or one in a frame that STC names by an element', () => {
    const where = (inside: string) => {
      const packet = `<VOEvent ivorn="ivo://a/b#c"><WhereWhen><ObsDataLocation>${inside}</ObsDataLocation></WhereWhen></VOEvent>`;
      const { ra, dec, system } = decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '' });
      return [ra, dec, system];
    };
    const coords =
      '<AstroCoords><Position2D unit="deg"><Value2><C1>10</C1><C2>20</C2></Value2></Position2D></AstroCoords>';
    const frame = (name: string) =>
      `<AstroCoordSystem id="mine"><SpaceFrame><Name>Galaxy</Name>${name}</SpaceFrame></AstroCoordSystem>`;
    assert.deepEqual(where(`<ObservatoryLocation>${coords}</ObservatoryLocation>`), NONE);
    for (const name of ['<GALACTIC_II/>', '<GEO_D/>', '<ECLIPTIC/>', '<SUPER_GALACTIC/>']) {
      assert.deepEqual(where(frame(name) + coords), [undefined, undefined, 'mine'], name);
    }
    assert.deepEqual(where(frame('<ICRS/><TOPOCENTER/>') + coords), [10, 20, 'mine']);
    const ground = frame('<SpaceRefFrame>GEOD</SpaceRefFrame>');
    const both = `<ObservatoryLocation>${ground}</ObservatoryLocation><ObservationLocation>${coords}</ObservationLocation>`;
    assert.deepEqual(where(both), [10, 20, undefined]);
  });

  it('is one that is not written in numbers', () => {
    for (const c1 of ['', 'unknown', 'NaN', 'Infinity']) assert.deepEqual(position({ c1 }), NONE, c1);
  });
});
