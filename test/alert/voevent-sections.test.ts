import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

function event(inside: string, attributes = ''): Alert {
  const packet = `<VOEvent ivorn="ivo://example.org/s#1" ${attributes}>${inside}</VOEvent>`;
  return decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '2026-11-22T10:00:06.000Z' });
}

const where = (inside: string): Alert => event(`<WhereWhen><ObsDataLocation>${inside}</ObsDataLocation></WhereWhen>`);

const coords = (inside: string, system = 'UTC-FK5-GEO'): Alert =>
  where(`<ObservationLocation><AstroCoords coord_system_id="${system}">${inside}</AstroCoords></ObservationLocation>`);

const at = (c1: string, c2: string, rest = '', unit = 'deg'): string =>
  `<Position2D unit="${unit}"><Value2><C1>${c1}</C1><C2>${c2}</C2></Value2>${rest}</Position2D>`;

describe('What', () => {
  it('has tables with their own Params, columns and rows', () => {
    const { tables, params } = event(`<What><Table name="t" type="light curve"><Description>Magnitudes</Description>
      <Param name="band" value="V"/><Field name="mjd" unit="d" ucd="time.epoch" dataType="float"><Description>When</Description></Field>
      <Field name="mag"/><Data><TR><TD>1</TD><TD><![CDATA[<17>]]></TD></TR><TR><TD/><TD>18</TD></TR></Data></Table></What>`);
    assert.deepEqual(params, []);
    assert.deepEqual(tables, [
      {
        ...{ name: 't', type: 'light curve', description: 'Magnitudes', params: [{ name: 'band', value: 'V' }] },
        columns: [
          { name: 'mjd', unit: 'd', ucd: 'time.epoch', dataType: 'float', description: 'When' },
          { name: 'mag' },
        ],
        rows: [
          ['1', '<17>'],
          ['', '18'],
        ],
      },
    ]);
  });

  it('gives a number where the value reads as a decimal one, whatever its dataType says', () => {
    const values = [
      '17',
      '-1.5e-3',
      '+.5',
      '5.',
      ' 7 ',
      '0x1f',
      '1e999',
      'NaN',
      'Infinity',
      '',
      '1 2',
      '1_000',
      '12:00',
    ];
    const { params } = event(`<What>${values.map((value) => `<Param name="n" value="${value}"/>`).join('')}</What>`);
    assert.deepEqual(
      params.map(({ number }) => number),
      [17, -0.0015, 0.5, 5, 7, ...Array.from({ length: 8 }, () => undefined)],
    );
    assert.equal(event('<What><Param dataType="string" value="0.08"/></What>').params[0]?.number, 0.08);
  });

  it('takes the Params of a group within a group as a group of their own', () => {
    const { params, groups } = event(
      '<What><Group name="a"><Param name="x" value="1"/><Group type="b"><Param name="y" value="2"/></Group></Group></What>',
    );
    assert.deepEqual(
      params.map(({ name, group }) => [name, group]),
      [
        ['x', 'a'],
        ['y', ''],
      ],
    );
    assert.deepEqual(
      groups.map(({ name, type, params: inside }) => [name, type, inside.length]),
      [
        ['a', undefined, 1],
        [undefined, 'b', 1],
      ],
    );
  });

  it('has blanks for the line breaks in an attribute, but not for those that are written as references', () => {
    assert.equal(event('<What><Param name="a\n b" value="x\r\ny\tz"/></What>').params[0]?.name, 'a  b');
    assert.equal(event('<What><Param value="x\r\ny\tz"/></What>').params[0]?.value, 'x y z');
    assert.equal(event('<What><Param value="x&#10;y"/></What>').params[0]?.value, 'x\ny');
  });
});

