import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Env, Site } from '../context.ts';
import { openApi } from '../openapi.ts';
import { alertQuerySchema, complaint, streamQuerySchema } from '../query.ts';

const USUAL_ROWS = 50;

/** The JSON API. */
export function addApi(app: Hono<Env>, site: Site): void {
  const { desk, hub } = site;
  app.get('/api/status', async (context) => context.json(await desk.status()));
  app.get('/api/alerts', (context) =>
    asked(context, alertQuerySchema, ({ count = USUAL_ROWS, ...filter }) => {
      // One more tells whether there are older ones.
      const rows = desk.rows.list(filter, count + 1);
      const alerts = rows.slice(0, count);
      const last = alerts.at(-1);
      return context.json({ alerts, ...(rows.length > count && last !== undefined ? { next: last.seq } : {}) });
    }),
  );
  app.get('/api/alerts/:id{[0-9a-f]{16}}', async (context) => {
    const found = await desk.details.find(context.req.param('id'));
    if (found === undefined) return context.json({ error: 'The journal has no alert with this id.' }, 404);
    return context.json(desk.details.detail(found));
  });
  app.get('/api/stream', (context) =>
    asked(context, streamQuerySchema, ({ after, status }) => {
      const { outgoing } = context.env;
      const header = context.req.header('last-event-id');
      const last = header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : after;
      outgoing.writeHead(200, {
        ...Object.fromEntries(context.res.headers),
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      });
      if (context.req.method === 'HEAD') outgoing.end();
      else hub.join(outgoing, status === '1', last);
      return RESPONSE_ALREADY_SENT;
    }),
  );
  app.get('/api/openapi.json', (context) => context.json(openApi()));
}

/** Answers a question that is well put, and says what is wrong with any other. */
export function asked<Schema extends z.ZodType>(
  context: Context<Env>,
  schema: Schema,
  answer: (query: z.output<Schema>) => Response | Promise<Response>,
): Response | Promise<Response> {
  const parsed = schema.safeParse(context.req.query());
  if (!parsed.success) return context.json({ error: complaint(parsed.error) }, 400);
  return answer(parsed.data);
}
