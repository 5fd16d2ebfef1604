import assert from 'node:assert/strict';
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
