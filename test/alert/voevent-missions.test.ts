import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

type Written = Readonly<Record<string, string>>;

/** A packet of this stream with these Params; `NAME[unit]` and `NAME{ucd}` give unit and UCD. */
function alert(ivorn: string, params: Written, inside = ''): Alert {
  const written = Object.entries(params).map(([key, value]) => {
    const [, name = '', unit = '', ucd = ''] = /^([^[{]+)(?:\[(.*?)\])?(?:\{(.*?)\})?$/.exec(key) ?? [];
    return `<Param name="${name}" value="${value}" unit="${unit}" ucd="${ucd}"/>`;
  });
  const packet = `<VOEvent ivorn="${ivorn}" role="observation"><What>${written.join('')}${inside}</What></VOEvent>`;
  return decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '2026-11-22T10:00:06.000Z' });
}

describe('a gravitational wave in a VOEvent', () => {
  const LVK = {
    ...{ GraceID: 'S230914ak', AlertType: 'Update', Instruments: 'H1,L1', 'FAR[Hz]': '1.2e-9', Significant: '1' },
    ...{ HardwareInj: '0', Group: 'CBC', Search: 'AllSky' },
  };
  const GROUPS = `<Group type="GW_SKYMAP" name="bilby"><Param name="skymap_fits" value="https://gracedb.example/bilby.fits"/></Group>
    <Group name="Classification"><Param name="BNS" value="0.9"/><Param name="Odd" value="?"/></Group>
    <Group type="Properties"><Param name="HasNS" value="1"/></Group>
    <Group type="External Coincidence"><Param name="Time_Coincidence_FAR" unit="Hz" value="1e-5"/></Group>`;

  it('says who, how sure, what and where', () => {
    const gw = alert('ivo://gwnet/LVC#S230914ak-4-Update', LVK, GROUPS);
    assert.deepEqual(
      [gw.thread, gw.mission, gw.instruments, gw.kind, gw.test, gw.significant, gw.far, gw.skymap],
      [
        'lvk:S230914ak',
        'LVK',
        ['H1', 'L1'],
        'update',
        false,
        true,
        1.2e-9,
        { url: 'https://gracedb.example/bilby.fits' },
      ],
    );
    assert.deepEqual([gw.classification, gw.properties], [{ BNS: 0.9 }, { HasNS: 1 }]);
  });

  it('is a test when it is a mock, an injection or of the group Test', () => {
    const changes: Written[] = [
      ...[{ GraceID: 'MS230914ak' }, { GraceID: 'TS230914ak' }, { HardwareInj: '1' }, { Group: 'Test' }],
      ...[{ Search: 'MDC' }, { AlertType: 'Test' }],
    ];
    for (const change of changes) {
      const gw = alert('ivo://gwnet/LVC#x', { ...LVK, ...change });
      assert.equal(gw.test, true, JSON.stringify(change));
      assert.match(gw.thread, /^test:lvk:/);
    }
  });
});

describe('a false-alarm rate', () => {
  it('is per second, whatever the unit, and absent when the unit is not known', () => {
    const far = (unit: string, value = '2') => alert('ivo://a.b/c#d', { [`FAR[${unit}]`]: value }).far;
    assert.equal(far('Hz'), 2);
    assert.equal(far('yr^-1'), 2 / 31_557_600);
    assert.equal(far('per day'), 2 / 86_400);
    for (const unit of ['', 'sigma', 'yr^-1 sr^-1']) assert.equal(far(unit), undefined, unit);
    assert.equal(far('Hz', '-1'), undefined);
    assert.equal(far('Hz', 'high'), undefined);
  });
});

describe('the number of an event', () => {
  const thread = (ivorn: string, params: Written) => alert(ivorn, params).thread;

  it('names the thread together with the mission', () => {
    assert.equal(thread('ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1-2', { TrigID: '532871' }), 'swift:532871');
    assert.equal(thread('ivo://nasa.gsfc.gcn/INTEGRAL#x', { TrigID: '9000' }), 'integral:9000');
    assert.equal(thread('ivo://org.svom/fsc#sb25031101_eclairs-wakeup', { Burst_Id: 'sb25031101' }), 'svom:sb25031101');
    assert.equal(thread('ivo://ca.chimenet.frb/FRB-DETECTION-#x', { event_no: '427325191' }), 'chime:427325191');
    const cube = { run_id: '137840', event_id: '57034692' };
    assert.equal(thread('ivo://nasa.gsfc.gcn/AMON#ICECUBE_GOLD_Event2020', cube), 'icecube:137840_57034692');
    assert.equal(thread('ivo://elsewhere.org/stream#x', { TrigID: '7' }), 'elsewhereorgstream:7');
  });

  it('is none when it stands for none', () => {
    for (const id of ['0', '-1', '']) {
      assert.equal(thread('ivo://nasa.gsfc.gcn/Fermi#x', { TrigID: id }), 'ivo://nasa.gsfc.gcn/fermi#x', id);
    }
  });
});

