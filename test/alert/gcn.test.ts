import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { DecodeError } from '../../src/alert/decode-error.ts';
import { gcnToAlert } from '../../src/alert/json/gcn.ts';
import { type JsonObject, readJsonObject } from '../../src/alert/json/json.ts';
import type { Alert } from '../../src/alert/model.ts';
import { anything, assertFits, type Expected, mutated, RECEPTION } from './json-alerts.ts';

/** The documents that NASA GCN publishes with its schema. */
const ROOT = join(import.meta.dirname, '../../node_modules/@nasa-gcn/schema/gcn');
const EXAMPLES = new Map(
  globSync(join(ROOT, '**/*.example.json')).map((file) => [
    relative(ROOT, file)
      .replace(/^notices\//, '')
      .replace('.example.json', ''),
    readFileSync(file),
  ]),
);

const ID = '0123456789abcdef';
const decode = (document: JsonObject, topic?: string) =>
  gcnToAlert(document, ID, topic === undefined ? RECEPTION : { ...RECEPTION, topic });
const alertOf = (document: JsonObject, topic?: string): Alert => decode(document, topic).alert;

/** Asserts that the document is an alert of the model, or refused as it should be. */
function assertDecodes(document: JsonObject): void {
  try {
    assertFits(alertOf(document));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

function example(name: string): JsonObject {
  const bytes = EXAMPLES.get(name);
  assert.ok(bytes, `there is no example ${name}`);
  return readJsonObject(bytes);
}

const FLIGHT: Expected = { mission: 'Fermi', instruments: ['GBM'], thread: 'fermi:745121685', containment: 0.68 };
const CHIME_ELLIPSE: Expected = {
  errorRadius: 0.598921231135782,
  error2: { major: 0.598921231135782, minor: 0.503806986334273, angle: 90 },
  containment: 0.9,
};
const GUANO: Expected = {
  mission: 'Swift',
  thread: 'swift:694215995',
  far: 0.00001,
  classification: { GRB: 1 },
  citations: [{ ivorn: 'Fermi 694215970', cite: 'followup', description: 'GRB' }],
};

/** Written by hand from the documents. */
const TABLE: Record<string, Expected> = {
  circulars: {
    ivorn: '33603',
    stream: 'gcn.circulars',
    thread: 'event:grb230410a',
    kind: 'new',
    role: 'observation',
    author: { name: 'Fermi GBM Team at MSFC/Fermi-GBM', email: 'do_not_reply@GIOC.nsstc.nasa.gov' },
    date: '2024-06-12T17:16:29.034Z',
    description: 'GRB 230410A: Fermi GBM Final Real-time Localization',
    mission: undefined,
    time: undefined,
  },
  'boom/alert': {
    ivorn: 'ZTF25acffkdr',
    thread: 'event:ztf25acffkdr',
    stream: 'gcn.notices.boom.alert',
    ra: 150.175649,
    dec: 15.2832185,
    errorRadius: undefined,
    containment: undefined,
    citations: [{ ivorn: 'S251117bs', cite: 'followup', description: 'GW LVK' }],
  },
  'burstcube/alert': {
    thread: 'burstcube:240601000',
    ra: 232,
    dec: -53.1,
    errorRadius: 10,
    error2: undefined,
    containment: 0.9,
    significance: 7.2,
    test: false,
    classification: { GRB: 0.95, SF: 0.03, 'Local Particles': 0.02 },
    skymap: {
      url: 'https://heasarc.gsfc.nasa.gov/burstcube/trigger/240601000/current/240601000_locmap.fits',
      embedded: true,
      field: 'healpix_file',
    },
  },
  'burstcube/test': { stream: 'gcn.notices.burstcube.test', test: true, thread: 'test:burstcube:240601000' },
  'chime/frb.detection': {
    ...CHIME_ELLIPSE,
    version: '7.2.3',
    mission: 'CHIME',
    thread: 'chime:427325191',
    kind: 'new',
    time: '2024-09-18T07:19:10.765268Z',
    ra: 346.77850859547,
    dec: 12.632485229956252,
    significance: 12.698559761047363,
    importance: 0.9871308604784662,
    system: 'ICRS',
  },
  'chime/frb.retraction': { kind: 'retraction', thread: 'chime:427325191', ra: undefined, system: undefined },
  'chime/frb.subsequent': { ...CHIME_ELLIPSE, kind: 'new', thread: 'chime:427325192' },
  'chime/frb.update': { kind: 'update', thread: 'chime:427325191', ra: undefined },
  'core/Localization': {
    ra: 120,
    dec: 45,
    error2: { major: 0.8, minor: 0.5, angle: 90 },
    containment: 0.95,
    ivorn: ID,
  },
  'core/Statistics': { far: 0.001, significance: 5.2, properties: { NS: 0.95, REMNANT: 0.05 }, mission: undefined },
  'dsa110/frb.detection': {
    mission: 'DSA-110',
    thread: 'dsa110:240918aaaa',
    errorRadius: 0.02,
    error2: { major: 0.02, minor: 0.016, angle: 90 },
  },
  'einstein_probe/wxt/alert': {
    mission: 'Einstein Probe',
    instruments: ['WXT'],
    author: { name: 'Einstein Probe WXT' },
    stream: 'gcn.notices.einstein_probe.wxt.alert',
    thread: 'einsteinprobe:01708973486',
    errorRadius: 0.02,
    containment: 0.9,
    significance: 1,
    kind: 'new',
  },
  'fermi/gbm/trigger.alert': {
    ...FLIGHT,
    containment: undefined,
    ra: undefined,
    significance: 4.9,
    date: '2024-08-24T02:14:54.000Z',
    time: '2024-08-24T02:14:40.430Z',
  },
  'fermi/gbm/trigger.flight1': { ...FLIGHT, kind: 'update', ra: 136.917, dec: -78.117, errorRadius: 8.32 },
  'fermi/gbm/trigger.flight3': {
    ...FLIGHT,
    ra: 235.883,
    significance: 14.8,
    classification: { GRB: 0.85, GENERIC_SGR: 0.14 },
  },
  'fermi/gbm/trigger.final': { ...FLIGHT, ra: 29.24, dec: -63.62, errorRadius: 1, significance: undefined },
  'fermi/lat/flare': {
    ivorn: 'OQ 334',
    thread: 'fermi:OQ 334',
    time: '2025-11-20T00:00:00.000Z',
    timeStart: '2025-11-20T00:00:00.000Z',
    timeStop: '2025-11-21T00:00:00.000Z',
    errorRadius: undefined,
    containment: undefined,
  },
  'glowbug/Alert': { ivorn: 'BUG230423.789', thread: 'glowbug:BUG230423.789', far: 0.2, references: [] },
  'heasarc/archive_alert': {
    ivorn: '01001099',
    role: 'observation',
    thread: 'heasarc:01001099',
    time: '2022-02-21T16:12:23.000Z',
  },
  'icecube/lvk_nu_track_search': {
    mission: 'IceCube',
    thread: 'lvk:S230914ak',
    ra: 17.49,
    dec: 16.18,
    errorRadius: undefined,
    time: '2023-09-14T11:14:01.000Z',
    timeStop: '2023-09-14T11:22:21.000Z',
    citations: [
      { ivorn: 'S230914ak', cite: 'followup' },
      { ivorn: 'S230914ak-2-Preliminary', cite: 'followup', description: 'gcn.notices.LVK.alert' },
    ],
  },
  'icecube/single_neutrino_alerts.gold_bronze_track_alerts': {
    thread: 'icecube:137840_57034692',
    far: 8.029e-8,
    errorRadius: 0.5,
    instruments: ['IC86'],
    significance: undefined,
  },
  'km3net/alert.multiplet': {
    thread: 'km3net:2',
    ra: 13.81,
    dec: 18.85,
    errorRadius: 0.41,
    containment: 0.9,
    far: 8.029e-8,
  },
  'maxi/gsc.known': { thread: 'maxi:0858800020', ra: 285.6, dec: -9.2, errorRadius: undefined, containment: undefined },
  'maxi/gsc.known.retraction': { thread: 'maxi:0858800020', kind: 'retraction' },
  'maxi/gsc.unknown.circle': { errorRadius: 1.5, error2: undefined, kind: 'update', containment: 0.9 },
  'maxi/gsc.unknown.ellipse': { errorRadius: 0.22, error2: { major: 0.22, minor: 0.19, angle: 153 } },
  'maxi/gsc.unknown.retraction': { thread: 'maxi:9995289617', kind: 'retraction', ra: undefined },
  'superk/sn_alert.real': { mission: 'Super-Kamiokande', test: false, errorRadius: 0.91, containment: 0.68 },
  'superk/sn_alert.test': { test: true, role: 'test', thread: 'test:superkamiokande:SN.095001.000001' },
  'svom/eclairs/trigger.catalog': { mission: 'SVOM', thread: 'test:svom:sb24022203', significance: 25.67, test: true },
  'swift/bat/Guano': { ...GUANO, kind: 'new', significance: 15.8, skymap: undefined },
  'swift/bat/guano.loc_arc_min': {
    ...GUANO,
    kind: 'update',
    ra: 336.26,
    dec: 25.139,
    errorRadius: 0.5,
    significance: 15.8,
  },
  'swift/bat/guano.loc_map': { ...GUANO, ra: undefined, skymap: { embedded: true, field: 'healpix_file' } },
  'swift/bat/Guano.Retraction': { kind: 'retraction', thread: 'swift:694215995', far: undefined },
};

describe('the examples of GCN’s schema', () => {
  it('are there', () => {
    assert.ok(EXAMPLES.size >= 40, `only ${EXAMPLES.size}`);
  });

  it('all give alerts of the model', () => {
    for (const [name, bytes] of EXAMPLES) {
      const document = readJsonObject(bytes);
      const { alert, threadKeys } = decode(document);
      assertFits(alert);
      assert.deepEqual({ ...(alert.raw as object) }, document, name);
      assert.deepEqual(
        [alert.id, alert.format, alert.version, alert.source, alert.receivedAt, alert.thread],
        [ID, 'gcn', '7.2.3', RECEPTION.source, RECEPTION.receivedAt, threadKeys[0]],
        name,
      );
    }
  });

  it('say what a person reads in them', () => {
    for (const [name, expected] of Object.entries(TABLE)) {
      const alert = alertOf(example(name));
      for (const field of Object.keys(expected) as (keyof Alert)[]) {
        assert.deepEqual(alert[field], expected[field], `${name}: ${field}`);
      }
    }
  });

  it('have an error box whose circle reaches its farthest corner', () => {
    const { errorRadius, error2, containment } = alertOf(example('maxi/gsc.unknown.rectangle'));
    assert.ok(errorRadius !== undefined && Math.abs(errorRadius - 1.24) < 0.005, String(errorRadius));
    assert.deepEqual([error2, containment], [undefined, 0.9]);
  });

  it('know their events by all names', () => {
    const keys = (name: string) => decode(example(name)).threadKeys;
    assert.deepEqual(keys('fermi/gbm/trigger.alert'), ['fermi:745121685', 'fermi:bn240812094']);
    assert.deepEqual(keys('swift/bat/Guano'), ['swift:694215995', 'fermi:694215970']);
    assert.deepEqual(keys('maxi/gsc.unknown.circle'), ['maxi:9995289617', 'event:grb230220a']);
    assert.deepEqual(keys('maxi/gsc.known'), ['maxi:0858800020']);
    assert.deepEqual(keys('icecube/single_neutrino_alerts.gold_bronze_track_alerts'), [
      'icecube:137840_57034692',
      'event:icecube-230416a',
    ]);
    assert.deepEqual(keys('boom/alert'), ['event:ztf25acffkdr']);
  });

  it('retract what they detected', () => {
    const pairs = [
      ['chime/frb.detection', 'chime/frb.retraction'],
      ['dsa110/frb.detection', 'dsa110/frb.retraction'],
      ['maxi/gsc.known', 'maxi/gsc.known.retraction'],
      ['maxi/gsc.unknown.noerror', 'maxi/gsc.unknown.retraction'],
      ['swift/bat/Guano', 'swift/bat/Guano.Retraction'],
    ] as const;
    for (const [detection, retraction] of pairs) {
      assert.equal(alertOf(example(retraction)).thread, alertOf(example(detection)).thread, retraction);
      assert.deepEqual([alertOf(example(detection)).kind, alertOf(example(retraction)).kind], ['new', 'retraction']);
    }
  });

  it('are refused when they are cut off', () => {
    for (const bytes of EXAMPLES.values()) {
      const whole = Buffer.from(bytes.toString().trim());
      for (let length = 0; length < whole.length; length += 7) {
        assert.throws(() => readJsonObject(whole.subarray(0, length)), DecodeError);
      }
    }
  });

  it('are alerts, or have nothing of GCN, whatever is put into their fields', () => {
    for (const bytes of EXAMPLES.values()) {
      const changed = mutated(readJsonObject(bytes));
      fc.assert(fc.property(changed, assertDecodes), { numRuns: 40 });
    }
  });
});

describe('a document for GCN', () => {
  it('has a field of the unified schema', () => {
    for (const document of [{}, { a: 1 }, { hello: 'world' }, { $schema: 'https://json-schema.org/x' }]) {
      assert.throws(() => alertOf(document), {
        name: 'DecodeError',
        message: 'It has no field of GCN’s unified schema',
      });
    }
    assertFits(alertOf({ id: null }));
  });

  it('is an alert or a DecodeError, whatever the fields', () => {
    const field = fc.constantFrom(
      'id',
      'event_name',
      'ra',
      'dec',
      'ra_dec_error',
      'data',
      'reference',
      'ref_ID',
      'far',
    );
    const more = fc.constantFrom('mission', 'instrument', '$schema', '__proto__', 'localization', 'createdOn', 'x');
    fc.assert(fc.property(fc.dictionary(fc.oneof(field, more), anything), assertDecodes), { numRuns: 2_000 });
  });

  it('may have numbers as text, and null for nothing', () => {
    const alert = alertOf({
      id: 12,
      ra: '12.5',
      dec: ' -1e1 ',
      ra_dec_error: '0.5',
      far: '1e-7',
      mission: null,
      snr: 'high',
    });
    assert.deepEqual(
      [alert.ivorn, alert.ra, alert.dec, alert.errorRadius, alert.far, alert.mission, alert.significance],
      ['12', 12.5, -10, 0.5, 1e-7, undefined, undefined],
    );
    assert.deepEqual(
      alert.params.map(({ name }) => name),
      ['id', 'ra', 'dec', 'ra_dec_error', 'far', 'snr'],
    );
  });

  it('has no false-alarm rate below zero', () => {
    assert.equal(alertOf({ id: 'a', far: -1 }).far, undefined);
    assert.equal(alertOf({ id: 'a', far: 0 }).far, 0);
  });
});

describe('the position of a GCN notice', () => {
  const position = (fields: JsonObject) => {
    const { ra, dec, errorRadius, error2, containment } = alertOf({ id: 'a', ...fields });
    return { ra, dec, errorRadius, error2: error2 && Object.values(error2), containment };
  };
  const error = (written: unknown) => {
    const { errorRadius, error2 } = position({ ra: 1, dec: 2, ra_dec_error: written });
    return [errorRadius, error2];
  };

  it('needs both coordinates, on the sky', () => {
    const places: [unknown, unknown][] = [
      [1, undefined],
      [undefined, 1],
      [-999, -999],
      [1, 90.1],
      [361, 0],
      ['a', 0],
      [[1], 0],
    ];
    for (const [ra, dec] of places) assert.equal(position({ ra, dec }).ra, undefined, `${ra}, ${dec}`);
    assert.equal(position({ ra: 360, dec: 90 }).ra, 0);
    assert.equal(position({ ra: -10, dec: -90 }).ra, 350);
    assert.equal(position({ ra: 0, dec: 0, ra_dec_error: 180 }).ra, undefined);
    assert.equal(position({ ra: 0, dec: 0, ra_dec_error: 1 }).ra, 0);
  });

  it('has a circle or an ellipse, whichever axis is written first', () => {
    assert.deepEqual(error(0.5), [0.5, undefined]);
    assert.deepEqual(error([0.5]), [0.5, undefined]);
    assert.deepEqual(error([0.5, 0.2]), [0.5, [0.5, 0.2, 0]]);
    assert.deepEqual(error([0.5, 0.2, 190]), [0.5, [0.5, 0.2, 10]]);
    assert.deepEqual(error([0.5, 0.6, 0]), [0.6, [0.6, 0.5, 90]]);
    assert.deepEqual(error([0.5, 0.6, 100]), [0.6, [0.6, 0.5, 10]]);
    assert.deepEqual(error([0.5, 0.2, -30]), [0.5, [0.5, 0.2, 150]]);
    assert.deepEqual(error(['0.5', '0.2', null]), [0.5, [0.5, 0.2, 0]]);
  });

  it('has no error that makes no sense', () => {
    for (const written of [-1, Number.POSITIVE_INFINITY, null, 'big', {}, [], [-1, 2], [null, 1], [1, 2, 3, 4]]) {
      assert.deepEqual(error(written), [undefined, undefined], JSON.stringify(written));
    }
    assert.deepEqual(error([0.5, -1]), [0.5, undefined]);
  });

  it('holds 90 % unless it says otherwise, where it has an error', () => {
    const containment = (fields: JsonObject) => position({ ra: 1, dec: 2, ...fields }).containment;
    assert.equal(containment({}), undefined);
    assert.equal(containment({ ra_dec_error: 1 }), 0.9);
    assert.equal(containment({ ra_dec_error: 1, containment_probability: 0.68 }), 0.68);
    assert.equal(containment({ ra_dec_error: 1, containment_probability: 68 }), 0.9);
    assert.equal(position({ containment_probability: 0.5 }).containment, undefined);
  });

  it('is that of the localization, or of the only target', () => {
    const place = { ra: 5, dec: 6, ra_dec_error: 0.1, containment_probability: 0.5 };
    const expected = { ra: 5, dec: 6, errorRadius: 0.1, error2: undefined, containment: 0.5 };
    assert.deepEqual(position({ localization: place }), expected);
    assert.deepEqual(position({ data: { targets: [place] } }), expected);
    assert.equal(position({ data: { targets: [place, place] } }).ra, undefined);
    assert.equal(position({ data: { targets: [7] } }).ra, undefined);
    assert.equal(position({ ra: 1, dec: 2, localization: place }).ra, 1);
  });

  it('has an error box only when all its corners are places', () => {
    const radius = (corners: unknown) => position({ ra: 10, dec: 0, rectangular_error_corners: corners }).errorRadius;
    assert.ok(
      Math.abs(
        (radius([
          [11, 0],
          [10, 0.5],
          [9, 0],
          [10, -0.5],
        ]) ?? 0) - 1,
      ) < 1e-9,
    );
    assert.ok(Math.abs((radius([[10, 90]]) ?? 0) - 90) < 1e-9);
    for (const corners of [
      [],
      [
        [11, 0],
        [null, 1],
      ],
      [7],
      'box',
      {},
    ])
      assert.equal(radius(corners), undefined);
    assert.equal(position({ ra: 10, dec: 0, ra_dec_error: 3, rectangular_error_corners: [[11, 0]] }).errorRadius, 3);
  });

  it('may be a map inside the localization', () => {
    const { skymap } = alertOf({ id: 'a', localization: { healpix_file: 'QUJD', healpix_url: 'https://a/b.fits' } });
    assert.deepEqual(skymap, { url: 'https://a/b.fits', embedded: true, field: 'localization.healpix_file' });
    assert.equal(alertOf({ id: 'a', healpix_file: '', healpix_url: 'none' }).skymap, undefined);
  });
});

describe('role, kind and test of a GCN notice', () => {
  it('come from tense and type', () => {
    const roles = (
      ['current', 'archival', 'planned', 'commanded', 'injection', 'test', 'TEST', 'rehearsal', 7] as const
    ).map((alert_tense) => [alertOf({ alert_tense }).role, alertOf({ alert_tense }).test]);
    assert.deepEqual(roles, [
      ['observation', false],
      ['observation', false],
      ['prediction', false],
      ['utility', false],
      ['test', true],
      ['test', true],
      ['test', true],
      ['test', true],
      ['observation', false],
    ]);
    const kinds = ['initial', 'subsequent', 'update', 'Retraction', 'other', null].map(
      (alert_type) => alertOf({ alert_type }).kind,
    );
    assert.deepEqual(kinds, ['new', 'new', 'update', 'retraction', 'new', 'new']);
  });

  it('is a test on a topic for tests, and about a mock superevent', () => {
    const real = example('icecube/lvk_nu_track_search');
    assert.equal(alertOf(real, 'gcn.notices.icecube.lvk_nu_track_search').test, false);
    const onTestTopic = alertOf(real, 'gcn.notices.icecube.test.lvk_nu_track_search');
    assert.deepEqual([onTestTopic.test, onTestTopic.thread], [true, 'test:lvk:S230914ak']);
    const mock = alertOf({ ...real, ref_ID: 'MS230914ak', reference: null });
    assert.deepEqual([mock.test, mock.thread], [true, 'test:lvk:MS230914ak']);
    assert.equal(alertOf({ id: 'a' }, 'gcn.notices.latest').test, false);
  });
});

describe('stream, mission and thread of a GCN notice', () => {
  it('prefer the topic, the field and the id', () => {
    const alert = alertOf({ mission: 'Einstein Probe', instrument: 'WXT', id: ['1', '2'] }, 'gcn.notices.a.b');
    assert.deepEqual(
      [alert.stream, alert.mission, alert.thread],
      ['gcn.notices.a.b', 'Einstein Probe', 'einsteinprobe:1'],
    );
    const bare = alertOf({ mission: 'Einstein Probe', instrument: 'WXT' });
    assert.equal(bare.stream, 'gcn.notices.einstein_probe.wxt');
    assert.deepEqual([bare.ivorn, bare.thread], [ID, `einsteinprobe:${ID}`]);
    assert.equal(alertOf({ circularId: 5 }).stream, 'gcn.circulars');
    assert.equal(alertOf({ id: 'x' }).stream, 'gcn.notices');
  });

  it('find the mission in the topic', () => {
    const alert = alertOf({ id: '7' }, 'gcn.notices.chime.frb');
    assert.deepEqual([alert.mission, alert.thread], ['CHIME', 'chime:7']);
    assert.equal(alertOf({ id: '7' }, 'gcn.notices.newcomer.x').mission, 'newcomer');
    const $schema = 'https://gcn.nasa.gov/schema/main/gcn/notices/core/Alert.schema.json';
    assert.equal(alertOf({ id: '7', $schema }, 'gcn.notices.svom.x').mission, 'SVOM');
    assert.equal(alertOf({ id: '7' }).thread, 'gcnnotices:7');
  });

  it('give the version of the schema', () => {
    const version = ($schema: string) => alertOf({ id: 'a', $schema }).version;
    assert.equal(version('https://gcn.nasa.gov/schema/v4.1.0/gcn/notices/svom/trigger.schema.json'), '4.1.0');
    assert.equal(version('https://gcn.nasa.gov/schema/main/gcn/notices/svom/trigger.schema.json'), 'main');
    assert.equal(version('somewhere'), '');
  });

  it('name events by date and superevent, sources only for want of a number', () => {
    const keys = (fields: JsonObject) => decode(fields).threadKeys;
    assert.deepEqual(keys({ event_name: ['GRB 230220A', 'OQ 334'], mission: 'Swift', id: '5' }), [
      'swift:5',
      'event:grb230220a',
    ]);
    assert.deepEqual(keys({ event_name: 'S230914ak', mission: 'X' }), ['lvk:S230914ak', 'event:s230914ak']);
    assert.deepEqual(keys({ event_name: 'OQ 334', mission: 'Fermi' }), ['fermi:OQ 334']);
    assert.deepEqual(keys({ event_name: ['OQ 334', 'AT2017gfo'], mission: 'Fermi' }), [
      'event:at2017gfo',
      'fermi:OQ 334',
    ]);
    assert.deepEqual(keys({ circularId: 9, eventId: 'SGR 1935+2154', subject: 'x' }), ['gcncirculars:9']);
    assert.deepEqual(keys({ circularId: 9, eventId: 'LIGO/Virgo/KAGRA S230914ak' })[0], 'lvk:S230914ak');
  });

  it('name what they refer to last', () => {
    const keys = (fields: JsonObject) => decode({ mission: 'X', id: '1', ...fields }).threadKeys.slice(1);
    assert.deepEqual(keys({ follow_up_event: 'Fermi 694215970' }), ['fermi:694215970']);
    assert.deepEqual(keys({ follow_up_event: 'Swift trigger 654321' }), ['swift:654321']);
    assert.deepEqual(keys({ follow_up_event: 'Einstein Probe 01708973486' }), ['einsteinprobe:01708973486']);
    assert.deepEqual(keys({ follow_up_event: 'GRB 230220A' }), ['event:grb230220a']);
    assert.deepEqual(keys({ ref_ID: 'bn240812094', ref_instrument: 'Fermi-GBM' }), ['fermi:bn240812094']);
    assert.deepEqual(keys({ ref_ID: '12', ref_instrument: 'Einstein Probe/WXT' }), ['einsteinprobe:12']);
    assert.deepEqual(keys({ ref_ID: 'bn240812094' }), []);
    assert.deepEqual(keys({ reference: { 'gcn.circulars': 12345 } }), []);
    assert.deepEqual(keys({ reference: 'S230914ak-3-Initial' }), ['lvk:S230914ak', 'event:s230914ak']);
    assert.equal(
      keys({ event_name: Array.from({ length: 500 }, (_, n) => `GRB 2302${10 + (n % 90)}${n}`) }).length <= 31,
      true,
    );
  });
});

describe('the params of a GCN notice', () => {
  it('are its plain values, those of objects in groups', () => {
    const alert = alertOf({
      $schema: 'x',
      id: 'a',
      n: 5e-8,
      text: '12.50',
      yes: true,
      nothing: null,
      list: [1, 'b', null],
      outer: { a: 1, inner: { b: 'c', deep: { d: false } } },
      empty: {},
    });
    assert.deepEqual(alert.params, [
      { name: 'id', value: 'a' },
      { name: 'n', value: '5e-8', number: 5e-8 },
      { name: 'text', value: '12.50', number: 12.5 },
      { name: 'yes', value: 'true' },
      { name: 'list', value: '[1,"b",null]' },
      { name: 'a', value: '1', number: 1, group: 'outer' },
      { name: 'inner.b', value: 'c', group: 'outer' },
      { name: 'inner.deep.d', value: 'false', group: 'outer' },
    ]);
    assert.deepEqual(alert.groups, [
      { name: 'outer', params: alert.params.slice(5) },
      { name: 'empty', params: [] },
    ]);
  });

  it('leave maps and long texts to the document', () => {
    const long = 'x'.repeat(4_097);
    const document = {
      id: 'a',
      healpix_file: 'QUJD',
      long,
      list: [long],
      events: [{ id: 1, healpix_file: long }],
      in: { skymap: 'QUJD', long, short: 'x' },
    };
    const alert = alertOf(document);
    assert.deepEqual(
      alert.params.map(({ name, value }) => `${name}=${value}`),
      ['id=a', 'events=[{"id":1}]', 'short=x'],
    );
    assert.equal(alert.raw, document);
  });

  it('are harmless by whatever name', () => {
    const alert = alertOf(
      readJsonObject(
        Buffer.from('{"id":"a","__proto__":{"ra":1,"dec":2},"classification":{"__proto__":0.5,"constructor":0.5}}'),
      ),
    );
    assertFits(alert);
    assert.equal(alert.ra, undefined);
    assert.deepEqual(Object.keys(alert.classification ?? {}), ['__proto__', 'constructor']);
    assert.equal(Object.getPrototypeOf(alert.classification), Object.prototype);
    assert.deepEqual(
      alert.groups.map(({ name }) => name),
      ['__proto__', 'classification'],
    );
  });

  it('give web addresses as references too', () => {
    const { references } = alertOf({
      id: 'a',
      $schema: 'https://s/',
      page: 'http://a/b',
      not: 'see http://a',
      o: { url: 'https://c' },
    });
    assert.deepEqual(references, [
      { uri: 'http://a/b', name: 'page' },
      { uri: 'https://c', name: 'o.url' },
    ]);
  });

  it('keep only numbers as probabilities', () => {
    assert.deepEqual(alertOf({ id: 'a', classification: { BNS: 0.9, x: '0.1', y: null } }).classification, {
      BNS: 0.9,
    });
    assert.equal(alertOf({ id: 'a', properties: { x: 'y' } }).properties, undefined);
  });
});

describe('a GCN circular', () => {
  it('has its submitter as author', () => {
    const author = (fields: JsonObject) => alertOf({ circularId: 1, ...fields }).author;
    assert.deepEqual(author({ submitter: 'A at B <a@b.c>' }), { name: 'A at B', email: 'a@b.c' });
    assert.deepEqual(author({ submitter: 'A at B', email: 'x@y.z' }), { name: 'A at B', email: 'x@y.z' });
    assert.deepEqual(author({ submitter: '<a@b.c>' }), { name: '<a@b.c>' });
    assert.equal(author({}), undefined);
  });

  it('has no date when it is none', () => {
    assert.equal(alertOf({ circularId: 1, createdOn: 1e300 }).date, undefined);
    assert.equal(alertOf({ circularId: 1, createdOn: 0 }).date, '1970-01-01T00:00:00.000Z');
  });
});
