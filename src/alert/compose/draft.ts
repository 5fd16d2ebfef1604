import { z } from 'zod';
import { decimal } from '../angle.ts';
import { isAlertIvoid, isIvoid } from '../ivoid.ts';
import {
  alertSchema,
  authorSchema,
  CITE_KINDS,
  citationSchema,
  columnSchema,
  error2Schema,
  groupSchema,
  inferenceSchema,
  paramSchema,
  ROLES,
  referenceSchema,
  tableSchema,
} from '../model.ts';
import { normaliseTime } from '../time.ts';

/**
 * What an author says of a new alert: the fields of the alert model that are not read off others. Checked here, written
 * by `compose`.
 */

export const FORMAT_VERSIONS = ['2.0', '2.1'] as const;
export type FormatVersion = (typeof FORMAT_VERSIONS)[number];

/**
 * The coordinate systems that VOEvent 2.0's schema knows for an event. Its `UTC-GEOD-TOPO` is for places on the ground.
 * From 2.1 on it is any text.
 */
export const SYSTEMS_2_0 = [
  ...['UTC-ICRS-GEO', 'UTC-ICRS-TOPO', 'UTC-FK5-GEO', 'UTC-FK5-TOPO', 'TT-ICRS-GEO', 'TT-ICRS-TOPO', 'TT-FK5-GEO'],
  ...['TT-FK5-TOPO', 'GPS-ICRS-GEO', 'GPS-ICRS-TOPO', 'GPS-FK5-TOPO', 'TDB-ICRS-BARY', 'TDB-FK5-BARY'],
];

/** Dates as `Date` and `expires` may be written; undefined when the text is none. */
export function writeTime(text: string): string | undefined {
  const normal = normaliseTime(text);
  // Years of two digits are taken for others, and there are none of five.
  if (normal === undefined || !/^\d{4}-/.test(normal) || text.trim().startsWith('00')) return undefined;
  // Digits beyond the millisecond are the author's to keep; pulsar timing needs them.
  const exact = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d+)?)Z?$/.exec(text.trim());
  return (exact?.[1] ?? normal.slice(0, -1)).replace(/\.0+$/, '');
}

const { shape } = alertSchema;
const time = (field: 'date' | 'time' | 'timeStart' | 'timeStop' | 'expires') =>
  shape[field]
    .unwrap()
    .refine((text) => writeTime(text) !== undefined, {
      error: 'It is no time. Write it in UTC, as 2026-11-22T10:00:05.25.',
    })
    .exactOptional();
const fraction = 'It must be from 0 to 1.';
const halfAxis = (schema: z.ZodNumber) =>
  schema.min(0, 'It must not be below 0.').max(180, 'It must not be above 180.');