describe('GCN’s packets', () => {
  it('give the highest significance in sigma, and the mission by one name', () => {
    const params = {
      'Rate_Signif[sigma]{stat.snr}': '6.1',
      'Image_Signif[sigma]{stat.snr}': '7.3',
      'Noise[sigma]': '99',
    };
    const swift = alert('ivo://nasa.gsfc.gcn/SWIFT#x', params);
    assert.deepEqual([swift.significance, swift.mission], [7.3, 'Swift']);
    assert.equal(alert('ivo://nasa.gsfc.gcn/NEWMISSION#x', {}).mission, 'NEWMISSION');
    assert.equal(alert('ivo://org.example/x#y', {}).mission, undefined);
  });

  it('retract with a flag, too', () => {
    assert.equal(alert('ivo://nasa.gsfc.gcn/AMON#x', { Retraction: 'true' }).kind, 'retraction');
    assert.equal(alert('ivo://nasa.gsfc.gcn/AMON#x', { Retraction: 'false' }).kind, 'new');
    for (const params of [
      { Retraction: 'true', AlertType: 'Update' },
      { AlertType: 'Update', Retraction: 'true' },
    ]) {
      assert.equal(alert('ivo://gwnet/LVC#x', params).kind, 'retraction', 'the stronger one, in either order');
    }
  });

  it('name the map of the place', () => {
    for (const name of ['LocationMap_URL', 'SKYMAP_URL_FITS_BASIC', 'skymap_fits', 'healpix_url']) {
      assert.deepEqual(alert('ivo://a.b/c#d', { [name]: 'http://x/m.fits' }).skymap, { url: 'http://x/m.fits' }, name);
    }
    assert.equal(alert('ivo://a.b/c#d', { skymap_fits: '', LightCurve_URL: 'http://x/l.gif' }).skymap, undefined);
    // Fermi GBM's final positions name a picture there.
    const picture = { LocationMap_URL: 'http://x/glg_locplot_all_bn1.png', healpix_url: 'http://x/m.fit' };
    assert.deepEqual(alert('ivo://a.b/c#d', picture).skymap, { url: 'http://x/m.fit' });
  });
});

/** What a document of test/fixtures/voevent says: all but its bytes, its reception, and how its Params look. */
function fixture(name: string): object {
  const packet = readFileSync(new URL(`../fixtures/voevent/${name}`, import.meta.url));
  const {
    id: _,
    raw: __,
    source: ___,
    receivedAt: ____,
    validity,
    params,
    groups,
    ...alert
  } = decoder.decode(packet, { source: 's', receivedAt: '' }, { validate: true });
  assert.deepEqual(validity, { schema: '2.0', valid: true, problems: [] }, 'written as the standard says');
  return { ...alert, params: params.length, groups: groups.map((group) => group.name ?? group.type) };
}

const OBSERVATION = { format: 'voevent', version: '2.0', role: 'observation', test: false, kind: 'new' };

