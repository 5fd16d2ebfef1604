import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import { digestOf } from '../../src/alert/digest.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import type { Alert } from '../../src/alert/model.ts';
import { FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1 } from '../support/packets.ts';

const RECEPTION = { source: 'campus', receivedAt: '2026-11-22T10:00:06.000Z' };
let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

const decode = (packet: Buffer): Alert => decoder.decode(packet, RECEPTION);
const idOf = (packet: Buffer) => digestOf(packet, scanEnvelope(packet).element).toString('hex').slice(0, 16);

function event(inside: string, attributes = ''): Alert {
  return decode(Buffer.from(`<VOEvent ivorn="ivo://example.org/s#1" ${attributes}>${inside}</VOEvent>`));
}

describe('the fields of a hand-written packet', () => {
  it('of VOEvent 2.0', () => {
    assert.deepEqual(decode(FULL_2_0), {
      ...{ id: idOf(FULL_2_0), ivorn: 'ivo://org.example/survey/fast#2026-abc', format: 'voevent', version: '2.0' },
      ...{ role: 'observation', test: false, kind: 'new', stream: 'org.example/survey/fast', local: '2026-abc' },
      ...{ thread: 'ivo://org.example/survey/fast#2026-abb', instruments: [] },
      author: {
        ...{ ivorn: 'ivo://org.example', name: 'Survey', title: 'The survey', contact: 'A. Person' },
        email: 'person@example.org',
      },
      ...{ date: '2026-11-22T10:00:05.000Z', time: '2026-11-22T09:59:58.1234Z' },
      ...{ ra: 83.6331, dec: -22.0145, errorRadius: 0.05, system: 'UTC-FK5-GEO' },
      params: [
        { name: 'mag', value: '17.32', number: 17.32, unit: 'mag', ucd: 'phot.mag', dataType: 'float' },
        { name: 'note', value: 'R & V' },
        { name: 'both', value: 'attribute' },
        { name: 'mag', value: '17.4', number: 17.4, group: 'first' },
        { name: 'mag', value: 'not a number', dataType: 'float', group: '' },
        { name: 'mag', value: '', group: 'first' },
      ],
      groups: [
        { name: 'first', params: [{ name: 'mag', value: '17.4', number: 17.4, group: 'first' }] },
        { params: [{ name: 'mag', value: 'not a number', dataType: 'float', group: '' }] },
        { name: 'first', params: [{ name: 'mag', value: '', group: 'first' }] },
      ],
      tables: [],
      citations: [{ ivorn: 'ivo://org.example/survey/fast#2026-abb', cite: 'followup' }],
      ...{ importance: 0.95, inferences: [{ probability: 0.9, name: 'GRB' }], references: [] },
      description: 'A fast <transient> & more.',
      ...{ ...RECEPTION, raw: FULL_2_0.toString() },
    });
  });

  it('of VOEvent 1.1', () => {
    assert.deepEqual(decode(FULL_1_1), {
      ...{ id: idOf(FULL_1_1), ivorn: 'ivo://uk.example/estar#ogle/2006-345', format: 'voevent', version: '1.1' },
      ...{ role: 'observation', test: false, kind: 'new', stream: 'uk.example/estar', local: 'ogle/2006-345' },
      ...{ thread: 'ivo://uk.example/estar#ogle/2006-345', instruments: [], author: { ivorn: 'ivo://uk.example' } },
      ...{ date: '2006-07-19T12:00:00.000Z', time: '2006-07-19T11:00:00.000Z' },
      ...{ ra: 272.53, dec: -29.43, system: 'UTC-FK5-TOPO' },
      params: [{ name: 'Tmax', value: '2453940.1', number: 2_453_940.1, unit: 'd', group: '' }],
      groups: [{ params: [{ name: 'Tmax', value: '2453940.1', number: 2_453_940.1, unit: 'd', group: '' }] }],
      ...{ tables: [], citations: [], inferences: [], references: [] },
      ...{ ...RECEPTION, raw: FULL_1_1.toString() },
    });
  });

  it('of VOEvent 1.0', () => {
    const { ivorn, version, role, test, ra = 0, dec = 0 } = decode(FULL_1_0);
    assert.deepEqual([ivorn, version, role, test], ['ivo://uk.example/old#1', '1.0', 'test', true]);
    assert.ok(Math.abs(ra - 272.531667) < 1e-6, `${ra}`);
    assert.ok(Math.abs(dec - -29.431389) < 1e-6, `${dec}`);
  });

  it('of VOEvent 2.1', () => {
    const { id: _, raw: __, ...alert } = decode(FULL_2_1);
    assert.deepEqual(alert, {
      ...{ ivorn: 'ivo://org.example/pulse?2026-7', format: 'voevent', version: '2.1', role: 'prediction' },
      ...{ test: false, kind: 'new', thread: 'ivo://org.example/pulse?2026-7', stream: 'org.example/pulse' },
      ...{ local: '2026-7', instruments: [], time: '2026-12-01T00:00:00.000Z' },
      ...{ timeStart: '2026-12-01T00:00:00.000Z', timeStop: '2026-12-02T00:00:00.000Z' },
      ...{ ra: 10, dec: 20, errorRadius: 0.2, error2: { major: 0.2, minor: 0.1, angle: 0 }, system: 'anything goes' },
      ...{ params: [], groups: [], tables: [], citations: [], inferences: [], references: [] },
      ...RECEPTION,
    });
  });
});

