import { z } from 'zod';
import { VERSION } from '../common/version.ts';
import { alertDetailSchema, alertPageSchema, alertRowSchema, deliveryChangeSchema, statusSchema } from './model.ts';
import { alertQuerySchema, streamQuerySchema } from './query.ts';

type Json = Record<string, unknown>;

const REF = '#/components/schemas/';
const ANSWERS = {
  Status: statusSchema,
  AlertPage: alertPageSchema,
  AlertDetail: alertDetailSchema,
  AlertRow: alertRowSchema,
  DeliveryChange: deliveryChangeSchema,
};

/** The API's own description (OpenAPI 3.1), made from the schemas of what it answers. */
export function openApi(): Json {
  const id = {
    ...{ name: 'id', in: 'path', required: true, description: 'The alert’s key.' },
    schema: { type: 'string', pattern: '^[0-9a-f]{16}$' },
  };
  return {
    openapi: '3.1.0',
    info: {
      ...{ title: 'voeventd', version: VERSION },
      description: 'What the daemon hears, decides and does. Read-only. Times are ISO 8601 in UTC, angles degrees.',
    },
    paths: {
      '/api/status': get('How every part of the daemon stands.', [], json('Status')),
      '/api/alerts': get('Alerts, newest first, page by page.', parameters(alertQuerySchema), {
        ...json('AlertPage'),
        ...error(400, 'The question cannot be understood.'),
      }),
      '/api/alerts/{id}': get('One alert with all that is known of it.', [id], {
        ...json('AlertDetail'),
        ...error(404, 'The journal has no such alert.'),
      }),
      '/api/stream': get(STREAM, [...parameters(streamQuerySchema), LAST_EVENT_ID], {
        200: {
          description: 'Events, for as long as the connection lasts.',
          content: { 'text/event-stream': { schema: { type: 'string' } } },
        },
        ...error(400, 'The question cannot be understood.'),
      }),
    },
    components: {
      schemas: components(),
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'Needed where the configuration has web.auth.' },
        basic: { type: 'http', scheme: 'basic', description: 'Any user name, and the token as password.' },
      },
    },
    security: [{}, { bearer: [] }, { basic: [] }],
  };
}

const STREAM =
  'What happens, as it happens: server-sent events. `alert`: an AlertRow, its `id` the alert’s number. `delivery`: a DeliveryChange, of the last 200 alerts. With `status=1` also `status`: a Status; and `reset`: AlertRows, newest first, in place of many single ones. After a cut, Last-Event-ID brings every alert that was missed, and the deliveries of the 200 alerts before.';

const LAST_EVENT_ID = {
  ...{ name: 'Last-Event-ID', in: 'header', required: false },
  ...{
    description: 'Number of the last alert that was seen; browsers send it by themselves.',
    schema: { type: 'string' },
  },
};

function get(summary: string, parameters: readonly Json[], answers: Json): Json {
  const responses = { ...answers, ...error(503, 'The daemon does not answer.') };
  return { get: { summary: /^[^.:]*/.exec(summary)?.[0] ?? summary, description: summary, parameters, responses } };
}

function json(name: keyof typeof ANSWERS): Json {
  return { 200: { description: name, content: { 'application/json': { schema: { $ref: REF + name } } } } };
}

function error(status: number, description: string): Json {
  const schema = { type: 'object', properties: { error: { type: 'string' } }, required: ['error'] };
  return { [status]: { description, content: { 'application/json': { schema } } } };
}

/** The names and rules of a question. */
function parameters(schema: z.ZodObject): Json[] {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' }) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...rules }]) => ({
    ...{ name, in: 'query', required: false, description, schema: rules },
  }));
}

/** Every schema that has a name, each once. */
function components(): Json {
  const all: Record<string, Json> = {};
  for (const [name, schema] of Object.entries(ANSWERS)) {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema) as Json & { $defs?: Record<string, Json> };
    // A schema with a name of its own stands there too.
    Object.assign(all, { [name]: own }, $defs);
  }
  return JSON.parse(JSON.stringify(all).replaceAll('"#/$defs/', `"${REF}`)) as Json;
}
