import type { AlertDetail, AlertPage, AlertRow, Status, Verdict } from '../../../src/web/model.ts';

/** What a real night could look like: something of everything that the pages show. */

export const NOW = '2026-11-27T05:43:12.000Z';

/** A time before NOW. */
export function ago(seconds: number): string {
  return new Date(Date.parse(NOW) - seconds * 1_000).toISOString();
}

const SLEW: Verdict = {
  handler: 'slew',
  fired: true,
  why: 'The rule holds: alert.errorRadius < 0.5 && alert.dec > -30.',
  delivery: {
    state: 'done',
    attempts: 1,
    dueAt: ago(190),
    startedAt: ago(189.98),
    endedAt: ago(188.2),
    outcome: 'exit 0: slewing to 83.6331 +22.0145',
  },
};
const NOT_FIRED: Verdict = {
  handler: 'email-team',
  fired: false,
  why: 'The rule does not hold: alert.significance is 5.1, and at least 7 is asked for.',
};

export const ROW: AlertRow = {
  seq: 5120,
  id: '0123456789abcdef',
  ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1151388-814',
  source: 'gcn',
  receivedAt: ago(190),
  bytes: 6_213,
  isDecided: true,
  role: 'observation',
  kind: 'new',
  format: 'voevent',
  stream: 'nasa.gsfc.gcn/SWIFT',
  thread: 'swift:1151388',
  date: ago(195),
  time: ago(214),
  ra: 83.6331,
  dec: 22.0145,
  errorRadius: 0.05,
  handlers: [SLEW, NOT_FIRED],
};

const OTHERS: AlertRow[] = [
  {
    ...ROW,
    seq: 5119,
    id: '1123456789abcdef',
    ivorn: 'ivo://gwnet/LVC#S261127ab-2-Update',
    stream: 'gwnet/LVC',
    kind: 'update',
    receivedAt: ago(900),
    time: ago(1_800),
    handlers: [
      {
        ...SLEW,
        delivery: {
          state: 'retrying',
          attempts: 2,
          dueAt: ago(-40),
          startedAt: ago(30),
          endedAt: ago(20),
          outcome: 'exit 75: the dome does not answer',
        },
      },
      { ...NOT_FIRED, fired: true, delivery: { state: 'pending', attempts: 0, dueAt: ago(0) } },
    ],
  },
  {
    ...ROW,
    seq: 5118,
    id: '2123456789abcdef',
    ivorn: 'ivo://voevent.4pisky.org/TEST#4pisky-broker-2026-11-27T05:00:00',
    stream: 'voevent.4pisky.org/TEST',
    source: 'campus',
    role: 'test',
    receivedAt: ago(2_592),
    handlers: [
      { handler: 'slew', fired: false, why: 'It is a test, and the handler does not name the role test.' },
      { ...NOT_FIRED, why: 'It is a test.' },
    ],
  },
  {
    seq: 5117,
    id: '3123456789abcdef',
    source: 'campus',
    receivedAt: ago(7_200),
    bytes: 412,
    problem: 'Cannot read the packet: line 4, column 17: the element <Param> is never closed.',
    isDecided: true,
    handlers: [],
  },
  {
    ...ROW,
    seq: 5116,
    id: '4123456789abcdef',
    ivorn: 'ivo://nasa.gsfc.gcn/Fermi#GBM_Flt_Pos_2026-11-26T23:11:05.17_801889070_0-338',
    stream: 'nasa.gsfc.gcn/Fermi',
    receivedAt: ago(23_400),
    ra: 201.3,
    dec: -43.0191,
    errorRadius: 8.42,
    handlers: [
      {
        ...SLEW,
        delivery: {
          state: 'dead',
          attempts: 5,
          dueAt: ago(23_400),
          startedAt: ago(23_000),
          endedAt: ago(22_990),
          outcome: 'exit 1: below the horizon limit',
        },
      },
      {
        ...NOT_FIRED,
        fired: true,
        delivery: { state: 'skipped', attempts: 0, dueAt: ago(23_400), outcome: 'The alert is older than 10m.' },
      },
    ],
  },
  {
    ...ROW,
    seq: 5115,
    id: '5123456789abcdef',
    receivedAt: ago(90_000),
    role: 'utility',
    kind: 'retraction',
    isDecided: false,
    handlers: [],
  },
];

