import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';

// Written by hand after the shapes that eSTAR, RAPTOR and Caltech sent from 2005 to 2008.

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

const decode = (packet: string): Alert =>
  decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '2026-11-22T10:00:06.000Z' });

const event = (inside: string, attributes = 'role="observation"'): Alert =>
  decode(`<VOEvent id="ivo://org.example/old#7" version="1.0" ${attributes}>${inside}</VOEvent>`);

const SIMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<VOEvent role="observation" id="ivo://org.example/old/7/" version="HTN/0.1">
  <Description>An orphan transient.</Description>
  <Who>
    <Publisher>ivo://org.example</Publisher>
    <Contact><Name>A. Person</Name><Institution>Example Observatory</Institution>
      <Address>Some Hill</Address><Telephone>+1 23</Telephone><Email>person@example.org</Email></Contact>
    <Date>2005-04-15T14:34:16</Date>
  </Who>
  <Citations>
    <EventID cite="supercedes">ivo://org.example/old/6/</EventID>
    <EventID cite="associated">ivo://net.example/1/</EventID>
  </Citations>
  <WhereWhen type="simple">
    <RA units="deg"><Coord>148.888</Coord><Error value="4" units="arcmin"/></RA>
    <Dec units="deg"><Coord>69.065</Coord><Error value="3" units="arcmin"/></Dec>
    <Epoch value="J2000.0"/><Equinox value="2000.0"/>
    <Time><Value>2005-04-15T23:59:59</Value><Error value="30" units="s"/></Time>
  </WhereWhen>
  <How><Instrument><Name>Wide Eye</Name><Location>Some Hill</Location>
    <Reference uri="http://example.org/eye.rtml" type="rtml"/></Instrument></How>
  <What><Group><Param name="magnitude" ucd="phot.mag" value="13.2" units="mag"/></Group></What>
  <Why>
    <Classification probability="30" units="percent" type="ot">Fast transient</Classification>
    <Identification type="associated">NGC1234</Identification>
  </Why>
