import assert from 'node:assert/strict';
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
  });

  it('name the map of the place', () => {
    for (const name of ['LocationMap_URL', 'SKYMAP_URL_FITS_BASIC', 'skymap_fits', 'healpix_url']) {
      assert.deepEqual(alert('ivo://a.b/c#d', { [name]: 'http://x/m.fits' }).skymap, { url: 'http://x/m.fits' }, name);
    }
    assert.equal(alert('ivo://a.b/c#d', { skymap_fits: '', LightCurve_URL: 'http://x/l.gif' }).skymap, undefined);
  });
});