describe('a whole document', () => {
  /** What a document of test/fixtures/voevent says, but for its bytes and its reception. */
  const fixture = (name: string): Partial<Alert> => {
    const packet = readFileSync(new URL(`../fixtures/voevent/${name}`, import.meta.url));
    const { id: _, raw: __, source: ___, receivedAt: ____, ...alert } = decode(packet);
    return alert;
  };

  it('of VOEvent 2.0, with everything that the standard has, and comments and instructions anywhere', () => {
    const { params, groups, tables, ...alert } = fixture('everything-2.0.xml');
    const said = 'The same star';
    assert.deepEqual(alert, {
      ...{ ivorn: 'ivo://org.example/Survey/Fast#2026&abc', format: 'voevent', version: '2.0', role: 'prediction' },
      ...{ test: false, kind: 'update', stream: 'org.example/Survey/Fast', local: '2026&abc' },
      ...{ thread: 'ivo://org.example/survey/fast#2026-abb', instruments: ['Wide Eye'] },
      author: {
        ...{ ivorn: 'ivo://org.example/Survey', name: 'Survey', title: 'The Survey', contact: 'A. Person' },
        ...{ email: 'person@example.org', phone: '+1 23' },
      },
      ...{ date: '2026-11-22T10:00:05.250Z', time: '2026-11-22T09:59:58.123456Z' },
      ...{ ra: 83.6331, dec: -22.0145, errorRadius: 0.05, system: 'UTC-ICRS-TOPO' },
      citations: [
        { ivorn: 'ivo://org.example/Survey/Fast#2026-abb', cite: 'followup', description: said },
        { ivorn: 'ivo://org.example/Survey/Fast#2026-aba', cite: 'supersedes', description: said },
      ],
      ...{ importance: 0.95, expires: '2026-12-01T00:00:00.000Z' },
      inferences: [
        { concept: 'process.variation.burst, em.opt', description: 'Bright' },
        {
          ...{ probability: 0.9, relation: 'identified', name: 'AT 2026abc', concept: 'stars.supernova' },
          description: 'Spectrum to come',
        },
        { relation: 'associated', name: 'NGC 1, NGC 2' },
      ],
      references: [
        { uri: 'http://org.example/mag' },
        {
          ...{ uri: 'http://org.example/how?a=1&b=2', type: 'url', mimetype: 'text/html' },
          meaning: 'http://org.example/m#doc',
        },
        { uri: 'http://org.example/why' },
        { uri: 'http://org.example/event' },
      ],
      description: 'A fast <transient> & more — café.',
    });
    const first = [
      { name: 'mag', value: '17.4', number: 17.4, group: 'first' },
      { name: 'mag', value: 'faint', dataType: 'float', group: 'first' },
    ];
    const unnamed = { name: 'mag', value: '1e3', number: 1000, unit: 'mmag', group: '' };
    const again = { name: 'mag', value: '', group: 'first' };
    assert.deepEqual(params, [
      {
        ...{ name: 'mag', value: '17.32', number: 17.32, unit: 'mag', ucd: 'phot.mag', dataType: 'float' },
        ...{ utype: 'a:b.c', description: 'In V' },
      },
      { name: 'child', value: 'R & <V>', dataType: 'string' },
      { name: 'both', value: 'attribute' },
      { name: '', value: 'no name' },
      { name: 'broken  line', value: 'one\ntwo three' },
      ...[...first, unnamed, again],
    ]);
    assert.deepEqual(groups, [
      { name: 'first', type: 'photometry', description: 'Of tonight', params: first },
      { params: [unnamed] },
      { name: 'first', params: [again] },
    ]);
    const when = { unit: 'd', ucd: 'time.epoch', dataType: 'float', utype: 'x:y', description: 'When' };
    assert.deepEqual(tables, [
      {
        ...{ name: 'curve', type: 'light curve', description: 'Magnitudes', params: [{ name: 'band', value: 'V' }] },
        columns: [{ name: 'mjd', ...when }, { name: 'mag' }],
        rows: [
          ['1', '<17>'],
          ['', '18'],
        ],
      },
      { name: 'curve', params: [], columns: [], rows: [['alone']] },
    ]);
  });

  it('of VOEvent 2.1, with a prefix that nobody else has, and a coordinate system in words', () => {
    assert.deepEqual(fixture('everything-2.1.xml'), {
      ...{ ivorn: 'ivo://org.example/Slew?2026-7', format: 'voevent', version: '2.1', role: 'utility', test: false },
      ...{ kind: 'retraction', thread: 'ivo://org.example/slew?2026-6', stream: 'org.example/Slew', local: '2026-7' },
      ...{ instruments: [], author: { ivorn: 'ivo://org.example' }, date: '2026-11-30T12:00:00.000Z' },
      ...{ time: '2026-12-01T00:00:00.000Z', timeStart: '2026-12-01T00:00:00.000Z' },
      ...{ timeStop: '2026-12-02T06:30:00.000Z', ra: 83.6331, dec: 22.0145, errorRadius: 0.2 },
      ...{ error2: { major: 0.2, minor: 0.1, angle: 90 }, system: 'right ascension and declination' },
      ...{ positionName: 'Crab', params: [{ name: 'pointing', value: '7', number: 7, dataType: 'int' }] },
      ...{ groups: [], tables: [], inferences: [] },
      citations: [{ ivorn: 'ivo://org.example/Slew?2026-6', cite: 'retraction' }],
      references: [
        { uri: 'http://org.example/plan', mimetype: 'application/json', meaning: 'http://org.example/m#plan' },
      ],
    });
  });

  it('of VOEvent 1.1, with STC in a default namespace of its own, and STC’s interval', () => {
    const tmax = { name: 'Tmax', value: '2453940.1', number: 2_453_940.1, unit: 'd', group: '' };
    assert.deepEqual(fixture('everything-1.1.xml'), {
      ...{ ivorn: 'ivo://org.example/survey#1.1', format: 'voevent', version: '1.1', role: 'observation', test: false },
      ...{ kind: 'new', thread: 'ivo://org.example/survey#1.1', stream: 'org.example/survey', local: '1.1' },
      instruments: [],
      author: {
        ...{ ivorn: 'ivo://org.example/survey#', name: 'Example Survey', title: 'Example Survey' },
        contact: 'A. Person',
      },
      ...{ date: '2007-07-19T12:00:00.000Z', time: '2007-07-19T10:00:00.000Z' },
      ...{ timeStart: '2007-07-19T10:00:00.000Z', timeStop: '2007-07-19T11:30:00.000Z' },
      ...{ ra: 272.53, dec: -29.43, errorRadius: 0.002, system: 'UTC-FK5-GEO' },
      params: [{ name: 'Field', value: 'F12.3', ucd: 'meta.dataset' }, tmax],
      ...{ groups: [{ params: [tmax] }], tables: [], citations: [] },
      inferences: [{ probability: 1, name: 'EX-2007-1', concept: 'Microlensing Event' }],
      references: [{ uri: 'http://org.example/how', type: 'url', name: 'how' }],
      description: 'A candidate.',
    });
  });
});

