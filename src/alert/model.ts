import { z } from 'zod';

/**
 * The one model of an alert, whatever format it came in. Immutable, plain data: it crosses process borders as JSON.
 * Angles are degrees (ICRS unless `system` says otherwise), times are ISO 8601 in UTC with a trailing `Z`. A value that
 * the alert does not give is absent; only lists are always there.
 *
 * This declaration is the only one: the types, the JSON Schema of `voeventd schema alert`, the names that rules may use
 * and the table of docs/alerts.md are made from it.
 */

/** VOEvent 2.0 §3.1.3. A packet without a role is an observation; a role nobody knows counts as a test. */
export const ROLES = ['observation', 'prediction', 'utility', 'test'] as const;
export type Role = (typeof ROLES)[number];

/** What the alert does to what was said before about its event. */
export const KINDS = ['new', 'update', 'retraction'] as const;
export type Kind = (typeof KINDS)[number];

/** VOEvent 2.0 §3.8: how a packet cites an earlier one. */
export const CITE_KINDS = ['followup', 'supersedes', 'retraction'] as const;
export type CiteKind = (typeof CITE_KINDS)[number];

/** `voevent`: VOEvent 1.0–2.1. `gcn`: JSON of NASA GCN's unified schema. `igwn`: JSON of LIGO, Virgo and KAGRA. */
export const FORMATS = ['voevent', 'gcn', 'igwn'] as const;
export type Format = (typeof FORMATS)[number];

/** Where each format says it; absent where it cannot. */
export interface Places {
  readonly voevent?: string;
  readonly gcn?: string;
  readonly igwn?: string;
}

/** The places of the alert's fields, for docs/alerts.md. */
export const PLACES = z.registry<Places>();

/** A text that may be missing. */
const text = (description: string) => z.string().describe(description).exactOptional();
/** A number that may be missing. */
const number = (description: string) => z.number().describe(description).exactOptional();

function placed<Schema extends z.ZodType>(schema: Schema, places: Places): Schema {
  PLACES.add(schema, places);
  return schema;
}

export const referenceSchema = z.strictObject({
  uri: z.string().describe('What is referred to.'),
  type: text('Its kind as VOEvent 1.x and 2.0 wrote it: `url`, `rtml`, `voevent`.'),
  mimetype: text('Its media type (VOEvent 2.0 §3.9).'),
  meaning: text('What it is to the alert, as a URI of a vocabulary (VOEvent 2.0 §3.9).'),
  name: text('A short name for it.'),
  description: text('What the author says of it.'),
});

export const paramSchema = z.strictObject({
  name: z.string().describe('Empty where the author gave none.'),
  value: z
    .string()
    .describe('The text as it was sent, without the blanks around it; of a JSON number, as JSON writes it.'),
  number: number('The value as a number, where it reads as a decimal one.'),
  unit: text('Unit of the value, as written.'),
  ucd: text('What kind of quantity it is (IVOA UCD1+).'),
  dataType: text('`string`, `float` or `int`, as written.'),
  utype: text('Its place in some data model.'),
  group: text('Name of the group it stands in; an empty string for an unnamed group; absent at top level.'),
  description: text('What the author says of it.'),
});

export const groupSchema = z.strictObject({
  name: text('Absent for an unnamed group. Several groups may share a name.'),
  type: text('What kind of group it is, as the author says.'),
  description: text('What the author says of it.'),
  params: z.array(paramSchema).describe('Its Params, in order. They stand in the alert’s `params` too.'),
});

export const columnSchema = z.strictObject({
  name: text('Name of the column.'),
  unit: text('Unit of its values.'),
  ucd: text('What kind of quantity it is.'),
  dataType: text('`string`, `float` or `int`, as written.'),
  utype: text('Its place in some data model.'),
  description: text('What the author says of it.'),
});

export const tableSchema = z.strictObject({
  name: text('Name of the table.'),
  type: text('What kind of table it is.'),
  description: text('What the author says of it.'),
  params: z.array(paramSchema).describe('Params that hold for the whole table.'),
  columns: z.array(columnSchema).describe('The `Field`s, in order.'),
  rows: z.array(z.array(z.string())).describe('The cells as text, row by row.'),
});

export const citationSchema = z.strictObject({
  ivorn: z.string().describe('The identifier of what is cited.'),
  cite: z.enum(CITE_KINDS).describe('How. A word that no standard knows counts as `followup`.'),
  description: text('What the author says of it.'),
});

export const inferenceSchema = z.strictObject({
  probability: number('0 to 1.'),
  relation: text('How the event relates to what is named: `associated`, `identified`, …'),
  name: text('The name of a source or event. Several are joined with a comma and a blank.'),
  concept: text('What it is thought to be: a term or the URI of one. Several are joined with a comma and a blank.'),
  description: text('What the author says of it.'),
});