describe('every field of a whole packet', () => {
  it('of LIGO, Virgo and KAGRA: an update in coincidence with a burst', () => {
    const citation = (local: string) => ({ ivorn: `ivo://gwnet/LVC#S261101xy-${local}`, cite: 'supersedes' });
    const description = 'Localization and classification updated';
    assert.deepEqual(fixture('lvk-update.xml'), {
      ...{ ...OBSERVATION, ivorn: 'ivo://gwnet/LVC#S261101xy-3-Update', kind: 'update', thread: 'lvk:S261101xy' },
      ...{ stream: 'gwnet/LVC', local: 'S261101xy-3-Update', mission: 'LVK', instruments: ['H1', 'L1', 'V1'] },
      author: { contact: 'LIGO Scientific Collaboration, Virgo Collaboration, and KAGRA Collaboration' },
      ...{ date: '2026-11-01T13:00:00.000Z', time: '2026-11-01T12:34:56.789012Z', system: 'UTC-FK5-GEO' },
      // Of the two maps the event's own; the rate its own too, not that of the coincidence.
      skymap: { url: 'https://gw.example/S261101xy/Bilby.multiorder.fits' },
      ...{ significant: true, far: 2.5e-11, properties: { HasNS: 1, HasRemnant: 0.9 } },
      classification: { BNS: 0.95, NSBH: 0.04, BBH: 0, Terrestrial: 0.01 },
      ...{
        params: 27,
        groups: ['Bilby.multiorder', 'combined', 'Classification', 'Properties', 'External Coincidence'],
      },
      ...{ tables: [], inferences: [], references: [] },
      citations: [
        { ...citation('1-Preliminary'), description },
        { ...citation('2-Initial'), description },
      ],
      description: 'Report of a candidate gravitational wave event',
    });
  });

  it('of IceCube through AMON and GCN', () => {
    const local = 'ICECUBE_GOLD_Event2026-11-02T03:04:05.60_140000_000012345678-040-0';
    assert.deepEqual(fixture('icecube-gold.xml'), {
      ...{ ...OBSERVATION, ivorn: `ivo://nasa.gsfc.gcn/AMON#${local}`, thread: 'icecube:140000_12345678' },
      ...{ stream: 'nasa.gsfc.gcn/AMON', local, mission: 'IceCube', instruments: [] },
      author: { ivorn: 'ivo://nasa.gsfc.tan/gcn', name: 'VO-GCN', contact: 'A. Person' },
      ...{ date: '2026-11-02T03:04:40.000Z', time: '2026-11-02T03:04:05.600Z', system: 'UTC-FK5-GEO' },
      ...{ ra: 206.06, dec: 4.78, errorRadius: 0.21, far: 0.5478 / 31_557_600 },
      ...{ params: 12, groups: ['Misc_Flags'], tables: [], citations: [], importance: 0.95 },
      inferences: [{ probability: 0.61, concept: 'process.variation.burst;phys.particle.neutrino' }],
      references: [{ uri: 'http://org.example/amon.html', type: 'url' }],
      description: 'A high-energy neutrino.',
    });
  });

  it('of SVOM', () => {
    assert.deepEqual(fixture('svom-wakeup.xml'), {
      ...{ ...OBSERVATION, ivorn: 'ivo://org.svom/fsc#sb26110301_eclairs-wakeup', thread: 'svom:sb26110301' },
      ...{ stream: 'org.svom/fsc', local: 'sb26110301_eclairs-wakeup', mission: 'SVOM', instruments: [] },
      author: { ivorn: 'ivo://org.svom/fsc', name: 'SVOM/FSC', email: 'person@example.org' },
      ...{ date: '2026-11-03T01:02:33.000Z', time: '2026-11-03T01:02:03.456Z', system: 'UTC-FK5-GEO' },
      ...{ ra: 350.25, dec: -62.5, errorRadius: 0.15, significance: 9.8, importance: 0.5 },
      ...{ params: 4, groups: ['Svom_Identifiers', 'Detection_Info'], tables: [], citations: [], references: [] },
      inferences: [{ concept: 'process.variation.burst;em.gamma' }],
      description: 'SVOM wakeup notice: ECLAIRs detected a transient',
    });
  });

  it('of CHIME/FRB: a retraction, in the thread of what it retracts', () => {
    const stream = 'ca.chimenet.frb/FRB-RETRACTION-';
    const local = '2026-11-04-05:06:07.800000UTC+0000_0123456789ab';
    assert.deepEqual(fixture('chime-retraction.xml'), {
      ...{ ...OBSERVATION, ivorn: `ivo://${stream}#${local}`, kind: 'retraction', thread: 'chime:427325191' },
      ...{ stream, local, mission: 'CHIME', instruments: [] },
      author: { ivorn: 'ivo://ca.chimenet.frb/contact', name: 'CHIME/FRB', title: 'CHIME/FRB VOEvent Service' },
      ...{ date: '2026-11-04T06:00:00.000Z', time: '2026-11-04T05:06:07.800Z', system: 'UTC-ICRS-TOPO' },
      ...{ ra: 29.5, dec: 65.7, errorRadius: 0.35, importance: 0.91 },
      ...{ params: 6, groups: ['observatory parameters', 'event parameters'], tables: [], references: [] },
      citations: [
        {
          ivorn: 'ivo://ca.chimenet.frb/FRB-DETECTION-#2026-11-04-05:06:07.800000UTC+0000_a0b1c2d3e4f5',
          ...{ cite: 'retraction', description: 'Interference' },
        },
      ],
      inferences: [{ name: 'FRB 20261104A', concept: 'astrophysical:FRB' }],
    });
  });
});