export const ALERTS: readonly AlertRow[] = [ROW, ...OTHERS];

export const STATUS: Status = {
  level: 'red',
  concerns: [
    {
      level: 'red',
      about: 'source campus',
      message:
        'silent for 12m 4s: no iamalive from 10.20.0.7:8099. Alerts may be missed. Look whether the broker runs.',
    },
    { level: 'warning', about: 'handler slew', message: 'one delivery is dead: exit 1: below the horizon limit.' },
  ],
  version: '0.1.0',
  identity: 'ivo://org.example.dome/voeventd',
  now: NOW,
  startedAt: ago(270_000),
  sources: [
    {
      name: 'gcn',
      type: 'vtp',
      level: 'ok',
      state: 'connected',
      address: 'voevent.gsfc.nasa.gov:8099',
      since: ago(40_000),
      lastMessageAt: ago(12),
      lastIamaliveAt: ago(12),
      lastAlertAt: ago(190),
      reconnects: 2,
      received: 18_211,
      duplicates: 17,
      bytes: 91_244_012,
      acks: 18_211,
      lastHour: 14,
      lastDay: 380,
    },
    {
      name: 'campus',
      type: 'vtp',
      level: 'red',
      state: 'waiting',
      address: '10.20.0.7:8099',
      since: ago(724),
      reason: 'No answer from 10.20.0.7:8099 (ECONNREFUSED)',
      nextAttemptAt: ago(-17),
      lastMessageAt: ago(724),
      lastIamaliveAt: ago(724),
      lastAlertAt: ago(2_592),
      reconnects: 41,
      received: 911,
      duplicates: 890,
      bytes: 4_300_112,
      acks: 911,
      lastHour: 0,
      lastDay: 21,
    },
    {
      name: 'authors',
      type: 'receiver',
      level: 'ok',
      state: 'listening',
      address: '0.0.0.0:8098',
      since: ago(270_000),
      connections: 1,
      received: 3,
      duplicates: 0,
      bytes: 9_112,
      acks: 3,
      refused: 1,
      lastHour: 0,
      lastDay: 0,
    },
  ],
  broadcast: {
    level: 'ok',
    state: 'listening',
    address: '0.0.0.0:8099',
    since: ago(270_000),
    subscribers: [
      {
        address: '192.0.2.17:51544',
        identity: 'ivo://org.example.robotic/watch',
        since: ago(50_000),
        lastMessageAt: ago(40),
        sent: 401,
        receipts: 399,
        owed: 2,
        waiting: 0,
        isBehind: false,
        filters: ["//Param[@name='Packet_Type' and @value='61']"],
      },
      {
        address: '[2001:db8::7]:40112',
        since: ago(300),
        sent: 0,
        receipts: 0,
        owed: 0,
        waiting: 12,
        isBehind: true,
        filters: [],
      },
    ],
  },
  handlers: [
    {
      name: 'slew',
      plugin: 'exec',
      level: 'warning',
      state: 'running',
      pending: 0,
      running: 0,
      retrying: 1,
      done: 1_204,
      dead: 1,
      skipped: 12,
      retried: 0,
      lastEndedAt: ago(20),
      lastState: 'retrying',
      lastOutcome: 'exit 75: the dome does not answer',
      lastErrorAt: ago(20),
      lastError: 'exit 75: the dome does not answer',
    },
    {
      name: 'email-team',
      plugin: 'email',
      level: 'ok',
      state: 'running',
      pending: 1,
      running: 0,
      retrying: 0,
      done: 88,
      dead: 0,
      skipped: 1,
      retried: 0,
      lastEndedAt: ago(4_000),
      lastState: 'done',
      lastOutcome: '250 queued as 7F3A',
    },
    {
      name: 'old-archive',
      level: 'ok',
      state: 'gone',
      pending: 0,
      running: 0,
      retrying: 0,
      done: 17_004,
      dead: 0,
      skipped: 0,
      retried: 0,
    },
  ],
  journal: {
    level: 'ok',
    path: '/var/lib/voeventd/journal.sqlite',
    bytes: 412_300_288,
    alerts: 19_125,
    undecided: 1,
    quarantined: 3,
    oldestAt: ago(9_000_000),
    newestAt: ago(190),
  },
};