export const authorSchema = z.strictObject({
  ivorn: text('The organisation’s identifier.'),
  name: text('Its short name, or its title.'),
  title: text('Its title.'),
  contact: text('Name of a person to ask.'),
  email: text('That person’s address.'),
  phone: text('That person’s telephone.'),
});

export const error2Schema = z.strictObject({
  major: z.number().describe('The longer half-axis, degrees.'),
  minor: z.number().describe('The shorter half-axis, degrees.'),
  angle: z.number().describe('Direction of the longer one, degrees from North through East, 0 ≤ angle < 180.'),
});

export const skymapSchema = z.strictObject({
  url: text('Where to fetch it.'),
  embedded: z.literal(true).describe('The map itself came with the alert.').exactOptional(),
  field: text('Where in `raw` the embedded map is, as `event.skymap`: base64 of a FITS file.'),
});

export const validitySchema = z.strictObject({
  schema: z.string().describe('The version whose schema it was held against, as `2.0`.'),
  valid: z.boolean().describe('Whether it keeps to it.'),
  problems: z
    .array(
      z.strictObject({
        line: z.number().describe('1-based line of the document.'),
        message: z.string().describe('What is wrong there.'),
      }),
    )
    .describe('Why it is not valid; empty when it is. The first of them when there are many.'),
});

