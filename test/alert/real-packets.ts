import type { Alert, Param } from '../../src/alert/model.ts';

/** All that a packet says, but for its bytes and its reception; of the Params the number, the first and the last. */
type Reading = Omit<Alert, 'id' | 'raw' | 'source' | 'receivedAt' | 'validity' | 'params' | 'groups'> & {
  readonly params: readonly [number, Param, Param];
  /** Name (or type) of each group, and how many Params it has. */
  readonly groups: readonly (readonly [string, number])[];
};

const GCN_AUTHOR = { ivorn: 'ivo://nasa.gsfc.tan/gcn', name: 'VO-GCN', contact: 'Scott Barthelmy' };
const BARTHELMY = { ...GCN_AUTHOR, email: 'scott.barthelmy@nasa.gov', phone: '+1-301-286-3106' };
const BURST = 'process.variation.burst;em.gamma';
const DEG = { unit: 'deg' };
const ECLIPTIC = { name: 'Ecliptic_Lat', ...DEG, ucd: 'pos.ecliptic.lat', group: 'Obs_Support_Info' };
const GALACTIC_PACKET = { tables: [], citations: [] };

/** The mission packets of ../shared/data/voevents, as a person reads them. */
export const REAL_PACKETS: Readonly<Record<string, Reading>> = {
  'GRB180116A_Fermi_GBM_Gnd_Pos.xml': {
    ivorn: 'ivo://nasa.gsfc.gcn/Fermi#GBM_Gnd_Pos_2018-01-16T00:36:52.81_537755817_56-996',
    ...{ format: 'voevent', version: '2.0', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'fermi:537755817', stream: 'nasa.gsfc.gcn/Fermi', mission: 'Fermi', instruments: ['GBM'] },
    local: 'GBM_Gnd_Pos_2018-01-16T00:36:52.81_537755817_56-996',
    author: {
      ...{ ivorn: 'ivo://nasa.gsfc.tan/gcn', name: 'Fermi (via VO-GCN)', contact: 'Julie McEnery' },
      ...{ email: 'Julie.E.McEnery@nasa.gov', phone: '+1-301-286-1632' },
    },
    ...{ date: '2018-01-16T00:37:05.000Z', time: '2018-01-16T00:36:52.810Z' },
    ...{ ra: 214.74, dec: 28.14, errorRadius: 11.19, system: 'UTC-FK5-GEO' },
    skymap: { url: 'http://gcn.gsfc.nasa.gov/notices_f/gbm_gnd_loc_map_537755817.fits' },
    params: [45, { name: 'Packet_Type', value: '112', number: 112 }, { ...ECLIPTIC, value: '39.24', number: 39.24 }],
    groups: [
      ['Trigger_ID', 6],
      ['Misc_Flags', 4],
      ['Obs_Support_Info', 12],
    ],
    tables: [],
    citations: [
      {
        ivorn: 'ivo://nasa.gsfc.gcn/Fermi#GBM_Alert_2018-01-16T00:36:52.81_537755817_1-994',
        ...{ cite: 'followup', description: 'This is an updated position to the original trigger.' },
      },
    ],
    ...{ importance: 0.95, inferences: [{ probability: 0.5, concept: BURST }], significance: 8.6 },
    references: [{ uri: 'http://gcn.gsfc.nasa.gov/fermi.html', type: 'url' }],
    description: 'The Fermi-GBM location of a transient.',
  },
  'GW190425_initial.xml': {
    ivorn: 'ivo://gwnet/LVC#S190425z-1-Initial',
    ...{ format: 'voevent', version: '2.0', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'lvk:S190425z', stream: 'gwnet/LVC', local: 'S190425z-1-Initial', mission: 'LVK' },
    instruments: ['L1', 'V1'],
    author: { contact: 'LIGO Scientific Collaboration and Virgo Collaboration' },
    ...{ date: '2019-04-25T09:00:51.000Z', time: '2019-04-25T08:18:05.017147Z', system: 'UTC-FK5-GEO' },
    skymap: { url: 'skyportal/tests/data/bayestar.fits.gz' },
    params: [
      21,
      {
        ...{ name: 'Packet_Type', value: '151', number: 151, dataType: 'int' },
        description: 'The Notice Type number is assigned/used within GCN, eg type=151 is an LVC_INITIAL notice',
      },
      {
        ...{ name: 'HasRemnant', value: '1.0', number: 1, ucd: 'stat.probability', dataType: 'float', group: '' },
        description: 'Probability that a nonzero mass was ejected outside the central remnant object',
      },
    ],
    groups: [
      ['bayestar', 1],
      ['Classification', 5],
      ['Properties', 2],
    ],
    ...{ ...GALACTIC_PACKET, inferences: [], far: 4.53764787126e-13, references: [] },
    classification: { BNS: 0.999402567114, NSBH: 0, BBH: 0, MassGap: 0, Terrestrial: 0.00059743288626 },
    properties: { HasNS: 1, HasRemnant: 1 },
    description: 'Report of a candidate gravitational wave event',
  },
  'Gaia16aac.xml': {
    ivorn: 'ivo://gaia.cam.uk/alerts#Gaia16aac',
    ...{ format: 'voevent', version: '2.0', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'ivo://gaia.cam.uk/alerts#Gaia16aac', stream: 'gaia.cam.uk/alerts', local: 'Gaia16aac' },
    ...{ mission: 'Gaia', instruments: [] },
    author: {
      ...{ ivorn: 'ivo://gaia.cam.uk', name: 'Gaia Science Alerts at IoA-Cambridge' },
      ...{ title: 'Gaia Science Alerts at IoA-Cambridge', email: 'gaiaalerts@ast.cam.ac.uk' },
    },
    ...{ date: '2016-10-12T13:26:49.000Z', time: '2016-01-16T07:52:27.000Z' },
    ...{ ra: 73.29423, dec: 7.35212, errorRadius: 0.00002, system: 'TDB-ICRS-BARY' },
    params: [
      8,
      {
        ...{ name: '', value: 'Gaia16aac', ucd: 'meta.id', dataType: 'string' },
        description: 'Gaia alert unique identifier',
      },
      { name: '', value: 'G', ucd: 'instr.bandpass' },
    ],
    groups: [
      ['alert-magnitude', 2],
      ['historic-magnitude', 2],
    ],
    ...{ ...GALACTIC_PACKET, inferences: [{ description: 'candidate SN' }] },
    references: [
      { uri: 'http://gsaweb.ast.cam.ac.uk/alerts/alert/Gaia16aac', type: 'url' },
      { uri: 'http://gsaweb.ast.cam.ac.uk/alerts/', type: 'url' },
    ],
    description: 'Gaia Science Alert: Gaia16aac, magnitude 17.32',
  },
  'SWIFT_1125809-092.xml': {
    ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1125809-092',
    ...{ format: 'voevent', version: '2.0', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'swift:1125809', stream: 'nasa.gsfc.gcn/SWIFT', local: 'BAT_GRB_Pos_1125809-092' },
    ...{ mission: 'Swift', instruments: ['BAT'], author: BARTHELMY },
    ...{ date: '2022-09-30T11:12:15.000Z', time: '2022-09-30T11:11:52.120Z' },
    ...{ ra: 64.7373, dec: 13.3517, errorRadius: 0.05, system: 'UTC-FK5-GEO' },
    params: [81, { name: 'Packet_Type', value: '61', number: 61 }, { ...ECLIPTIC, value: '-7.94', number: -7.94 }],
    groups: [
      ['Merit_Values', 10],
      ['Solution_Status', 20],
      ['Misc_Flags', 15],
      ['Obs_Support_Info', 12],
    ],
    ...{ ...GALACTIC_PACKET, importance: 0.9, significance: 41.2 },
    inferences: [{ probability: 0.9, name: 'GRB 220930', concept: BURST }],
    references: [{ uri: 'http://gcn.gsfc.nasa.gov/swift.html', type: 'url' }],
    description: 'Type=61: The Swift-BAT instrument position notice.',
  },
  'SWIFT_bat_position_v2.0_example.xml': {
    ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729',
    ...{ format: 'voevent', version: '2.0', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'swift:532871', stream: 'nasa.gsfc.gcn/SWIFT', local: 'BAT_GRB_Pos_532871-729' },
    ...{ mission: 'Swift', instruments: ['BAT'], author: BARTHELMY },
    ...{ date: '2012-09-07T00:24:36.000Z', time: '2012-09-07T00:24:23.080Z' },
    ...{ ra: 74.7412, dec: -9.3137, errorRadius: 0.05, system: 'UTC-FK5-GEO' },
    params: [
      80,
      { name: 'Packet_Type', value: '61', number: 61, dataType: 'string' },
      { ...ECLIPTIC, value: '-31.82', number: -31.82, dataType: 'string' },
    ],
    groups: [
      ['Merit_Values', 10],
      ['Solution_Status', 20],
      ['Misc_Flags', 14],
      ['Obs_Support_Info', 12],
    ],
    ...{ ...GALACTIC_PACKET, importance: 0.9, significance: 15.49 },
    inferences: [{ probability: 0.98, name: 'GRB 120907', concept: BURST }],
    references: [{ uri: 'http://gcn.gsfc.nasa.gov/swift.html', type: 'url' }],
    description: 'Type=61: The Swift-BAT instrument position notice.',
  },
  'SWIFT_xrt_position_v1.1_example.xml': {
    ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#XRT_Pos_644259-941',
    ...{ format: 'voevent', version: '1.1', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'swift:644259', stream: 'nasa.gsfc.gcn/SWIFT', local: 'XRT_Pos_644259-941' },
    ...{ mission: 'Swift', instruments: ['XRT'], author: BARTHELMY },
    ...{ date: '2015-06-16T23:29:11.000Z', time: '2015-06-16T23:05:40.000Z' },
    ...{ ra: 314.7162, dec: -53.393, errorRadius: 0.0009, system: 'UTC-FK5-GEO' },
    params: [45, { name: 'Packet_Type', value: '67', number: 67 }, { ...ECLIPTIC, value: '-34.61', number: -34.61 }],
    groups: [
      ['Solution_Status', 6],
      ['Misc_Flags', 9],
      ['Obs_Support_Info', 12],
    ],
    tables: [],
    citations: [
      {
        ...{ ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_644259-771', cite: 'followup' },
        description: 'This is the XRT Position for the original BAT trigger.',
      },
    ],
    ...{ importance: 0.99, inferences: [{ probability: 0.9, concept: BURST }], significance: 10 },
    references: [{ uri: 'http://gcn.gsfc.nasa.gov/swift.html', type: 'url' }],
    description: 'The Swift-XRT location in response to a Swift-BAT transient.',
  },
  'gbm_flt_pos.xml': {
    ivorn: 'ivo://nasa.gsfc.gcn/Fermi#GBM_Flt_Pos_2011-09-04T03:54:36.02_336801278_45-956',
    ...{ format: 'voevent', version: '1.1', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'fermi:336801278', stream: 'nasa.gsfc.gcn/Fermi', mission: 'Fermi', instruments: ['GBM'] },
    local: 'GBM_Flt_Pos_2011-09-04T03:54:36.02_336801278_45-956',
    author: {
      ...{ ivorn: 'ivo://nasa.gsfc.tan/gcn', name: 'Fermi (via VO-GCN)', contact: 'Julie Mcenery' },
      ...{ email: 'Julie.E.McEnery@nasa.gov', phone: '+1-301-286-1632' },
    },
    ...{ date: '2011-09-04T03:54:51.000Z', time: '2011-09-04T03:54:36.020Z' },
    ...{ ra: 193, dec: -31.75, errorRadius: 17.4333, system: 'FK5-UTC-GEO' },
    params: [45, { name: 'Packet_Type', value: '111', number: 111 }, { ...ECLIPTIC, value: '-24.00', number: -24 }],
    groups: [
      ['Trigger_ID', 5],
      ['Misc_Flags', 4],
      ['Obs_Support_Info', 12],
    ],
    tables: [],
    citations: [
      {
        ivorn: 'ivo://nasa.gsfc.gcn/Fermi#GBM_Alert_2011-09-04T03:54:36.02_336801278_1-954',
        ...{ cite: 'followup', description: 'This is an updated position to the original trigger.' },
      },
    ],
    ...{ importance: 0.5, inferences: [{ probability: 0.5, concept: BURST }], significance: 8 },
    references: [{ uri: 'http://gcn.gsfc.nasa.gov/fermi.html', type: 'url' }],
    description: 'The Fermi-GBM location of a transient.',
  },
  'no_namespace_packet.xml': {
    ivorn: 'ivo://com.dc3/dc3.broker#BrokerTest-2014-02-24T15:55:27.72',
    ...{ format: 'voevent', version: '2.0', role: 'test', test: true, kind: 'new' },
    ...{ thread: 'test:ivo://com.dc3/dc3.broker#BrokerTest-2014-02-24T15:55:27.72', stream: 'com.dc3/dc3.broker' },
    ...{ local: 'BrokerTest-2014-02-24T15:55:27.72', instruments: [] },
    author: { ivorn: 'ivo://com.dc3/dc3.broker', email: 'rdenny@dc3.com' },
    ...{ date: '2014-02-24T15:55:27.720Z', time: '2014-02-24T15:55:27.720Z' },
    ...{ ra: 0, dec: 0, errorRadius: 0, system: 'UTC-FK5-GEO' },
    params: [
      7,
      { name: 'BrokerDomain', value: 'voevent.dc3.com', dataType: 'string' },
      { name: 'DigitalSignature', value: '', group: 'Publish' },
    ],
    groups: [
      ['Subscribe', 3],
      ['Publish', 3],
    ],
    tables: [
      {
        ...{ name: 'IP Addresses', params: [], columns: [{ name: 'IPv4' }] },
        rows: [['70.167.219.231'], ['192.168.2.1'], ['192.168.100.10']],
      },
    ],
    ...{ citations: [], inferences: [], references: [{ uri: 'http://voevent.dc3.com/' }] },
    description: 'This is a broker-generated test message',
  },
  'voevent-ex1.xml': {
    ivorn: 'ivo://raptor.lanl/VOEvent#235649409',
    ...{ format: 'voevent', version: '2.1', role: 'observation', test: false, kind: 'new' },
    ...{ thread: 'ivo://raptor.lanl/voevent#235649408', stream: 'raptor.lanl/VOEvent', local: '235649409' },
    ...{ instruments: [], author: { ivorn: 'ivo://raptor.lanl/organization' } },
    ...{ date: '2005-04-15T14:34:16.000Z', time: '2009-09-25T12:00:00.000Z' },
    ...{ ra: 37.0603169, dec: 31.3116578, errorRadius: 0.03, system: 'UTC-ICRS-TOPO' },
    params: [
      4,
      { name: 'seeing', value: '2', number: 2, unit: 'arcsec', ucd: 'instr.obsty.seeing', dataType: 'float' },
      {
        ...{ name: 'magerr', value: '0.14', number: 0.14, unit: 'mag', ucd: 'stat.err;phot.mag' },
        ...{ dataType: 'float', group: 'magnitude' },
      },
    ],
    groups: [['magnitude', 3]],
    tables: [
      {
        description: 'Individual Moduli and Distances for NGC 0931\n        from NED',
        params: [{ name: 'telescope', value: 'various' }],
        columns: [
          { name: '(m-M)', unit: 'mag', ucd: 'phot.mag.distMod' },
          { name: 'err(m-M)', unit: 'mag', ucd: 'stat.err;phot.mag.distMod' },
          { name: 'D', unit: 'Mpc', ucd: 'pos.distance' },
          { name: 'REFCODE', ucd: 'meta.bib.bibcode' },
        ],
        rows: [
          ['33.16', '0.38', '51.3', '1997ApJS..109..333W'],
          ['33.32', '0.38', '46.1', '1997ApJS..109..333W'],
          ['33.51', '0.48', '50.4', '2009ApJS..182..474S'],
          ['33.55', '0.38', '51.3', '1997ApJS..109..333W'],
          ['33.71', '0.43', '55.2', '2009ApJS..182..474S'],
          ['34.01', '0.80', '63.3', '1997ApJS..109..333W'],
        ],
      },
    ],
    citations: [{ ivorn: 'ivo://raptor.lanl/VOEvent#235649408', cite: 'followup' }],
    inferences: [
      { concept: 'http://ivoat.ivoa.net/process.variation.burst;em.opt', description: 'Looks like a SN' },
      { probability: 0.99, relation: 'associated', name: 'NGC0931' },
    ],
    references: [
      {
        ...{ uri: 'http://raptor.lanl.gov/data/lightcurves/235649409', mimetype: 'application/x-votable+xml' },
        meaning: 'http://ivoa.net/rdf/uat#light-curves',
      },
    ],
    description: 'An imaginary event report about SN 2009lw.',
  },
  'voevent-ex2.xml': {
    ivorn: 'ivo://psws.irap/VOEvent/Tao_Jupiter_2018-10-02T17_34_45::v1.0',
    ...{ format: 'voevent', version: '2.1', role: 'prediction', test: false, kind: 'new' },
    thread: 'ivo://psws.irap/voevent/tao_jupiter_2018-10-02t17_34_45::v1.0',
    ...{ stream: 'psws.irap/VOEvent/Tao_Jupiter_2018-10-02T17_34_45::v1.0', local: '', instruments: [] },
    author: { ivorn: 'ivo://psws', contact: 'Michel Gangloff', email: 'Michel.Gangloff@irap.omp.eu' },
    ...{ date: '2018-10-02T17:34:45.000Z', positionName: 'Jupiter' },
    params: [
      6,
      { name: 'event_type', value: 'Solar Wind dynamic pressure pulse', ucd: 'meta.id' },
      {
        ...{ name: 'target_region', value: 'Magnetosphere', ucd: 'meta.id', utype: 'epn:target_region' },
        group: 'target',
      },
    ],
    groups: [
      ['event', 2],
      ['target', 3],
    ],
    tables: [
      {
        ...{ description: 'Time intervals found by the propagation code', params: [] },
        columns: [
          {
            ...{ name: 'Start Time', ucd: 'time.begin', dataType: 'string', utype: 'epn:time_min' },
            description: 'time tag for beginning of interval',
          },
          {
            ...{ name: 'Stop Time', ucd: 'time.end', dataType: 'string', utype: 'epn:time_max' },
            description: 'time tag for end of interval',
          },
        ],
        rows: [
          ['2018-10-03T10:00:00.000', '2018-10-04T01:00:00.000'],
          ['2018-10-04T07:00:00.000', '2018-10-04T11:00:00.000'],
          ['2018-10-08T01:00:00.000', '2018-10-08T07:00:00.000'],
        ],
      },
    ],
    citations: [],
    inferences: [
      { probability: 1, name: 'Solar Wind measured at 1 AU', concept: 'http://astrothesaurus.org/uat/1534' },
      {
        name: 'MHD simulation of propagated Solar Wind at Jupiter',
        concept: 'http://astrothesaurus.org/uat/1966',
      },
    ],
    references: [
      { uri: 'https://doi.org/10.1029/2004JA010959' },
      { uri: 'https://doi.org/10.48322/1shr-ht18' },
      { uri: 'https://doi.org/10.1029/2004JA010959' },
    ],
    description: '3 Solar Pressure pulses predicted at Jupiter between 2018-10-03 and 2018-10-09',
  },
};