describe('elements are known by their names', () => {
  it('whatever prefix they have, and whatever namespace, or none', () => {
    const packet = (p: string, namespace: string) => `<${p}VOEvent ${namespace} ivorn="ivo://a/b#c" version="2.0">
      <${p}What><${p}Param name="a" value="b"/></${p}What><${p}WhereWhen><${p}ObsDataLocation><${p}ObservationLocation>
      <${p}AstroCoords><${p}Position2D><${p}Value2><${p}C1>10</${p}C1><${p}C2>20</${p}C2></${p}Value2></${p}Position2D>
      </${p}AstroCoords></${p}ObservationLocation></${p}ObsDataLocation></${p}WhereWhen></${p}VOEvent>`;
    const namespaces = ['http://www.ivoa.net/xml/VOEvent/v2.0', 'http://www.ivoa.net/xml/VOEvent/v1.1', 'urn:mine'];
    const packets = namespaces.flatMap((uri) => [
      ...[packet('', `xmlns="${uri}"`), packet('voe:', `xmlns:voe="${uri}"`), packet('_x.1:', `xmlns:_x.1="${uri}"`)],
    ]);
    for (const written of [packet('', ''), ...packets]) {
      const { ra, dec, params } = decode(Buffer.from(written));
      assert.deepEqual([ra, dec, params], [10, 20, [{ name: 'a', value: 'b' }]], written);
    }
  });
});