export const alertSchema = z.strictObject({
  id: placed(
    z.string().describe('Stable key of these exact bytes: the first 16 hexadecimal digits of their SHA-256.'),
    {
      voevent: 'bytes from `<` to `>` of the root element (VTP 2.0 §8)',
      gcn: 'the whole document',
      igwn: 'the whole document',
    },
  ),
  ivorn: placed(
    z.string().describe('The identifier the author gave. Several alerts may share it; `id` tells them apart.'),
    {
      voevent: '`@ivorn`; 1.0: `@id`',
      gcn: '`id`, else `event_name`, `ref_ID`, `obs_id`, the only target’s name; circulars: `circularId`; else `id` of the alert',
      igwn: '`superevent_id`',
    },
  ),
  format: placed(z.enum(FORMATS).describe('How it was written.'), {
    voevent: 'an XML document with the root `VOEvent`',
    gcn: 'a JSON object with a field of the unified schema',
    igwn: 'a JSON object with `superevent_id`',
  }),
  version: placed(z.string().describe('Version of the format, as the alert claims it; empty when it claims none.'), {
    voevent: '`@version`, else from the namespace',
    gcn: 'from `$schema`',
  }),
  role: placed(z.enum(ROLES).describe('Observation when not said. A role nobody knows counts as test.'), {
    voevent: '`@role`',
    gcn: '`alert_tense`: current, archival → observation; planned → prediction; commanded → utility; injection, test, and any other → test',
    igwn: 'test when marked as one (see `test`), else observation',
  }),
  test: placed(z.boolean().describe('True when the role is test, or anything else in it marks it as one.'), {
    voevent:
      'role; Param `Test`, `Test_Submission`, `InternalTest`, `Test_Notice`, `HardwareInj` true; `GraceID` M… or T…; `Search` MDC; `Group` Test; `AlertType` test',
    gcn: 'role; the word test in the topic or `$schema`; reference to a superevent M… or T…',
    igwn: '`superevent_id` M… or T…; `event.search` MDC; `event.group` Test; the word test or playground in the topic',
  }),
  kind: placed(
    z.enum(KINDS).describe('What it does to what was said before: nothing (new), replaces it, withdraws it.'),
    {
      voevent:
        '`AlertType`, a `retraction` or `supersedes` citation, Param `Retraction` true (a retraction wins), both coordinates −999; else new',
      gcn: '`alert_type`: update, retraction; initial, subsequent → new',
      igwn: '`alert_type`: UPDATE, RETRACTION, else new',
    },
  ),
  thread: placed(z.string().describe('Key shared by all alerts about one event, across formats; see below.'), {
    voevent:
      '`GraceID`; `TrigID`, `TRIG_NO`, `Trigger_Number`, `TrigNum`, `Burst_Id`, `event_no`, `run_id` with `event_id`, each with the mission; else the cited ivorn, else its own',
    gcn: '`id` with the mission, `event_name`, circulars: `eventId`; else `ref_ID`, `follow_up_event`; else as `ivorn`',
    igwn: '`superevent_id`',
  }),
  stream: placed(z.string().describe('Who publishes, as `nasa.gsfc.gcn/SWIFT` or `gcn.notices.fermi.gbm.trigger`.'), {
    voevent: 'the ivorn between `ivo://` and `#` (2.1: `?`)',
    gcn: 'the topic, else from `$schema`, else from `mission` and `instrument`',
    igwn: 'the topic, else `igwn.gwalert`',
  }),
  local: placed(
    z.string().describe('The author’s own name for the alert within the stream; empty when there is none.'),
    {
      voevent: 'the ivorn after `#` (2.1: `?`)',
      gcn: 'as `ivorn`',
      igwn: '`superevent_id`',
    },
  ),
  mission: placed(text('The spacecraft, telescope or collaboration that speaks, as it names itself.'), {
    voevent:
      'GCN’s streams: the part after `nasa.gsfc.gcn/` (AMON for IceCube: IceCube); LVK’s, SVOM’s, CHIME/FRB’s and Gaia’s by their streams',
    gcn: '`mission`, else from `$schema` or the topic',
    igwn: '`LVK`',
  }),
  instruments: placed(z.array(z.string()).describe('The instruments that saw the event.'), {
    voevent: 'Param `Instruments`; `How/Instrument/Name` (1.0); `How/Description` as “X Satellite, Y Instrument”',
    gcn: '`instrument`',
    igwn: '`event.instruments`',
  }),
  author: placed(authorSchema.describe('Who wrote it.').exactOptional(), {
    voevent: '`Who/AuthorIVORN`, `Who/Author`; 1.0: `PublisherID`, `Contact`, `Curation`',
    gcn: '`mission` and `instrument`; circulars: `submitter`, `email`',
    igwn: '`LIGO/Virgo/KAGRA`',
  }),
  date: placed(text('When it was written.'), {
    voevent: '`Who/Date`',
    gcn: '`alert_datetime`; circulars: `createdOn`',
    igwn: '`time_created`',
  }),
  time: placed(text('When the event happened; for an interval, its start.'), {
    voevent: '`WhereWhen//Time/TimeInstant/ISOTime`; 1.0: `Time/Value`. The time scale is in `system`, not applied',
    gcn: '`trigger_time`, else `observation_start`',
    igwn: '`event.time`',
  }),
  timeStart: placed(text('Start of the interval, where one is given.'), {
    voevent: '`TimeInterval/ISOTimeStart`; STC: `StartTime/ISOTime`',
    gcn: '`observation_start`',
  }),
  timeStop: placed(text('End of the interval, where one is given.'), {
    voevent: '`TimeInterval/ISOTimeStop`; STC: `StopTime/ISOTime`',
    gcn: '`observation_stop`',
  }),
  ra: placed(number('Right ascension in degrees, 0 ≤ ra < 360.'), {
    voevent: 'first `AstroCoords/Position2D/Value2/C1`; 1.0: `RA/Coord`. Absent for every way to say “no position”',
    gcn: '`ra`; else of `localization`, of the only target, of `most_probable_direction`',
  }),
  dec: placed(number('Declination in degrees, −90 ≤ dec ≤ 90.'), {
    voevent: '`…/C2`; 1.0: `Dec/Coord`',
    gcn: '`dec`, likewise',
  }),
  errorRadius: placed(number('Radius of the error circle in degrees; of the smallest circle around an ellipse.'), {
    voevent: '`Error2Radius`, else the larger of `Error2`; 1.0: the larger `Error`',
    gcn: '`ra_dec_error`, or its largest half-axis; else to the farthest of `rectangular_error_corners`',
  }),
  error2: placed(error2Schema.describe('The error ellipse, where one is given.').exactOptional(), {
    voevent: '`Error2` (2.1), `Error2PA` (STC)',
    gcn: '`ra_dec_error` as a list',
  }),
  containment: placed(number('Probability that the event is inside the error region, 0 to 1.'), {
    gcn: '`containment_probability`; 0.9 where there is an error without one, as the schema says',
  }),
  system: placed(text('Coordinate system as the alert names it, as `UTC-FK5-GEO`.'), {
    voevent: '`AstroCoords/@coord_system_id`, else `AstroCoordSystem/@id`',
    gcn: '`ICRS`, with a position',
  }),
  positionName: placed(text('The place by name, as `Jupiter`.'), { voevent: '`AstroCoords/PositionName` (2.1)' }),
  skymap: placed(skymapSchema.describe('The map of where on the sky, where there is one.').exactOptional(), {
    voevent:
      'Param `skymap_fits`, `skymap_url`, `SKYMAP_URL_FITS_BASIC`, `LocationMap_URL`, `POS_MAP_URL`, `healpix_url`',
    gcn: '`healpix_url`, `healpix_file`',
    igwn: '`event.skymap`',
  }),
  params: placed(z.array(paramSchema).describe('What the author measured, in order, those of groups included.'), {
    voevent: '`What//Param`, without those of tables',
    gcn: 'every field that is a plain value; of an object, with the object’s name as group; lists as JSON',
    igwn: 'likewise, without the sky maps',
  }),
  groups: placed(z.array(groupSchema).describe('The same Params, group by group.'), {
    voevent: '`What/Group`',
    gcn: 'fields that are objects',
    igwn: 'fields that are objects',
  }),
  tables: placed(z.array(tableSchema).describe('Tables.'), { voevent: '`What/Table`' }),
  citations: placed(z.array(citationSchema).describe('Earlier alerts it speaks of.'), {
    voevent: '`Citations/EventIVORN`; 1.0: `EventID`',
    gcn: '`ref_ID`, `follow_up_event`, `reference`, also in the only target’s `gcn_crossmatch`: as followup',
  }),
  importance: placed(number('The author’s own estimate of how much it matters, 0 to 1.'), {
    voevent: '`Why/@importance`',
    gcn: '`importance`',
  }),
  expires: placed(text('When the author thinks it no longer matters.'), { voevent: '`Why/@expires`' }),
  inferences: placed(z.array(inferenceSchema).describe('What the author thinks it is.'), {
    voevent:
      '`Why/Inference`, and `Concept`, `Name` and `Description` directly in `Why`; 1.0: `Classification`, `Identification`',
  }),
  significance: placed(number('The highest signal-to-noise ratio stated, in sigma.'), {
    voevent: 'Params in the unit sigma with the UCD `stat.snr`',
    gcn: '`rate_snr`, `image_snr`, `snr`',
  }),
  significant: placed(z.boolean().describe('Whether the author calls it significant.').exactOptional(), {
    voevent: 'Param `Significant`',
    gcn: '`significant`',
    igwn: '`event.significant`',
  }),
  far: placed(number('False-alarm rate, per second.'), {
    voevent: 'Param `FAR`, converted from its unit; absent when the unit is not known',
    gcn: '`far`',
    igwn: '`event.far`',
  }),
  classification: placed(
    z.record(z.string(), z.number()).describe('Probability of each kind of event, 0 to 1.').exactOptional(),
    { voevent: 'group `Classification`', gcn: '`classification`', igwn: '`event.classification`' },
  ),
  properties: placed(
    z.record(z.string(), z.number()).describe('Probability of each property, 0 to 1.').exactOptional(),
    { voevent: 'group `Properties`', gcn: '`properties`', igwn: '`event.properties`' },
  ),
  references: placed(z.array(referenceSchema).describe('Further reading, in document order.'), {
    voevent: 'every `Reference`',
    gcn: 'fields that are web addresses',
    igwn: '`urls`',
  }),
  description: placed(text('What it is about, in the author’s words.'), {
    voevent: '`Description`, else `What/Description`',
    gcn: '`description`, `additional_info` or `update_message`; circulars: `subject`',
  }),
  source: placed(z.string().describe('Name of the source in the configuration that heard it.'), {}),
  topic: placed(text('The Kafka topic it came on.'), {}),
  receivedAt: placed(z.string().describe('When its last byte arrived here.'), {}),
  validity: placed(
    validitySchema.describe('How it keeps to its schema. A fact about it; it is handled all the same.').exactOptional(),
    { voevent: 'the schemas of 1.1, 2.0 and 2.1' },
  ),
  raw: placed(
    z
      .union([z.string(), z.record(z.string(), z.unknown())])
      .describe('The document itself: text for XML, the parsed object for JSON. Never written to a log.'),
    { voevent: 'the document as text', gcn: 'the document as an object', igwn: 'the document as an object' },
  ),
});