/** RFC 3986: the scheme, perhaps an authority whose port is a number, and what else a URI is made of. */
const URI =
  /^[a-z][a-z\d+.-]*:(?:\/\/(?:(?:[\w.~!$&'()*+,;=:-]|%[\da-f]{2})*@)?(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*(?::\d{1,5})?(?=[/?#]|$)|(?!\/\/))(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*(?:#(?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*)?$/i;

const dataType = z.enum(['string', 'float', 'int']).describe('`string`, `float` or `int`.').exactOptional();
const cell = z.union([z.string(), z.number(), z.boolean()]);

/** One Param of a draft. */
export const draftParamSchema = paramSchema
  .omit({ number: true })
  .extend({
    value: cell.describe('Its value: text, a number, true or false. A number has the dataType float unless said.'),
    dataType,
  })
  .refine((param) => readsAs(param.value, param.dataType), {
    path: ['value'],
    error: 'It does not read as its dataType. Write a number, or the dataType string.',
  });

const draftGroup = groupSchema
  .extend({ params: z.array(draftParamSchema).describe('Its Params, in order.') })
  .refine(({ name = '', params }) => params.every(({ group }) => group === undefined || group === name), {
    path: ['params'],
    error: 'One of them names another group. Leave their group out: they stand in this one.',
  });

const draftTable = tableSchema
  .extend({
    params: z.array(draftParamSchema).describe('Params that hold for the whole table.').exactOptional(),
    columns: z.array(columnSchema.extend({ dataType })).describe('Its columns, in order.'),
    rows: z.array(z.array(cell)).describe('The cells, row by row.').exactOptional(),
  })
  .refine(({ columns, rows = [] }) => rows.every((row) => row.length > 0 && row.length === columns.length), {
    path: ['rows'],
    error: 'Every row must have one cell for each column, and there must be a column.',
  });

const draftInference = inferenceSchema
  .extend({ probability: inferenceSchema.shape.probability.unwrap().min(0, fraction).max(1, fraction).exactOptional() })
  .refine(({ name = '', concept = '', description = '' }) => `${name}${concept}${description}`.trim() !== '', {
    error: 'It must have a name, a concept or a description.',
  });

const draftReference = referenceSchema.omit({ name: true, description: true }).extend({
  uri: referenceSchema.shape.uri.regex(URI, 'It is no URI. Write it with its scheme, as https://example.org/a%20b.'),
  meaning: referenceSchema.shape.meaning
    .unwrap()
    .regex(URI, 'It is no URI. Write it with its scheme, as http://ivoa.net/rdf/uat#light-curves.')
    .exactOptional(),
});

/** The fields, each for itself. */
export const draftFields = z.strictObject({
  ivorn: shape.ivorn,
  role: z
    .enum(ROLES)
    .describe('What it is. A test when not said: nothing may act on an alert by oversight.')
    .exactOptional(),
  author: authorSchema
    .extend({
      ivorn: authorSchema.shape.ivorn
        .unwrap()
        .refine(isIvoid, { error: 'It is no IVOA identifier. Write one such as ivo://org.example.' })
        .exactOptional(),
    })
    .describe('Who writes it.')
    .exactOptional(),
  date: time('date'),
  time: time('time'),
  timeStart: time('timeStart'),
  timeStop: time('timeStop'),
  ra: shape.ra.unwrap().min(0, 'It must be at least 0.').lt(360, 'It must be below 360 degrees.').exactOptional(),
  dec: shape.dec
    .unwrap()
    .min(-90, 'It must be at least -90.')
    .max(90, 'It must be at most 90 degrees.')
    .exactOptional(),
  errorRadius: halfAxis(shape.errorRadius.unwrap()).exactOptional(),
  error2: error2Schema
    .extend({
      major: halfAxis(error2Schema.shape.major),
      minor: halfAxis(error2Schema.shape.minor),
      angle: error2Schema.shape.angle.min(0, 'It must be at least 0.').lt(180, 'It must be below 180 degrees.'),
    })
    .refine(({ major, minor }) => major >= minor, {
      error: 'Its major half-axis must not be shorter than its minor one.',
    })
    .describe('The error ellipse.')
    .exactOptional(),
  system: shape.system,
  positionName: shape.positionName,
  observatory: z.string().describe('Identifier of the observatory, as `GEOLUN` or `Palomar`.').exactOptional(),
  params: z.array(draftParamSchema).describe('What is measured, in order, at top level and in groups.').exactOptional(),
  groups: z.array(draftGroup).describe('Groups of Params.').exactOptional(),
  tables: z.array(draftTable).describe('Tables.').exactOptional(),
  citations: z
    .array(
      citationSchema.extend({
        // An identifier is cited as its author wrote it, be it against the standard.
        ivorn: citationSchema.shape.ivorn.regex(
          /^ivo:\/\/\S+$/i,
          'Write the whole identifier, as ivo://org.example/survey#7.',
        ),
        cite: z.enum(CITE_KINDS).describe('How it is cited.'),
      }),
    )
    .describe('Earlier alerts it speaks of.')
    .exactOptional(),
  importance: shape.importance.unwrap().min(0, fraction).max(1, fraction).exactOptional(),
  expires: time('expires'),
  inferences: z.array(draftInference).describe('What it is thought to be.').exactOptional(),
  references: z.array(draftReference).describe('Further reading.').exactOptional(),
  description: shape.description,
  how: z.string().describe('How it was observed, in words.').exactOptional(),
});

/** A number, or a text that is one; `NaN` and `INF` are numbers too (XML Schema, float). */
function readsAs(value: string | number | boolean, type: 'string' | 'float' | 'int' | undefined): boolean {
  const text = String(value).trim();
  if (text === '' || type === undefined || type === 'string') return true;
  if (type === 'int') return /^[+-]?\d+$/.test(text);
  return decimal(text) !== undefined || /^(?:nan|[+-]?inf(?:inity)?)$/i.test(text);
}

type Fields = z.infer<typeof draftFields>;
type Immutable<T> = T extends readonly (infer Item)[]
  ? readonly Immutable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Immutable<T[Key]> }
    : T;

export type Draft = Immutable<Fields>;
export type DraftParam = NonNullable<Draft['params']>[number];
export type DraftGroup = NonNullable<Draft['groups']>[number];

/** What fields must be to each other. They are held against each other even where one of them has a fault of its own. */
function withRelations(version: FormatVersion) {
  const is20 = version === '2.0';
  const rule = (path: keyof Fields, error: string, holds: (draft: Fields) => boolean) =>
    z.refine<Fields>(holds, { path: [path], error, when: ({ value }) => typeof value === 'object' && value !== null });
  const only21 = (path: keyof Fields) =>
    rule(
      path,
      'VOEvent 2.0 has no place for it. Write VOEvent 2.1, or leave it out.',
      (draft) => !is20 || !(path in draft),
    );
  const position = (draft: Fields) => 'ra' in draft || 'dec' in draft;
  return draftFields.check(
    rule(
      'ivorn',
      `It cannot name an alert. Write it as ivo://org.example/survey#2026-7${is20 ? '' : ', or with ? for #'}.`,
      (draft) => typeof draft.ivorn !== 'string' || isAlertIvoid(draft.ivorn, version),
    ),
    rule('dec', 'There is a ra without a dec. Write both, or none.', (draft) => !('ra' in draft) || 'dec' in draft),
    rule('ra', 'There is a dec without a ra. Write both, or none.', (draft) => !('dec' in draft) || 'ra' in draft),
    rule(
      'errorRadius',
      'There is an error without a position. Write ra and dec.',
      (draft) => !('errorRadius' in draft) || position(draft),
    ),
    rule(
      'error2',
      'There is an error without a position. Write ra and dec.',
      (draft) => !('error2' in draft) || position(draft),
    ),
    rule(
      'errorRadius',
      'VOEvent 2.0 wants an error with every position. Write one, in degrees, or write VOEvent 2.1.',
      (draft) => !is20 || !position(draft) || 'errorRadius' in draft || 'error2' in draft,
    ),
    rule(
      'system',
      `VOEvent 2.0 does not know it. Write ${SYSTEMS_2_0.join(', ').replace(/, ([^,]*)$/, ' or $1')}.`,
      ({ system }) => !is20 || system === undefined || SYSTEMS_2_0.includes(system),
    ),
    only21('timeStart'),
    only21('timeStop'),
    only21('positionName'),
    rule(
      'time',
      'VOEvent 2.1 has a time or an interval. Leave the time out, or make it the start.',
      ({ time: instant, timeStart, timeStop }) =>
        is20 ||
        instant === undefined ||
        (timeStart === undefined && timeStop === undefined) ||
        normaliseTime(timeStart) === normaliseTime(instant),
    ),
    rule(
      'timeStop',
      'The interval ends before it starts.',
      ({ timeStart, timeStop }) =>
        !((normaliseTime(timeStop) ?? '') < (normaliseTime(timeStart) ?? '') && timeStop !== undefined),
    ),
  );
}

const SCHEMAS = { '2.0': withRelations('2.0'), '2.1': withRelations('2.1') };

/** What a draft must be for an alert to be made of it in this version of VOEvent. */
export function draftSchema(version: FormatVersion): z.ZodType<Fields> {
  return SCHEMAS[version];
}
