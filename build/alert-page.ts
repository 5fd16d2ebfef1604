import { z } from 'zod';
import { ALERT_FIELDS, type FieldType } from '../src/alert/fields.ts';
import {
  alertSchema,
  authorSchema,
  citationSchema,
  columnSchema,
  error2Schema,
  groupSchema,
  inferenceSchema,
  PLACES,
  paramSchema,
  referenceSchema,
  skymapSchema,
  tableSchema,
  validitySchema,
} from '../src/alert/model.ts';

const OBJECTS: readonly (readonly [string, z.ZodObject])[] = [
  ['author', authorSchema],
  ['params[]', paramSchema],
  ['groups[]', groupSchema],
  ['tables[]', tableSchema],
  ['tables[].columns[]', columnSchema],
  ['citations[]', citationSchema],
  ['inferences[]', inferenceSchema],
  ['references[]', referenceSchema],
  ['error2', error2Schema],
  ['skymap', skymapSchema],
  ['validity', validitySchema],
];

/** docs/alerts.md: every field of the model, and its place in each format. */
export function alertPage(doNotEdit: string): string {
  const rows = Object.entries(alertSchema.shape).map(([name, schema]) => {
    const { voevent = '–', gcn = '–', igwn = '–' } = PLACES.get(schema) ?? {};
    const type = typeInWords(ALERT_FIELDS[name as keyof typeof ALERT_FIELDS]);
    return `| \`${name}\` | ${type} | ${descriptionOf(schema)} | ${voevent} | ${gcn} | ${igwn} |`;
  });
  const objects = OBJECTS.map(([name, schema]) => objectTable(name, schema));
  return `${doNotEdit}

# Alerts

Whatever format an alert came in, rules, plugins, templates, \`voeventd parse\` and the files of \`exec\` see the same fields:
\`alert.ra\` in a rule and in a plugin, \`{alert.ra}\` in a template, \`VOEVENT_RA\` in a program's environment.
\`voeventd schema alert\` prints the JSON Schema.

Angles are degrees, times are ISO 8601 in UTC with a \`Z\`, rates are per second. A value that the alert does not give, or that
cannot be read, is absent; only lists are always there. Nothing that is odd in one field makes an alert unreadable: a value
that is no number stays text in \`params\`.

## The fields, and where each format says them

| field | type | what it is | VOEvent 1.0–2.1 | GCN JSON | LVK JSON |
|---|---|---|---|---|---|
${rows.join('\n')}

${objects.join('\n\n')}

${PROSE}`;
}

function objectTable(name: string, schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(
    ([field, type]) => `| \`${field}\` | ${descriptionOf(type as z.ZodType)} |`,
  );
  return `### \`${name}\`\n\n| field | what it is |\n|---|---|\n${rows.join('\n')}`;
}

/** @throws when a field has none: a table with a hole would help nobody */
function descriptionOf(schema: z.ZodType): string {
  const inner = schema instanceof z.ZodExactOptional ? (schema.unwrap() as z.ZodType) : schema;
  const { description } = inner;
  if (description === undefined) throw new Error('A field of the alert model has no description.');
  return description;
}

function typeInWords(field: FieldType): string {
  switch (field.type) {
    case 'string':
      return 'text';
    case 'boolean':
      return 'true, false';
    case 'list':
      return `list of ${field.of.type === 'string' ? 'texts' : 'objects'}`;
    case 'map':
      return 'name → number';
    case 'any':
      return 'text or object';
    default:
      return field.type;
  }
}

const PROSE = `## What is a test

\`test\` is true when the role is \`test\`, when nobody knows the role, and when the format says so in another way, however the role
reads: the table has the list. Mock and injected events count. A handler gets such an alert only when its \`roles\` name
\`test\`.

## Where there is no position

\`ra\` and \`dec\` are there together or not at all. They are absent when the packet gives none, when they are not numbers or off the
sky, when GCN writes “no position” (0, 0 with a radius of 180° or more, or \`RADec_valid=false\`), when both are −999 (the
event is then a retraction), and when the coordinate system is not an equatorial one (\`system\` still says which). FK5 counts as
ICRS. A right ascension is in hours where the unit says so, and where it is written as \`05:34:31.9\` without any unit.

An ellipse gives \`errorRadius\` too: its longer half-axis, so that a rule about \`errorRadius\` never believes a position to be better
than it is.

## Times

A time without a zone is UTC. The fraction of a second is kept as finely as it is written. VOEvents may use another time scale
(TT, TDB, GPS); \`system\` names it, and \`time\` is not converted.

## Threads

All alerts about one event share \`thread\`. An alert has several names for its event: the mission's number for it (\`TrigID\`,
GCN's \`id\`, \`GraceID\` or superevent id, IceCube's run and event), a designation such as GRB 230220A, the identifiers it cites, its own
identifier. Two alerts with a name in common are about one event, whatever their formats. The journal remembers every
name, and joins threads that turn out to be one: an update, what it supersedes and its retraction meet in whatever order they
arrive. The first name known gives the thread its key, such as \`fermi:745121685\`, \`lvk:S190425z\` or
\`ivo://org.example/survey#7\`; a key is to be compared, not read. Tests have threads of their own (\`test:…\`): a test
never touches the thread of a real event.

An alert that was handled before two threads were found to be one was handled under its old key.

## Is it valid?

An alert that breaks the schema of its version is handled like any other: much that is really sent does. \`validity\` records it for
VOEvent 1.1, 2.0 and 2.1, the log says it, and \`voeventd parse --validate FILE…\` prints what is wrong, with lines. The schemas
are the project's own, written from the standards; tests hold those of 2.0 and 2.1 against the official ones. 1.0 has none.

What is not well-formed XML or JSON, has a DOCTYPE, is nested deeper than 64 levels, or has no identifier, is no alert. Its bytes are
kept in the journal, and the log says what is wrong, with line and column.

## Writing one

\`voeventd compose\` builds a VOEvent 2.0 or 2.1 from flags, from a JSON or YAML file with the fields above, or from what
\`voeventd parse\` printed, and checks it against the schema:

\`\`\`sh
voeventd compose --stream org.example/survey --author-ivorn ivo://org.example --role observation \\
  --time 2026-11-22T10:00:05 --ra 83.6331 --dec 22.0145 --error 30arcsec --param mag=17.3,unit=mag > packet.xml
voeventd compose --retract packet.xml --stream org.example/survey --author-ivorn ivo://org.example --role observation
\`\`\`

Without \`--role\` it is a test.
`;