type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

export type Alert = Immutable<z.infer<typeof alertSchema>>;
export type Author = Immutable<z.infer<typeof authorSchema>>;
export type Citation = Immutable<z.infer<typeof citationSchema>>;
export type Column = Immutable<z.infer<typeof columnSchema>>;
export type Error2 = Immutable<z.infer<typeof error2Schema>>;
export type Group = Immutable<z.infer<typeof groupSchema>>;
export type Inference = Immutable<z.infer<typeof inferenceSchema>>;
export type Param = Immutable<z.infer<typeof paramSchema>>;
export type Reference = Immutable<z.infer<typeof referenceSchema>>;
export type Skymap = Immutable<z.infer<typeof skymapSchema>>;
export type Table = Immutable<z.infer<typeof tableSchema>>;
export type Validity = Immutable<z.infer<typeof validitySchema>>;

/** The alert's JSON Schema (2020-12), as `voeventd schema alert` prints it. */
export function alertJsonSchema(): Record<string, unknown> {
  return { title: 'voeventd alert', ...z.toJSONSchema(alertSchema) };
}

/** Where an alert came from: what the packet itself cannot say. */
export interface Reception {
  readonly source: string;
  /** ISO 8601, UTC. */
  readonly receivedAt: string;
  /** The Kafka topic it came on. */
  readonly topic?: string;
}