describe('an alert is a test', () => {
  const param = (name: string, value: string) => event(`<What><Param name="${name}" value="${value}"/></What>`).test;
  const grouped = (name: string, value: string) =>
    event(`<What><Group name="g"><Param name="${name}" value="${value}"/></Group></What>`).test;

  it('by its role', () => {
    assert.equal(event('', 'role="test"').test, true);
    assert.equal(event('', 'role="TEST"').test, true);
    for (const role of ['observation', 'prediction', 'utility', 'Observation']) {
      assert.equal(event('', `role="${role}"`).test, false, role);
    }
  });

  it('when its role is one that nobody knows, and an observation when it has none (VOEvent 2.0 §3.1.3)', () => {
    assert.deepEqual([event('', 'role="rumour"').role, event('', 'role="rumour"').test], ['test', true]);
    assert.deepEqual([event('').role, event('').test], ['observation', false]);
  });

  it('by the Params with which missions mark one', () => {
    for (const name of ['Test', 'Test_Submission', 'InternalTest', 'Test_Notice']) {
      assert.equal(param(name, 'true'), true, name);
      assert.equal(grouped(name, 'True'), true, name);
      assert.equal(param(name, 'false'), false, name);
      assert.equal(param(name, ''), false, name);
    }
    assert.equal(param('tested_parameter', 'true'), false);
    const markers = ['HardwareInj 1', 'HardwareInj true', 'Search MDC', 'Group Test', 'AlertType Test', 'Test yes'];
    const others = ['HardwareInj 0', 'Search AllSky', 'Group CBC', 'Group Burst', 'AlertType Initial', 'Test 0'];
    const marked = (written: string) => param(...(written.split(' ') as [string, string]));
    assert.deepEqual([markers.filter((one) => !marked(one)), others.filter(marked)], [[], []]);
  });

  it('by the name of a superevent: M for mock, T for test', () => {
    for (const name of ['MS190425z', 'TS190425z', 'M190425z', 'T190425'])
      assert.equal(param('GraceID', name), true, name);
    for (const name of ['S190425z', 'GW190425', 'G330561', '']) assert.equal(param('GraceID', name), false, name);
    assert.equal(param('superevent_id', 'MS261122a'), true);
    assert.equal(param('Comment', 'MS190425z'), false);
  });
});

describe('what an alert does to an earlier one', () => {
  const citing = (...kinds: string[]) =>
    event(
      `<Citations>${kinds.map((cite) => `<EventIVORN cite="${cite}">ivo://a/b#c</EventIVORN>`).join('')}</Citations>`,
    );

  it('is told by its citations', () => {
    assert.equal(event('').kind, 'new');
    assert.equal(citing('followup').kind, 'new');
    assert.equal(citing('supersedes').kind, 'update');
    assert.equal(citing('supersedes', 'retraction').kind, 'retraction');
    assert.equal(citing('Retraction').kind, 'retraction');
  });

  it('or by the AlertType of a gravitational wave', () => {
    const typed = (type: string) => event(`<What><Param name="AlertType" value="${type}"/></What>`).kind;
    assert.deepEqual(['Initial', 'Update', 'Retraction'].map(typed), ['new', 'update', 'retraction']);
  });

  it('is a follow-up where the citation does not say, and nothing where it names no event', () => {
    assert.deepEqual(
      event('<Citations><EventIVORN>ivo://a/b#c</EventIVORN><EventIVORN cite="retraction"/></Citations>').citations,
      [{ ivorn: 'ivo://a/b#c', cite: 'followup' }],
    );
  });
});

describe('an identifier', () => {
  it('is cut into stream and local part at # or, as VOEvent 2.1 prefers, at ?', () => {
    const cut = (ivorn: string) => {
      const { stream, local } = decode(Buffer.from(`<VOEvent ivorn="${ivorn}"/>`));
      return [stream, local];
    };
    assert.deepEqual(cut('ivo://nasa.gsfc.gcn/SWIFT#BAT_1-2'), ['nasa.gsfc.gcn/SWIFT', 'BAT_1-2']);
    assert.deepEqual(cut('ivo://a/b?c'), ['a/b', 'c']);
    assert.deepEqual(cut('ivo://a/b#c?d#e'), ['a/b', 'c?d#e']);
    assert.deepEqual(cut('IVO://a/b'), ['a/b', '']);
    assert.deepEqual(cut(' no scheme '), ['no scheme', '']);
  });
});

describe('what is missing or not a number', () => {
  it('is absent, and never an error', () => {
    const alert = event('<Who/><What/><WhereWhen/><Why importance="high"/><Citations/>', 'version=""');
    assert.deepEqual(Object.keys(alert).sort(), [
      ...[
        'citations',
        'format',
        'groups',
        'id',
        'inferences',
        'instruments',
        'ivorn',
        'kind',
        'local',
        'params',
        'raw',
      ],
      ...['receivedAt', 'references', 'role', 'source', 'stream', 'tables', 'test', 'thread', 'version'],
    ]);
    assert.equal(alert.version, '');
  });

  it('of the version is taken from the namespace', () => {
    assert.equal(event('', 'xmlns="http://www.ivoa.net/xml/VOEvent/v1.1"').version, '1.1');
  });
});
