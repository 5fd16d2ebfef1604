import { escapeXml } from '../alert/envelope.ts';
import type { Role } from '../alert/model.ts';

/** What a sample alert says. All of it is invented. */
interface Sample {
  readonly stream: string;
  readonly name: string;
  readonly role: Role;
  readonly description: string;
  readonly position?: { readonly ra: number; readonly dec: number; readonly errorRadius: number };
  readonly importance?: number;
  readonly params: readonly (readonly [name: string, value: string, unit?: string])[];
  /** Name of the sample it follows up, and how. */
  readonly cites?: readonly [cite: 'followup' | 'supersedes' | 'retraction', name: string];
}

const AUTHORITY = 'voeventd.rehearsal';

/** A night in ten alerts: bursts, a gravitational wave, microlensing, a heartbeat, tests, a retraction. */
const SAMPLES: readonly Sample[] = [
  {
    stream: 'burst',
    name: 'BAT_Pos',
    role: 'observation',
    description: 'A gamma-ray burst, localised to arc minutes.',
    position: { ra: 74.7412, dec: -9.3137, errorRadius: 0.05 },
    importance: 0.9,
    params: [
      ['Packet_Type', '61'],
      ['TrigID', '532871'],
      ['Rate_Signif', '15.49', 'sigma'],
    ],
  },
  {
    stream: 'burst',
    name: 'Test_Pos',
    role: 'test',
    description: 'A test of the distribution: no telescope should move.',
    position: { ra: 180, dec: 45, errorRadius: 0.1 },
    params: [['Packet_Type', '82']],
  },
  {
    stream: 'microlensing',
    name: 'BLG-345',
    role: 'observation',
    description: 'A candidate microlensing event towards the Galactic bulge.',
    position: { ra: 272.5318, dec: -29.4313, errorRadius: 0.0003 },
    importance: 0.4,
    params: [
      ['Tmax', '2461367.856', 'd'],
      ['Tau', '8.066', 'd'],
    ],
  },
  {
    stream: 'wave',
    name: 'S261122a-Initial',
    role: 'observation',
    description: 'A gravitational-wave candidate; its place is in a sky map.',
    importance: 0.8,
    params: [
      ['FAR', '4.5e-13', 'Hz'],
      ['BNS', '0.94'],
      ['skymap_fits', 'https://sky.example/S261122a.fits.gz'],
    ],
  },
  {
    stream: 'burst',
    name: 'XRT_Pos',
    role: 'observation',
    description: 'The burst again, localised to arc seconds.',
    position: { ra: 74.7398, dec: -9.3121, errorRadius: 0.0009 },
    importance: 0.99,
    params: [
      ['Packet_Type', '67'],
      ['TrigID', '532871'],
    ],
    cites: ['followup', 'BAT_Pos'],
  },
  {
    stream: 'monitor',
    name: 'GBM_Flt_Pos',
    role: 'observation',
    description: 'A burst seen by an all-sky monitor: the error circle is wide.',
    position: { ra: 193, dec: -31.75, errorRadius: 17.4 },
    importance: 0.5,
    params: [['Packet_Type', '111']],
  },
  {
    stream: 'network',
    name: 'Status',
    role: 'utility',
    description: 'The network is well.',
    params: [['Nodes_Up', '7']],
  },
  {
    stream: 'comet',
    name: 'Flyby',
    role: 'prediction',
    description: 'A minor planet will pass.',
    position: { ra: 12.3456, dec: 5.4321, errorRadius: 0.01 },
    params: [['V_mag', '15.2', 'mag']],
  },
  {
    stream: 'burst',
    name: 'Marked_Test',
    role: 'observation',
    description: 'A test that says so only in a Param, as some missions do.',
    position: { ra: 200, dec: -20, errorRadius: 0.05 },
    params: [['Test_Submission', 'true']],
  },
  {
    stream: 'wave',
    name: 'S261122a-Retraction',
    role: 'observation',
    description: 'The candidate is withdrawn.',
    params: [['AlertType', 'Retraction']],
    cites: ['retraction', 'S261122a-Initial'],
  },
];

export const SAMPLE_COUNT = SAMPLES.length;

/**
 * Sample packet number `index` (VOEvent 2.0), dated now. Beyond the list it starts again; the identifiers differ from
 * round to round and from run to run.
 *
 * @param run distinguishes this run's identifiers from others
 */
export function samplePacket(index: number, run: string, now: Date): Buffer {
  const sample = SAMPLES[index % SAMPLES.length];
  if (sample === undefined) throw new RangeError('There are no samples.');
  const round = Math.floor(index / SAMPLES.length);
  const identifier = (stream: string, name: string) => `ivo://${AUTHORITY}/${stream}#${name}_${run}-${round}`;
  const cited = SAMPLES.find(({ name }) => name === sample.cites?.[1]);
  const date = now.toISOString().replace('Z', '');
  return Buffer.from(
    [
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0"',
      `  role="${sample.role}" ivorn="${identifier(sample.stream, sample.name)}">`,
      '  <Who>',
      `    <AuthorIVORN>ivo://${AUTHORITY}</AuthorIVORN>`,
      `    <Date>${date}</Date>`,
      '    <Author><shortName>voeventd rehearsal</shortName></Author>',
      '  </Who>',
      '  <What>',
      ...sample.params.map(([name, value, unit]) => {
        const unitAttribute = unit === undefined ? '' : ` unit="${unit}"`;
        return `    <Param name="${name}" value="${escapeXml(value)}"${unitAttribute}/>`;
      }),
      '  </What>',
      ...whereWhen(sample, date),
      ...(sample.importance === undefined
        ? []
        : [`  <Why importance="${sample.importance}"><Description>Invented.</Description></Why>`]),
      ...(cited === undefined
        ? []
        : [
            `  <Citations><EventIVORN cite="${sample.cites?.[0]}">${identifier(cited.stream, cited.name)}</EventIVORN></Citations>`,
          ]),
      `  <Description>${escapeXml(sample.description)} Invented for rehearsals.</Description>`,
      '</voe:VOEvent>',
      '',
    ].join('\n'),
  );
}

function whereWhen({ position }: Sample, date: string): string[] {
  if (position === undefined) return [];
  return [
    '  <WhereWhen><ObsDataLocation>',
    '    <ObservatoryLocation id="GEOLUN"/>',
    '    <ObservationLocation>',
    '      <AstroCoordSystem id="UTC-ICRS-GEO"/>',
    '      <AstroCoords coord_system_id="UTC-ICRS-GEO">',
    `        <Time unit="s"><TimeInstant><ISOTime>${date}</ISOTime></TimeInstant></Time>`,
    '        <Position2D unit="deg">',
    '          <Name1>RA</Name1><Name2>Dec</Name2>',
    `          <Value2><C1>${position.ra}</C1><C2>${position.dec}</C2></Value2>`,
    `          <Error2Radius>${position.errorRadius}</Error2Radius>`,
    '        </Position2D>',
    '      </AstroCoords>',
    '    </ObservationLocation>',
    '  </ObsDataLocation></WhereWhen>',
  ];
}
