import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { messageOf } from '../common/errors.ts';
import { QuietLog } from '../common/quiet.ts';
import { Access } from './access.ts';
import { type Env, type Site, Unanswered } from './context.ts';
import { addApi } from './routes/api.ts';
import { addFeeds } from './routes/feeds.ts';
import { addPages, errorAnswer } from './routes/pages.ts';
import { addWatch } from './routes/watch.ts';

/** Of every answer. No script, style or image but our own; no other page may show ours in a frame or read it. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** Answers requests. It only reads: what is not GET or HEAD, or has a body, is refused. */
export function createApp(site: Site): (request: IncomingMessage, response: ServerResponse) => void {
  const app = new Hono<Env>();
  const access = new Access(site.settings);
  const refusals = new QuietLog((message, fields) => site.log.warn(message, fields));
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    const refusal = refuse(context, access, refusals);
    if (refusal !== undefined) return await refusal;
    await next();
  });
  addApi(app, site);
  addWatch(app, site);
  addFeeds(app, site);
  addPages(app, site);
  app.notFound((context) => errorAnswer(context, 404, 'Not found', 'There is nothing at this address.'));
  app.onError((error, context) => {
    if (error instanceof Unanswered) return errorAnswer(context, 503, 'No answer', error.message);
    site.log.error(`The status page could not answer ${context.req.path}: ${error.stack ?? messageOf(error)}`);
    return errorAnswer(context, 500, 'Fault', 'This is a fault in voeventd itself; its log says more.');
  });
  const listener = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  return (request, response) => {
    // Another request before the answer to the last one: browsers, feed readers and Prometheus do not do that, and a
    // thousand such on one connection would all be answered into memory.
    if (response.socket === null) request.socket.destroy();
    else void listener(request, response);
  };
}

function refuse(context: Context<Env>, access: Access, refusals: QuietLog): Response | Promise<Response> | undefined {
  const { method } = context.req;
  const { incoming } = context.env;
  const length = context.req.header('content-length');
  if (method !== 'GET' && method !== 'HEAD') {
    context.header('allow', 'GET, HEAD');
    context.header('connection', 'close');
    return errorAnswer(
      context,
      405,
      'Not allowed',
      'This status page can only be looked at: nothing can be sent to it.',
    );
  }
  if ((length !== undefined && length !== '0') || context.req.header('transfer-encoding') !== undefined) {
    context.header('connection', 'close');
    return errorAnswer(context, 413, 'Too large', 'A question has no body here.');
  }
  // Whoever asks only whether we live need not say who it is.
  if (context.req.path === '/healthz') return undefined;
  const admission = access.admit({
    host: context.req.header('host'),
    authorization: context.req.header('authorization'),
  });
  switch (admission.type) {
    case 'in':
      return undefined;
    case 'misdirected':
      return errorAnswer(context, 421, 'Another name', admission.message);
    case 'unknown': {
      const address = incoming.socket.remoteAddress ?? 'somebody';
      if (context.req.header('authorization') !== undefined) {
        refusals.say(
          address,
          `${address} was refused by the status page: it does not know a token of web.auth`,
          { address },
          Date.now(),
        );
      }
      context.header('www-authenticate', 'Basic realm="voeventd", charset="UTF-8", Bearer realm="voeventd"');
      return errorAnswer(context, 401, 'Who are you?', admission.message);
    }
  }
}
