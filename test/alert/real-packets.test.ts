import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { type Alert, alertSchema } from '../../src/alert/model.ts';
import { REAL_PACKETS } from './real-packets.ts';

// Reads the real packets in ../shared/data/voevents.
const PACKETS = new URL('../../../shared/data/voevents/', import.meta.url);
const skip = existsSync(PACKETS) ? false : 'there is no ../shared/data/voevents';

/** Field, StarNo, time, ra and dec of eSTAR's OGLE alerts, as they stand in the files; the date, where there is one, is the time's. */
const OGLE: Record<string, readonly [string, string, string, number, number]> = {
  '2006-BLG-345': ['BLG198.3', '45976', '2006-06-18T08:38:23', 272.531791666667, -29.4313333333333],
  '2006-BLG-385': ['BLG227.6', '160088', '2006-07-03T21:06:11', 272.408916666667, -27.5756111111111],
  '2006-BLG-429': ['BLG101.7', '71611', '2006-07-30T14:55:22', 268.121125, -29.9266388888889],
  '2006-BLG-469': ['BLG224.8', '46123', '2006-08-18T15:21:13', 270.443333333333, -27.9764166666667],
  '2006-BLG-509': ['BLG179.1', '96426', '2006-09-09T21:32:12', 267.751416666667, -30.8584722222222],
  '2006-BLG-549': ['BLG195.3', '159649', '2006-10-08T11:50:42', 268.495916666667, -29.11275],
  '2006-BLG-test-24': ['BLG225.8', '85682', '2006-06-11T07:40:48', 270.835833333333, -27.9038055555556],
  '2007-BLG-017': ['BLG194.8', '15040', '2007-02-27T21:39:26', 267.616166666667, -29.6779166666667],
  '2007-BLG-057': ['BLG225.6', '118769', '2007-03-05T13:52:05', 271.071041666667, -27.6101388888889],
  '2007-BLG-097': ['BLG156.4', '122199', '2007-03-19T17:02:19', 269.0345, -32.1835277777778],
  '2007-BLG-137': ['BLG219.5', '10399', '2007-04-03T19:18:35', 272.378833333333, -28.1355555555556],
  '2007-BLG-177': ['BLG242.6', '87109', '2007-04-16T01:16:53', 271.839958333333, -26.4021111111111],
  '2007-BLG-218': ['BLG196.6', '142803', '2007-05-08T16:34:30', 270.993875, -29.3896388888889],
  '2007-BLG-258': ['BLG100.1', '22979', '2007-05-24T21:32:46', 267.933291666667, -30.2889166666667],
  '2007-BLG-298': ['BLG195.5', '4291', '2007-06-17T19:26:44', 268.145958333333, -29.0747777777778],
  '2007-BLG-339': ['BLG223.3', '87259', '2007-06-24T19:19:27', 270.128958333333, -27.6525555555556],
};