/** Nothing is the matter, and nothing has happened yet. */
export const QUIET: Status = {
  ...STATUS,
  level: 'ok',
  concerns: [],
  sources: [],
  handlers: [],
  broadcast: { ...STATUS.broadcast, level: 'ok', state: 'idle', subscribers: [] },
};

export const DETAIL: AlertDetail = {
  ...ROW,
  attempts: [
    {
      ...{ handler: 'slew', attempt: 1, state: 'failed', startedAt: ago(180), endedAt: ago(179) },
      ...{ outcome: 'exited with code 1 after 1.0s: the mount is busy', output: 'homing\nthe mount is busy' },
    },
    { handler: 'slew', attempt: 2, startedAt: ago(60) },
  ],
  handlers: [
    SLEW,
    NOT_FIRED,
    ...(OTHERS[0]?.handlers ?? []).map((verdict) => ({ ...verdict, handler: `${verdict.handler}-2` })),
  ],
  peer: 'voevent.gsfc.nasa.gov:8099',
  alert: {
    id: ROW.id,
    ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1151388-814',
    format: 'voevent',
    version: '2.0',
    role: 'observation',
    test: false,
    kind: 'new',
    thread: 'swift:1151388',
    stream: 'nasa.gsfc.gcn/SWIFT',
    local: 'BAT_GRB_Pos_1151388-814',
    mission: 'SWIFT',
    instruments: ['BAT'],
    author: {
      ivorn: 'ivo://nasa.gsfc.tan/gcn',
      name: 'GCN',
      title: 'VO-GCN',
      contact: 'Scott Barthelmy',
      email: 'scott@example.org',
      phone: '+1-301-286-3106',
    },
    date: ago(195),
    time: ago(214),
    timeStart: ago(214),
    timeStop: ago(210),
    ra: 83.6331,
    dec: 22.0145,
    errorRadius: 0.05,
    error2: { major: 0.05, minor: 0.02, angle: 33 },
    containment: 0.9,
    system: 'UTC-FK5-GEO',
    positionName: 'Crab',
    skymap: { url: 'https://gracedb.ligo.org/apiweb/superevents/S261127ab/files/bayestar.fits.gz' },
    params: [
      { name: 'Packet_Type', value: '61', number: 61 },
      { name: 'Burst_Inten', value: '4096', number: 4096, unit: 'cts', ucd: 'phot.count' },
      {
        name: 'Lightcurve_URL',
        value: 'https://gcn.gsfc.nasa.gov/notices_s/sw01151388000msb.gif',
        ucd: 'meta.ref.url',
      },
      {
        name: 'GRB_Identified',
        value: 'true',
        group: 'Solution_Status',
        description: 'The burst is a gamma-ray burst.',
      },
    ],
    groups: [
      {
        name: 'Solution_Status',
        type: 'flags',
        description: 'What the flight software\nthinks of it.',
        params: [
          {
            name: 'GRB_Identified',
            value: 'true',
            group: 'Solution_Status',
            description: 'The burst is a gamma-ray burst.',
          },
        ],
      },
      { params: [] },
    ],
    tables: [
      {
        name: 'Light curve',
        type: 'series',
        description: 'Rates',
        params: [{ name: 'bin', value: '64', unit: 'ms' }],
        columns: [
          { name: 'time', unit: 's', ucd: 'time', dataType: 'float', description: 'Since the trigger.' },
          { name: 'rate', unit: 'ct/s', ucd: 'phot.count', dataType: 'float' },
        ],
        rows: [
          ['0.0', '112'],
          ['0.064', '201'],
        ],
      },
    ],
    citations: [{ ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Alert_1151388-813', cite: 'followup' }],
    importance: 0.95,
    expires: ago(-86_400),
    inferences: [
      {
        probability: 0.9,
        relation: 'identified',
        name: 'GRB 261127A',
        concept: 'http://ivoat.ivoa.net/process.variation.burst;em.gamma',
        description: 'A gamma-ray burst.',
      },
    ],
    significance: 22.1,
    significant: true,
    far: 1.2e-9,
    classification: { BNS: 0.98, Terrestrial: 0.02 },
    properties: { HasNS: 1 },
    references: [
      { uri: 'https://gcn.gsfc.nasa.gov/gcn/swift.html', type: 'url', name: 'Swift', description: 'The mission.' },
      { uri: 'ivo://org.example/more', mimetype: 'text/plain', meaning: 'http://www.ivoa.net/rdf/IVOAT#more' },
    ],
    description: 'Swift satellite, BAT instrument.\nThe object is bright.',
    source: 'gcn',
    receivedAt: ago(190),
    validity: {
      schema: '2.0',
      valid: false,
      problems: [{ line: 12, message: 'Element Param: the attribute dataType is not allowed.' }],
    },
  },
  cites: [
    {
      ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Alert_1151388-813',
      cite: 'followup',
      description: 'The first alert.',
      alerts: [
        {
          id: '9123456789abcdef',
          ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Alert_1151388-813',
          receivedAt: ago(205),
          kind: 'new',
          role: 'observation',
        },
      ],
    },
    { ivorn: 'ivo://org.example/elsewhere#1', cite: 'supersedes', alerts: [] },
  ],
  citedBy: [
    {
      id: '8123456789abcdef',
      ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#XRT_Pos_1151388-815',
      receivedAt: ago(60),
      kind: 'update',
      role: 'observation',
      cite: 'followup',
    },
  ],
  threadAlerts: [
    {
      id: '9123456789abcdef',
      ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Alert_1151388-813',
      receivedAt: ago(205),
      kind: 'new',
      role: 'observation',
    },
    {
      id: ROW.id,
      ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1151388-814',
      receivedAt: ago(190),
      kind: 'new',
      role: 'observation',
    },
  ],
};

const PACKET = `<?xml version="1.0" encoding="UTF-8"?>
<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="observation"
    ivorn="ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_1151388-814">
  <Who>
    <AuthorIVORN>ivo://nasa.gsfc.tan/gcn</AuthorIVORN>
    <Date>2026-11-27T05:39:57</Date>
  </Who>
  <What>
    <Param name="Packet_Type" value="61"/>
  </What>
</voe:VOEvent>`;

export const PRETTY = { text: PACKET, language: 'xml', isCut: true } as const;

export const PAGE: AlertPage = { alerts: [...ALERTS], next: 5115 };

export const QUERY = { stream: 'nasa.gsfc.gcn/SWIFT', date: '2026-11-27', before: 5121 };

export const CHOICES = {
  streams: ['nasa.gsfc.gcn/SWIFT', 'gwnet/LVC', 'nasa.gsfc.gcn/Fermi'],
  sources: ['gcn', 'campus', 'authors'],
  roles: ['observation', 'prediction', 'utility', 'test'],
};

export const FEEDS = [
  {
    title: 'All alerts',
    links: [
      { format: 'Atom', href: '/feeds/all.atom' },
      { format: 'RSS', href: '/feeds/all.rss' },
      { format: 'JSON', href: '/feeds/all.json' },
    ],
    newestAt: ago(190),
  },
  {
    title: 'nasa.gsfc.gcn/SWIFT',
    links: [{ format: 'Atom', href: '/feeds/stream/nasa.gsfc.gcn%2FSWIFT.atom' }],
    newestAt: ago(190),
  },
  { title: 'Handler slew', links: [{ format: 'Atom', href: '/feeds/handler/slew.atom' }] },
];

export const FEED_LINKS = [{ title: 'All alerts', type: 'application/atom+xml', href: '/feeds/all.atom' }];
