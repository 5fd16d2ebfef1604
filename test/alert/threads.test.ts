import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import { isDesignation, supereventIn } from '../../src/alert/thread.ts';
import { Threads } from '../../src/alert/threads.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

const keysOf = (packet: string): readonly string[] =>
  decoder.read(Buffer.from(packet), { source: 's', receivedAt: '2026-11-22T10:00:06.000Z' }).threadKeys;

interface Written {
  readonly role?: string;
  readonly cites?: string;
  readonly params?: Readonly<Record<string, string>>;
}

function voevent(ivorn: string, { role = 'observation', cites, params = {} }: Written = {}): string {
  const written = Object.entries(params).map(([name, value]) => `<Param name="${name}" value="${value}"/>`);
  const citations =
    cites === undefined ? '' : `<Citations><EventIVORN cite="supersedes">${cites}</EventIVORN></Citations>`;
  return `<VOEvent ivorn="${ivorn}" role="${role}"><What>${written.join('')}</What>${citations}</VOEvent>`;
}

/** How many threads these packets are, heard in this order. */
function threadsOf(...packets: string[]): number {
  const threads = new Threads();
  const keys = packets.map(keysOf);
  for (const names of keys) threads.join(names);
  return new Set(keys.map(([first = '']) => threads.threadOf(first))).size;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) => permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

const GCN = { alert_type: 'initial', alert_tense: 'current', trigger_time: '2024-08-24T02:14:40.43' };

describe('one thread', () => {
  it('holds a chain of citations, in whatever order it is heard', () => {
    const chain = [1, 2, 3, 4].map((number) =>
      voevent(`ivo://a.b/c#${number}`, number === 1 ? {} : { cites: `ivo://a.b/c#${number - 1}` }),
    );
    for (const order of permutations(chain)) assert.equal(threadsOf(...order), 1);
    assert.equal(threadsOf(...chain, voevent('ivo://a.b/c#9')), 2);
  });

  it('holds what a VOEvent and a JSON alert say of one event, in both orders', () => {
    const pairs: [string, string][] = [
      [
        voevent('ivo://nasa.gsfc.gcn/Fermi#GBM_Alert', { params: { TrigID: '745121685' } }),
        JSON.stringify({ ...GCN, mission: 'Fermi', instrument: 'GBM', id: ['745121685', 'bn240812094'] }),
      ],
      [
        voevent('ivo://gwnet/LVC#S230914ak-2-Preliminary', { params: { GraceID: 'S230914ak' } }),
        JSON.stringify({ alert_type: 'RETRACTION', superevent_id: 'S230914ak', event: null }),
      ],
      [
        voevent('ivo://nasa.gsfc.gcn/AMON#ICECUBE_BRONZE_x', { params: { run_id: '137840', event_id: '57034692' } }),
        JSON.stringify({ ...GCN, mission: 'IceCube', id: ['137840_57034692'], event_name: ['IceCube-230416A'] }),
      ],
      [
        JSON.stringify({ ...GCN, mission: 'IceCube', ref_ID: 'S230914ak' }),
        JSON.stringify({ alert_type: 'INITIAL', superevent_id: 'S230914ak', event: { far: 1 } }),
      ],
      [
        JSON.stringify({ ...GCN, mission: 'MAXI', id: '9995289617', event_name: 'GRB 230220A' }),
        JSON.stringify({ ...GCN, mission: 'Swift', id: ['1155000'], event_name: ['GRB 230220A', 'GRB230220A'] }),
      ],
    ];
    for (const [one, other] of pairs) {
      assert.equal(threadsOf(one, other), 1, one);
      assert.equal(threadsOf(other, one), 1, one);
    }
  });

  it('joins two when a later alert belongs to both, and keeps the name that other formats know', () => {
    const threads = new Threads();
    assert.equal(threads.join(['ivo://a.b/c#1']).thread, 'ivo://a.b/c#1');
    assert.equal(threads.join(['fermi:1', 'ivo://a.b/c#2']).thread, 'fermi:1');
    assert.deepEqual(threads.join(['ivo://a.b/c#1', 'ivo://a.b/c#2', 'ivo://a.b/c#3']), {
      ...{ thread: 'fermi:1', changed: ['ivo://a.b/c#1', 'ivo://a.b/c#3'], merged: ['ivo://a.b/c#1'] },
    });
    assert.equal(threads.threadOf('ivo://a.b/c#1'), 'fermi:1');
    assert.equal(threads.threadOf('ivo://a.b/c#4'), undefined);
  });

  it('grows to tens of thousands of alerts that cite one another', () => {
    const threads = new Threads();
    for (let number = 20_000; number > 0; number -= 1) threads.join([`ivo://a#${number - 1}`, `ivo://a#${number}`]);
    assert.equal(threads.threadOf('ivo://a#20000'), threads.threadOf('ivo://a#0'));
  });
});