</VOEvent>`;

/** What a document of test/fixtures/voevent says, but for its bytes and its reception. */
function fixture(name: string): Partial<Alert> {
  const packet = readFileSync(new URL(`../fixtures/voevent/${name}`, import.meta.url), 'utf8');
  const { id: _, raw, source: __, receivedAt: ___, ...alert } = decode(packet);
  assert.equal(raw, packet);
  return alert;
}

describe('whole documents of the first years', () => {
  const MAGNITUDE = [
    { name: 'apparent magnitude', value: '13.2', number: 13.2, unit: 'mag', ucd: 'phot.mag', group: '' },
    { name: 'error', value: '0.1', number: 0.1, unit: 'mag', ucd: 'stat.error', group: '' },
  ];
  const SEEING = { name: 'seeing', value: '2', number: 2, unit: 'arcsec', ucd: 'instr.obsty.site.seeing' };

  it('of a robotic telescope, before there was a standard: Publisher, EventID, Classification', () => {
    assert.deepEqual(fixture('htn-0.1.xml'), {
      ...{ ivorn: 'ivo://org.example/robotic/field42/', format: 'voevent', version: 'HTN/0.1', role: 'observation' },
      ...{ test: false, kind: 'update', thread: 'ivo://org.example/robotic/field40/' },
      ...{ stream: 'org.example/robotic/field42/', local: '', instruments: ['Wide Eye AB', 'Narrow Eye'] },
      author: {
        ...{ ivorn: 'ivo://org.example', name: 'Example Observatory', contact: 'A. Person' },
        ...{ email: 'person@example.org', phone: '+1 23 456' },
      },
      ...{ date: '2005-04-15T14:34:16.000Z', time: '2005-04-15T23:59:59.000Z' },
      // 4 arcmin in right ascension, 3 in declination.
      ...{ ra: 148.888, dec: -0.065, errorRadius: 4 / 60 },
      ...{ params: [...MAGNITUDE, SEEING], groups: [{ params: MAGNITUDE }], tables: [] },
      citations: [
        { ivorn: 'ivo://org.example/robotic/field40/', cite: 'followup' },
        { ivorn: 'ivo://org.example/robotic/field41/', cite: 'supersedes' },
        { ivorn: 'ivo://net.example/circular/1234/', cite: 'followup' },
      ],
      inferences: [
        { concept: 'Transient' },
        { probability: 0.3, relation: 'ot', concept: 'Fast orphan optical transient' },
        { relation: 'associated', name: 'NGC1234' },
      ],
      references: [
        { uri: 'http://org.example/wide-eye.rtml', type: 'rtml' },
        { uri: 'http://org.example/chart.fits', type: 'url' },
      ],
      description: 'Follow-up of an orphan transient.',
    });
  });

  it('of VOEvent 1.0 with STC 1.20: Curation, Communication, an ellipse', () => {
    const inGroup = [
      { name: 'time', value: '278.02', number: 278.02, unit: 'd', group: 'magnitude' },
      { name: 'mag', value: '19.5', number: 19.5, unit: 'mag', ucd: 'phot.mag', group: 'magnitude' },
    ];
    assert.deepEqual(fixture('stc-1.20.xml'), {
      ...{ ivorn: 'ivo://org.example/sky#235649409', format: 'voevent', version: '1.0', role: 'observation' },
      ...{ test: false, kind: 'new', thread: 'ivo://org.example/sky#235649409', stream: 'org.example/sky' },
      ...{ local: '235649409', instruments: ['Wide Eye'] },
      author: {
        ...{ ivorn: 'ivo://org.example/organization', name: 'Example Laboratory', contact: 'A. Person' },
        ...{ email: 'person@example.org', phone: '+1 23' },
      },
      ...{ date: '2005-04-15T14:34:16.000Z', time: '2005-04-15T23:59:59.000Z', system: 'FK5-UTC-TOPO' },
      ...{ ra: 148.88, dec: 69.06, errorRadius: 0.02, error2: { major: 0.02, minor: 0.01, angle: 15 } },
      params: [SEEING, ...inGroup],
      groups: [{ name: 'magnitude', description: 'Days since the start', params: inGroup }],
      ...{ tables: [], citations: [], importance: 0.8, expires: '2005-04-16T02:34:16.000Z' },
      inferences: [{ name: 'OT 050415', concept: 'process.variation.burst;em.opt', description: 'Fades fast' }],
      references: [{ uri: 'http://org.example/wide-eye' }],
    });
  });

  it('of VOEvent 1.1 that has a prefix on everything, a role of its own, and RA and Dec in a Coord', () => {
    const { ra = 0, dec = 0, ...alert } = fixture('coord-1.1.xml');
    // 12 h 30 m 49.42 s, −12° 23′ 28″.
    assert.deepEqual([ra.toFixed(6), dec.toFixed(6)], ['187.705917', '-12.391111']);
    assert.deepEqual(alert, {
      ...{ ivorn: 'ivo://edu.example/survey#704171040', format: 'voevent', version: '1.1', role: 'test', test: true },
      ...{ kind: 'new', thread: 'test:ivo://edu.example/survey#704171040', stream: 'edu.example/survey' },
      ...{ local: '704171040', instruments: [], author: { ivorn: 'ivo://edu.example/survey' } },
      ...{ date: '2007-04-17T10:40:00.000Z', time: '2007-04-17T10:31:00.500Z' },
      ...{ params: [], groups: [], tables: [], citations: [], references: [] },
      inferences: [{ probability: 0.25, name: 'M87, NGC4486' }],
    });
  });
});

describe('the simple shape of 2005', () => {
  it('says the same as a VOEvent of today', () => {
    const { id: _, raw: __, source: ___, receivedAt: ____, ...alert } = decode(SIMPLE);
    const magnitude = { name: 'magnitude', value: '13.2', number: 13.2, unit: 'mag', ucd: 'phot.mag', group: '' };
    assert.deepEqual(alert, {
      ...{ ivorn: 'ivo://org.example/old/7/', format: 'voevent', version: 'HTN/0.1', role: 'observation', test: false },
      ...{ kind: 'update', thread: 'ivo://org.example/old/6/', stream: 'org.example/old/7/', local: '' },
      instruments: ['Wide Eye'],
      author: {
        ...{ ivorn: 'ivo://org.example', name: 'Example Observatory', contact: 'A. Person' },
        ...{ email: 'person@example.org', phone: '+1 23' },
      },
      ...{ date: '2005-04-15T14:34:16.000Z', time: '2005-04-15T23:59:59.000Z' },
      ...{ ra: 148.888, dec: 69.065, errorRadius: 4 / 60 },
      ...{ params: [magnitude], groups: [{ params: [magnitude] }], tables: [] },
      citations: [
        { ivorn: 'ivo://org.example/old/6/', cite: 'supersedes' },
        { ivorn: 'ivo://net.example/1/', cite: 'followup' },
      ],
      inferences: [
        { probability: 0.3, relation: 'ot', concept: 'Fast transient' },
        { relation: 'associated', name: 'NGC1234' },
      ],
      references: [{ uri: 'http://example.org/eye.rtml', type: 'rtml' }],
      description: 'An orphan transient.',
    });
  });

  it('may write the coordinates in other ways', () => {
    const place = (inside: string): unknown[] => {
      const { ra, dec, errorRadius } = event(`<WhereWhen type="simple">${inside}</WhereWhen>`);
      return [ra, dec, errorRadius];
    };
    assert.deepEqual(place('<Ra units="deg"><Coord>10</Coord></Ra><Dec units="deg"><Coord>-20</Coord></Dec>'), [
      ...[10, -20, undefined],
    ]);
    assert.deepEqual(place('<Coord><RA units="hours">1</RA><Dec>-20</Dec></Coord>'), [15, -20, undefined]);
    assert.deepEqual(place('<RA><Coord units="deg">10</Coord></RA><Dec value="20"/>'), [10, 20, undefined]);
    assert.deepEqual(place('<RA><Coord>01:00:00</Coord></RA><Dec><Coord>-00:30:00</Coord></Dec>'), [
      ...[15, -0.5, undefined],
    ]);
    assert.deepEqual(place('<RA units="deg"><Coord>10</Coord></RA>'), [undefined, undefined, undefined]);
    assert.deepEqual(
      place('<RA><Coord>10</Coord><Error units="deg">0.5</Error></RA><Dec><Coord>20</Coord><Error value="-1"/></Dec>'),
      [10, 20, 0.5],
    );
  });
});

describe('VOEvent 1.0', () => {
  it('may call Who Curation, and put the contact’s address into a Communication', () => {
    const who = `<PublisherID>ivo://org.example/organization</PublisherID><Contact principalContact="true">
      <Name>A. Person</Name><Communication><AddressLine>Hill</AddressLine><Telephone>+1 23</Telephone>
      <Email>person@example.org</Email></Communication></Contact><Date>2005-04-15T14:34:16</Date>`;
    for (const section of ['Who', 'Curation']) {
      const { author, date } = event(`<${section}>${who}</${section}>`);
      assert.equal(date, '2005-04-15T14:34:16.000Z', section);
      assert.deepEqual(author, {
        ...{ ivorn: 'ivo://org.example/organization', contact: 'A. Person' },
        ...{ email: 'person@example.org', phone: '+1 23' },
      });
    }
  });

  it('has STC 1.20 inside, with both numbers in Value2 and an inclined ellipse', () => {
    const { ra, dec, errorRadius, error2, system, time } = decode(`<VOEvent id="ivo://org.example/old#7" version="1.0"
      xmlns="http://www.ivoa.net/xml/VOEvent/v1.0" xmlns:stc="http://www.ivoa.net/xml/STC/stc-v1.20.xsd" xmlns:crd="http://www.ivoa.net/xml/STC/STCcoords/v1.20">
      <WhereWhen><stc:ObservationLocation><stc:AstroCoordSystem ID="FK5-UTC-TOPO"><stc:TimeFrame><stc:Name>Time</stc:Name></stc:TimeFrame></stc:AstroCoordSystem>
      <crd:AstroCoords coord_system_id="FK5-UTC-TOPO"><crd:Time unit="s"><crd:TimeInstant><crd:ISOTime>2005-04-15T23:59:59</crd:ISOTime></crd:TimeInstant></crd:Time>
      <crd:Position2D unit="deg"><crd:Value2>148.88 69.06</crd:Value2><crd:Error2PA><crd:Size>0.02 0.01</crd:Size>
      <crd:PosAngle reference="North">15</crd:PosAngle></crd:Error2PA></crd:Position2D></crd:AstroCoords></stc:ObservationLocation></WhereWhen></VOEvent>`);
    assert.deepEqual(
      [ra, dec, errorRadius, system, time],
      [148.88, 69.06, 0.02, 'FK5-UTC-TOPO', '2005-04-15T23:59:59.000Z'],
    );
    assert.deepEqual(error2, { major: 0.02, minor: 0.01, angle: 15 });
  });

  it('has roles of its time, which nobody knows any more: tests, to be on the safe side', () => {
    const { role, test } = event('', 'role="discovery"');
    assert.deepEqual([role, test], ['test', true]);
  });

  it('refers with url for uri, and numbers its triggers TRIG_NO', () => {
    const { references, thread } = event(
      '<What><Param name="TRIG_NO" value="164268"/></What><How><Reference url="http://example.org/a"/></How>',
    );
    assert.deepEqual(references, [{ uri: 'http://example.org/a' }]);
    assert.equal(thread, 'orgexampleold:164268');
  });

  it('knows odd times, and values that are none stay text', () => {
    const time = (text: string) =>
      event(
        `<WhereWhen><ObsDataLocation><ObservationLocation><AstroCoords><Time><TimeInstant><ISOTime>${text}</ISOTime></TimeInstant></Time></AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>`,
      ).time;
    assert.equal(time('2006-07-7T00:00:00+0000'), '2006-07-07T00:00:00.000Z');
    assert.equal(time('2006-06-18T08:38:23'), '2006-06-18T08:38:23.000Z');
    assert.equal(time('last night'), undefined);
    assert.equal(
      event('<What><Param name="t" value="last night" dataType="float"/></What>').params[0]?.value,
      'last night',
    );
  });
});
