import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import type { Alert } from '../../src/alert/model.ts';

// Reads the real packets in ../shared/data/voevents.
const PACKETS = new URL('../../../shared/data/voevents/', import.meta.url);
const skip = existsSync(PACKETS) ? false : 'there is no ../shared/data/voevents';

/** What a telescope acts on, as a person reads it in the file. */
const EXPECTED: Record<string, { [Field in keyof Alert]?: Alert[Field] | undefined }> = {
  'GRB180116A_Fermi_GBM_Gnd_Pos.xml': {
    ...{ version: '2.0', stream: 'nasa.gsfc.gcn/Fermi', role: 'observation', kind: 'new', importance: 0.95 },
    ...{ ra: 214.74, dec: 28.14, errorRadius: 11.19, time: '2018-01-16T00:36:52.810Z', system: 'UTC-FK5-GEO' },
    citations: [
      { ivorn: 'ivo://nasa.gsfc.gcn/Fermi#GBM_Alert_2018-01-16T00:36:52.81_537755817_1-994', cite: 'followup' },
    ],
  },
  'GW190425_initial.xml': {
    ...{ ivorn: 'ivo://gwnet/LVC#S190425z-1-Initial', test: false, kind: 'new', time: '2019-04-25T08:18:05.017Z' },
    ...{ ra: undefined, dec: undefined, errorRadius: undefined },
  },
  'Gaia16aac.xml': {
    ...{ stream: 'gaia.cam.uk/alerts', local: 'Gaia16aac', ra: 73.29423, dec: 7.35212, errorRadius: 0.00002 },
    ...{ system: 'TDB-ICRS-BARY', date: '2016-10-12T13:26:49.000Z' },
  },
  'SWIFT_1125809-092.xml': { ra: 64.7373, dec: 13.3517, errorRadius: 0.05, importance: 0.9 },
  'SWIFT_bat_position_v2.0_example.xml': {
    ...{ ra: 74.7412, dec: -9.3137, errorRadius: 0.05, time: '2012-09-07T00:24:23.080Z', version: '2.0' },
  },
  'SWIFT_xrt_position_v1.1_example.xml': { ra: 314.7162, dec: -53.393, errorRadius: 0.0009, version: '1.1' },
  'gbm_flt_pos.xml': { ra: 193, dec: -31.75, errorRadius: 17.4333, importance: 0.5, version: '1.1' },
  'no_namespace_packet.xml': {
    ...{ ivorn: 'ivo://com.dc3/dc3.broker#BrokerTest-2014-02-24T15:55:27.72', role: 'test', test: true, ra: 0, dec: 0 },
  },
  'ogle/OGLE-2006-BLG-345.xml': {
    ...{ stream: 'uk.org.estar/pl.edu.ogle', version: '1.1', ra: 272.531791666667, dec: -29.4313333333333 },
    ...{ time: '2006-06-18T08:38:23.000Z', errorRadius: undefined },
  },
  'ogle/OGLE-2006-BLG-test-24.xml': { role: 'test', test: true },
  'voevent-ex1.xml': {
    ...{ version: '2.1', local: '235649409', ra: 37.0603169, dec: 31.3116578, errorRadius: 0.03 },
    citations: [{ ivorn: 'ivo://raptor.lanl/VOEvent#235649408', cite: 'followup' }],
  },
  'voevent-ex2.xml': { version: '2.1', role: 'prediction', ra: undefined, time: undefined, local: '' },
};

describe('real packets', { skip }, () => {
  let decoder: Decoder;
  before(async () => {
    decoder = await createDecoder();
  });

  const read = (name: string) => readFileSync(new URL(name, PACKETS));
  const decode = (name: string) => decoder.decode(read(name), { source: 's', receivedAt: '' });
  const names = () =>
    readdirSync(PACKETS, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));

  it('all decode, and their envelopes agree with the decoder', () => {
    assert.ok(names().length >= 20, 'the folder is not empty');
    for (const name of names()) {
      const alert = decode(name);
      const { kind, ivorn, role } = scanEnvelope(read(name));
      assert.deepEqual([kind, ivorn, role], ['voevent', alert.ivorn, alert.role], name);
      assert.ok(alert.params.length > 0, name);
      assert.ok(
        alert.params.every(({ value }) => !/&\w+;/.test(value)),
        name,
      );
    }
  });

  it('say what a person reads in them', () => {
    for (const [name, expected] of Object.entries(EXPECTED)) {
      const alert: Partial<Alert> = decode(name);
      for (const [field, value] of Object.entries(expected)) {
        assert.deepEqual(alert[field as keyof Alert], value, `${field} in ${name}`);
      }
    }
  });

  it('keep every Param in order, with its group, also where names are shared', () => {
    const params = decode('ogle/OGLE-2006-BLG-345.xml').params;
    assert.deepEqual(
      params.map(({ name, group, unit }) => [name, group, unit]),
      [
        ['Field', undefined, undefined],
        ['StarNo', undefined, undefined],
        ['Tmax', '', 'days'],
        ['Error', '', 'days'],
        ['Tau', '', 'days'],
        ['Error', '', 'days'],
        ['Finding Chart', undefined, undefined],
      ],
    );
    const magnitudes = decode('Gaia16aac.xml').params.filter(({ name }) => name === 'averagemag');
    assert.deepEqual(
      magnitudes.map(({ group, value }) => [group, value]),
      [
        ['alert-magnitude', '17.32'],
        ['historic-magnitude', ''],
      ],
    );
    assert.equal(decode('Gaia16aac.xml').params[0]?.value, 'Gaia16aac', 'from the Value child');
  });
});