describe('different threads', () => {
  it('hold a test and what it pretends to be about', () => {
    const real = voevent('ivo://a.b/c#1', { params: { TrigID: '7777' } });
    const test = voevent('ivo://a.b/c#2', { role: 'test', cites: 'ivo://a.b/c#1', params: { TrigID: '7777' } });
    assert.equal(threadsOf(real, test), 2);
    assert.equal(threadsOf(test, real), 2);
    const mock = (id: string) => JSON.stringify({ alert_type: 'INITIAL', superevent_id: id, event: null });
    assert.equal(threadsOf(mock('S230914ak'), mock('MS230914ak'), mock('TS230914ak')), 3);
  });

  it('hold events that only say that they have no number', () => {
    for (const id of ['0', '-1', '', ' ', '00', '0.0', '+0', '-999', 'N/A', 'none', 'unknown']) {
      const numbered = (local: string) => voevent(`ivo://nasa.gsfc.gcn/Fermi#${local}`, { params: { TrigID: id } });
      assert.equal(threadsOf(numbered('a'), numbered('b')), 2, JSON.stringify(id));
    }
    assert.equal(threadsOf(voevent('ivo://a.b/c#1', { cites: '' }), voevent('ivo://a.b/c#2', { cites: ' ' })), 2);
  });

  it('hold events whose superevent, run or number in the run is given no name', () => {
    const nameless: Readonly<Record<string, string>>[] = [
      ...[{ GraceID: '' }, { GraceID: ' ' }, { superevent_id: '' }, { GraceID: 'none' }],
      ...[
        { run_id: '', event_id: '' },
        { run_id: '0', event_id: '0' },
        { run_id: '137840', event_id: '' },
      ],
    ];
    for (const params of nameless) {
      const one = voevent('ivo://nasa.gsfc.gcn/AMON#1', { params });
      const other = voevent('ivo://nasa.gsfc.gcn/AMON#2', { params });
      assert.equal(threadsOf(one, other), 2, JSON.stringify(params));
    }
  });

  it('hold identifiers that differ in their local part, if only in its case', () => {
    for (const mark of ['#', '?']) {
      assert.equal(threadsOf(voevent(`ivo://a.b/c${mark}ZTF25aaA`), voevent(`ivo://a.b/c${mark}ZTF25aaa`)), 2, mark);
      assert.equal(threadsOf(voevent(`ivo://a.b/c${mark}x`), voevent(`ivo://A.b/C${mark}x`)), 1, mark);
    }
  });

  it('hold the same number of two missions', () => {
    const numbered = (stream: string) => voevent(`ivo://nasa.gsfc.gcn/${stream}#x`, { params: { TrigID: '7777' } });
    assert.equal(threadsOf(numbered('Fermi'), numbered('SWIFT')), 2);
  });
});

describe('a designation', () => {
  it('bears the date or year of its event, and no coordinates', () => {
    const events = [
      ...['GRB 230220A', 'GW170817', 'S230914ak', 'IceCube-230416A', 'KM3-240901A', 'FRB 20231013B', 'EP240315a'],
      ...['AT2017gfo', 'SN 2009lw', 'Gaia16aac', 'ZTF25acffkdr', ' GRB 230220A '],
    ];
    const sources = [
      ...['OQ 334', 'Swift J1858.6-0814', 'SGR 1935+2154', '1RXS J170849.0-400910', 'MAXI J1820+070', '4U 1608-522'],
      ...['M1', 'Crab', 'OGLE-2007-BLG-339', 'GRB 231399A', 'GRB 230200A', '', 'x'.repeat(10_000)],
    ];
    for (const name of events) assert.equal(isDesignation(name), true, name);
    for (const name of sources) assert.equal(isDesignation(name), false, name);
  });

  it('of a gravitational wave is found within a longer name', () => {
    assert.equal(supereventIn('S230914ak-2-Preliminary'), 'S230914ak');
    assert.equal(supereventIn('alert about MS181101ab'), 'MS181101ab');
    for (const text of ['GRBS230914a', 'S2309a', 'S230914akx9', '']) assert.equal(supereventIn(text), undefined, text);
  });
});
