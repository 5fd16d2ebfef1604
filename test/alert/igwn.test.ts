import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { igwnToAlert, isGwAlert } from '../../src/alert/json/igwn.ts';
import { type JsonObject, readJsonObject } from '../../src/alert/json/json.ts';
import type { Alert } from '../../src/alert/model.ts';
import { assertFits, type Expected, mutated, RECEPTION } from './json-alerts.ts';

const FOLDER = join(import.meta.dirname, '../fixtures/igwn');
const FIXTURES = new Map(
  globSync(join(FOLDER, '*.json')).map((file) => [basename(file, '.json'), readJsonObject(readFileSync(file))]),
);

const ID = '0123456789abcdef';
const decode = (document: JsonObject, topic?: string) =>
  igwnToAlert(document, ID, topic === undefined ? RECEPTION : { ...RECEPTION, topic });

function fixture(name: string): JsonObject {
  const document = FIXTURES.get(name);
  assert.ok(document, `there is no fixture ${name}`);
  return document;
}

const alertOf = (name: string): Alert => decode(fixture(name)).alert;

const TABLE: Record<string, Expected> = {
  initial: {
    ivorn: 'S250901ab',
    local: 'S250901ab',
    format: 'igwn',
    version: '',
    role: 'observation',
    test: false,
    kind: 'new',
    thread: 'lvk:S250901ab',
    stream: 'igwn.gwalert',
    mission: 'LVK',
    instruments: ['H1', 'L1'],
    author: { name: 'LIGO/Virgo/KAGRA' },
    date: '2025-09-01T12:36:20.000Z',
    time: '2025-09-01T12:34:56.789Z',
    ra: undefined,
    skymap: { embedded: true, field: 'event.skymap' },
    significant: true,
    far: 9.11e-14,
    classification: { BNS: 0.95, NSBH: 0.01, BBH: 0.03, Terrestrial: 0.01 },
    properties: { HasNS: 0.95, HasRemnant: 0.91, HasMassGap: 0.02, HasSSM: 0 },
    references: [{ uri: 'https://gracedb.ligo.org/superevents/S250901ab/view/', name: 'gracedb' }],
    citations: [],
  },
  'early-warning': { kind: 'new', thread: 'lvk:S250901ab', instruments: ['H1', 'L1', 'V1'], far: 1.5e-8 },
  update: { kind: 'update', thread: 'lvk:S250901ab', far: undefined, significant: true },
  retraction: {
    kind: 'retraction',
    thread: 'lvk:S250901ab',
    role: 'observation',
    time: undefined,
    far: undefined,
    significant: undefined,
    skymap: undefined,
    instruments: [],
  },
  'external-coincidence': { kind: 'new', test: false, skymap: { embedded: true, field: 'event.skymap' } },
  mock: { test: true, role: 'test', thread: 'test:lvk:MS250901c' },
  test: { test: true, role: 'test', thread: 'test:lvk:TS250901d' },
  burst: { significant: false, classification: undefined, properties: undefined, skymap: undefined, far: 3.2e-6 },
};

describe('an alert of LIGO, Virgo and KAGRA', () => {
  it('has superevent and type', () => {
    assert.ok([...FIXTURES.values()].every(isGwAlert));
    for (const document of [
      {},
      { superevent_id: 'S1' },
      { alert_type: 'INITIAL' },
      { superevent_id: 1, alert_type: 'x' },
    ]) {
      assert.equal(isGwAlert(document), false);
    }
  });

  it('says what a person reads in it', () => {
    assert.deepEqual([...FIXTURES.keys()].sort(), Object.keys(TABLE).sort());
    for (const [name, expected] of Object.entries(TABLE)) {
      const { alert, threadKeys } = decode(fixture(name));
      assertFits(alert);
      assert.deepEqual([alert.id, alert.raw, threadKeys], [ID, fixture(name), [alert.thread]]);
      for (const field of Object.keys(expected) as (keyof Alert)[]) {
        assert.deepEqual(alert[field], expected[field], `${name}: ${field}`);
      }
    }
  });

  it('has the measurements as params, without the maps', () => {
    const { params, groups } = alertOf('external-coincidence');
    const text = params.map(({ group, name, value }) => `${group ?? ''}/${name}=${value}`);
    assert.deepEqual(text.slice(0, 6), [
      '/alert_type=PRELIMINARY',
      '/time_created=2025-09-01T12:36:20Z',
      '/superevent_id=S250901ab',
      'urls/gracedb=https://gracedb.ligo.org/superevents/S250901ab/view/',
      'event/time=2025-09-01T12:34:56.789Z',
      'event/far=9.11e-14',
    ]);
    assert.ok(text.includes('event/classification.BNS=0.95'));
    assert.ok(text.includes('event/instruments=["H1","L1"]'));
    assert.deepEqual(text.slice(-7), [
      'external_coinc/gcn_notice_id=745121685',
      'external_coinc/ivorn=ivo://nasa.gsfc.gcn/Fermi#GBM_Gnd_Pos_2025-09-01T12:34:58.50_745121685_48-812',
      'external_coinc/observatory=Fermi',
      'external_coinc/search=GRB',
      'external_coinc/time_difference=1.71',
      'external_coinc/time_coincidence_far=2.1e-9',
      'external_coinc/time_sky_position_coincidence_far=7.4e-11',
    ]);
    assert.deepEqual(
      groups.map(({ name }) => name),
      ['urls', 'event', 'external_coinc'],
    );
    assert.equal(
      text.some((param) => param.includes('skymap')),
      false,
    );
  });

  it('is in the thread of its superevent alone, not of a chance coincidence', () => {
    assert.deepEqual(decode(fixture('external-coincidence')).threadKeys, ['lvk:S250901ab']);
  });

  it('is a test by its name, search, group or topic', () => {
    const initial = fixture('initial');
    const event = initial.event as JsonObject;
    const isTest = (document: JsonObject, topic?: string) => {
      const { test, role } = decode(document, topic).alert;
      assert.equal(role, test ? 'test' : 'observation');
      return test;
    };
    assert.equal(isTest(initial, 'igwn.gwalert'), false);
    assert.equal(isTest(initial, 'igwn.gwalert-playground'), true);
    for (const superevent_id of ['MS250901ab', 'TS250901ab', 'M250901ab', 'T250901']) {
      assert.equal(isTest({ ...initial, superevent_id }), true, superevent_id);
    }
    assert.equal(isTest({ ...initial, event: { ...event, search: 'MDC' } }), true);
    assert.equal(isTest({ ...initial, event: { ...event, group: 'Test' } }), true);
    assert.equal(isTest({ ...initial, superevent_id: 'GW250901_123456' }), false);
  });

  it('is an update or a retraction by its type', () => {
    const types = ['EARLYWARNING', 'EARLY_WARNING', 'PRELIMINARY', 'INITIAL', 'UPDATE', 'RETRACTION', 'SOMETHING'];
    const kinds = types.map((alert_type) => decode({ ...fixture('initial'), alert_type }).alert.kind);
    assert.deepEqual(kinds, ['new', 'new', 'new', 'new', 'update', 'retraction', 'new']);
  });

  it('is one whatever is put into its fields', () => {
    for (const document of FIXTURES.values()) {
      fc.assert(
        fc.property(mutated(document), (changed) => assertFits(decode(changed).alert)),
        { numRuns: 200 },
      );
    }
  });
});