describe('WhereWhen', () => {
  it('may have comments, instructions and CDATA anywhere', () => {
    const { ra, dec } = coords(
      '<!-- a --><Position2D unit="deg"><?b c?><Value2><!-- d --><C1>1<!-- e -->0</C1><?f?><C2><![CDATA[-20]]></C2></Value2></Position2D>',
    );
    assert.deepEqual([ra, dec], [10, -20]);
  });

  it('is not taken for the place of the observatory, which may come first', () => {
    const observatory =
      '<ObservatoryLocation id="x"><AstroCoordSystem id="UTC-GEOD-TOPO"/><AstroCoords coord_system_id="UTC-GEOD-TOPO"><Position3D unit="deg deg m"><Value3><C1>-70</C1><C2>-30</C2><C3>2400</C3></Value3></Position3D></AstroCoords></ObservatoryLocation>';
    const event2 = `<ObservationLocation><AstroCoordSystem id="UTC-ICRS-TOPO"/><AstroCoords coord_system_id="UTC-ICRS-TOPO">${at('10', '20')}</AstroCoords></ObservationLocation>`;
    const { ra, dec, system } = where(observatory + event2);
    assert.deepEqual([ra, dec, system], [10, 20, 'UTC-ICRS-TOPO']);
  });

  it('is no position to point at in coordinates that are not equatorial, and says in which', () => {
    for (const system of ['UTC-GEOD-TOPO', 'UTC-HGS-TOPO', 'TT-GALACTIC-BARY', 'UTC-ECLIPTIC-GEO', 'UTC-HPC-TOPO']) {
      const alert = coords(at('10', '20'), system);
      assert.deepEqual([alert.ra, alert.dec, alert.system], [undefined, undefined, system]);
    }
    const named = coords(
      '<Position2D><Name1>l</Name1><Name2>b</Name2><Value2><C1>10</C1><C2>20</C2></Value2></Position2D>',
    );
    assert.equal(named.ra, undefined);
    for (const system of ['TDB-ICRS-BARY', 'UTC-FK5-TOPO', 'whatever'])
      assert.equal(coords(at('10', '20'), system).ra, 10);
    const frame = `<ObservationLocation><AstroCoordSystem id="s"><SpaceFrame><SpaceRefFrame>GALACTIC</SpaceRefFrame></SpaceFrame></AstroCoordSystem><AstroCoords>${at('10', '20')}</AstroCoords></ObservationLocation>`;
    assert.deepEqual([where(frame).ra, where(frame).system], [undefined, 's']);
  });

  it('takes an ellipse for its larger half-axis, whichever that is (VOEvent 2.1: Error2)', () => {
    const error = (c1: number, c2: number) => coords(at('1', '2', `<Error2><C1>${c1}</C1><C2>${c2}</C2></Error2>`));
    assert.deepEqual(error(0.1, 0.2).error2, { major: 0.2, minor: 0.1, angle: 0 });
    assert.deepEqual(error(0.2, 0.1).error2, { major: 0.2, minor: 0.1, angle: 90 });
    assert.equal(error(0.2, 0.1).errorRadius, 0.2);
    const both = coords(at('1', '2', '<Error2Radius>0.5</Error2Radius><Error2><C1>0.1</C1><C2>0.2</C2></Error2>'));
    assert.equal(both.errorRadius, 0.5);
    assert.equal(coords(at('1', '2', '<Error2><C1>-1</C1><C2>0.2</C2></Error2>')).error2, undefined);
  });

  it('reads units of the position and of each of its numbers', () => {
    const { ra, dec, errorRadius } = coords(
      '<Position2D><Value2><C1 pos_unit="hours">1</C1><C2 pos_unit="deg">20</C2></Value2><Error2Radius pos_unit="arcsec">36</Error2Radius></Position2D>',
    );
    assert.deepEqual([ra, dec, errorRadius], [15, 20, 0.01]);
    const bare = coords('<Position2D><Value2><C1>05:34:31.94</C1><C2>+22:00:52.2</C2></Value2></Position2D>');
    assert.ok(Math.abs((bare.ra ?? 0) - 83.633083) < 1e-5 && Math.abs((bare.dec ?? 0) - 22.0145) < 1e-6);
    assert.equal(coords(at('05:34:31.94', '22:00:52.2')).ra?.toFixed(4), '5.5755', 'the unit says degrees');
    assert.equal(coords(at('5h34m31.94s', '22d00m52.2s')).ra?.toFixed(4), '83.6331');
    const volume = coords(
      '<Position3D unit="deg deg pc"><Value3><C1>10</C1><C2>20</C2><C3>5</C3></Value3></Position3D>',
    );
    assert.deepEqual([volume.ra, volume.dec], [10, 20]);
  });

  it('gives the start and the end of an interval, and its start as the time', () => {
    const stc = coords(
      '<Time><TimeInterval><StartTime><ISOTime>2026-01-01T00:00:00</ISOTime></StartTime><StopTime><ISOTime>2026-01-02</ISOTime></StopTime></TimeInterval></Time>',
    );
    const ends = ['2026-01-01T00:00:00.000Z', '2026-01-02T00:00:00.000Z'];
    assert.deepEqual([stc.time, stc.timeStart, stc.timeStop], [ends[0], ...ends]);
    const open = coords('<Time><TimeInterval><ISOTimeStop>2026-01-02</ISOTimeStop></TimeInterval></Time>');
    assert.deepEqual([open.time, open.timeStart, open.timeStop], [undefined, undefined, ends[1]]);
  });

  it('retracts the event where both coordinates are −999', () => {
    const { kind, ra, system } = coords(at('-999.0', '-999.0'));
    assert.deepEqual([kind, ra, system], ['retraction', undefined, 'UTC-FK5-GEO']);
    assert.equal(coords(at('-999', '20')).kind, 'new');
  });

  it('names a place', () => {
    assert.equal(coords('<PositionName> Jupiter </PositionName>').positionName, 'Jupiter');
  });
});

describe('Why, How and references', () => {
  it('are kept as they are written', () => {
    const alert = event(`<Who><Reference uri="http://who"/></Who>
      <How><Description>Fermi Satellite, GBM Instrument</Description><Reference uri="http://how" type="url" mimetype="text/html" meaning="http://m#a"/></How>
      <Why importance="0.5" expires="2026-12-01"><Concept>c</Concept><Name>n</Name>
        <Inference probability="0.9" relation="identified"><Name>A</Name><Name>B</Name><Concept>x;y</Concept><Description>d</Description></Inference></Why>`);
    assert.deepEqual(alert.instruments, ['GBM']);
    assert.deepEqual([alert.importance, alert.expires], [0.5, '2026-12-01T00:00:00.000Z']);
    assert.deepEqual(alert.inferences, [
      { name: 'n', concept: 'c' },
      { probability: 0.9, relation: 'identified', name: 'A, B', concept: 'x;y', description: 'd' },
    ]);
    assert.deepEqual(alert.references, [
      { uri: 'http://who' },
      { uri: 'http://how', type: 'url', mimetype: 'text/html', meaning: 'http://m#a' },
    ]);
  });
});
