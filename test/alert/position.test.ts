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
});

describe('no position to point at', () => {
  it('is −999, or anything off the sky', () => {
    assert.deepEqual(position({ c1: -999, c2: -999 }), NONE);
    assert.deepEqual(position({ c2: 90.1 }), NONE);
    assert.deepEqual(position({ c1: 361 }), NONE);
  });

  it('is 0,0 with a radius of the whole sky, as GCN writes it', () => {
    for (const radius of [180, 360]) assert.deepEqual(position({ c1: 0, c2: '0.0', radius }), NONE);
    assert.deepEqual(position({ c1: 0, c2: 0, radius: 0.1 }), [0, 0, 0.1]);
  });

  it('is one that RADec_valid says is none', () => {
    const flag = (value: string) => ({ what: `<Param name="RADec_valid" value="${value}"/>` });
    assert.deepEqual(position(flag('false')), NONE);
    assert.deepEqual(position(flag('FALSE')), NONE);
    assert.deepEqual(position(flag('true')), [10, 20, undefined]);
  });

  it('is one that is not written in numbers', () => {
    for (const c1 of ['', 'unknown', 'NaN', 'Infinity']) assert.deepEqual(position({ c1 }), NONE, c1);
  });
});