describe('real packets', { skip }, () => {
  let decoder: Decoder;
  before(async () => {
    decoder = await createDecoder();
  });

  const read = (name: string) => readFileSync(new URL(name, PACKETS));
  const decode = (name: string) => decoder.decode(read(name), { source: 's', receivedAt: '' }, { validate: true });
  const names = () =>
    readdirSync(PACKETS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));

  it('all decode into the model, and their envelopes agree with the decoder', () => {
    assert.ok(names().length >= 20, 'the folder is not empty');
    for (const name of names()) {
      const alert = decode(name);
      const { kind, ivorn, role } = scanEnvelope(read(name));
      assert.deepEqual([kind, ivorn, role], ['voevent', alert.ivorn, alert.role], name);
      assert.deepEqual(alertSchema.parse(alert), alert, name);
      assert.equal(alert.raw, read(name).toString(), name);
      const unread = alert.params.filter(({ value }) => /&\w+;/.test(value));
      assert.deepEqual(unread, [], name);
    }
  });

  it('say in every field what a person reads in them', () => {
    const mission = names().filter((name) => !name.includes('/'));
    assert.deepEqual(Object.keys(REAL_PACKETS).sort(), mission.sort(), 'each is read');
    for (const [name, { params, groups, ...expected }] of Object.entries(REAL_PACKETS)) {
      const alert = decode(name);
      const { id, raw: _, source: __, receivedAt: ___, validity: ____, ...fields } = alert;
      const [first, last] = [fields.params[0], fields.params.at(-1)];
      const inGroups = fields.groups.map((group) => [group.name ?? group.type ?? '', group.params.length]);
      assert.deepEqual(
        { ...fields, params: [fields.params.length, first, last], groups: inGroups },
        { ...expected, params, groups },
        name,
      );
      assert.match(id, /^[\da-f]{16}$/);
    }
  });

  it('of OGLE by eSTAR, in VOEvent 1.1 with STC inside, say what a person reads in them', () => {
    const found = names().filter((name) => name.startsWith('ogle/'));
    assert.equal(found.length, Object.keys(OGLE).length);
    for (const [name, [field, star, time, ra, dec]] of Object.entries(OGLE)) {
      const alert = decode(`ogle/OGLE-${name}.xml`);
      const isTest = name.includes('test');
      // The two of June 2006 are shorter: no date, one web address and not three.
      const isShort = time.startsWith('2006-06');
      const expected: { [Key in keyof Alert]?: Alert[Key] | undefined } = {
        ...{ ivorn: `ivo://uk.org.estar/pl.edu.ogle#OGLE-${name}`, version: '1.1', local: `OGLE-${name}` },
        ...{ role: isTest ? 'test' : 'observation', test: isTest, kind: 'new', stream: 'uk.org.estar/pl.edu.ogle' },
        ...{ time: `${time}.000Z`, ra, dec, system: 'UTC-FK5-GEO', tables: [], citations: [], references: [] },
        ...{ format: 'voevent', instruments: [], date: isShort ? undefined : `${time}.000Z` },
        ...{ mission: undefined, errorRadius: undefined, skymap: undefined, importance: undefined },
        thread: `${isTest ? 'test:' : ''}ivo://uk.org.estar/pl.edu.ogle#OGLE-${name}`,
        author: {
          ...{ ivorn: 'ivo://uk.org.estar/pl.edu.ogle#', name: 'OGLE III Project (via eSTAR Project)' },
          ...{ contact: 'Andrzej Udalski', email: 'udalski@astrouw.edu.pl' },
        },
        description:
          'The OGLE early warning system (EWS) has detected a candidate micro-lensing transient event. For more information about the OGLE EWS see the OGLE website.',
        inferences: [{ probability: 1, name: `OGLE-${name}`, concept: 'Microlensing Event' }],
      };
      for (const [key, value] of Object.entries(expected)) {
        assert.deepEqual(alert[key as keyof Alert], value, `${key} of ${name}`);
      }
      assert.equal(alert.params.length, isShort ? 7 : 9, name);
      const chart = alert.params.at(-1);
      assert.deepEqual([chart?.name, chart?.ucd, chart?.number], ['Finding Chart', 'meta.ref.url', undefined]);
      assert.match(chart?.value ?? '', /^http:\/\/www\.astrouw\.edu\.pl\/~ogle\/ogle3\/ews\//);
      assert.deepEqual(alert.params.slice(0, 2), [
        { name: 'Field', value: field, ucd: 'meta.dataset' },
        { name: 'StarNo', value: star, number: Number(star), ucd: 'meta.id' },
      ]);
      const units = alert.groups.map(({ name: group, params }) => [
        group,
        params.map((param) => [param.name, param.unit]),
      ]);
      // The first alerts have Tmax in days, later ones in HJD.
      assert.deepEqual(units, [
        [
          undefined,
          [
            ['Tmax', alert.params[2]?.unit],
            ['Error', 'days'],
          ],
        ],
        [
          undefined,
          [
            ['Tau', 'days'],
            ['Error', 'days'],
          ],
        ],
      ]);
      assert.match(alert.params[2]?.unit ?? '', /^(?:days|HJD)$/);
    }
  });
});
