import type { Alert, Context, Plugin } from '../../src/plugin/api.ts';
import { deliveryHeaders, request } from '../shared/hook-request.ts';
import { failureFor, statusOf } from '../shared/http-answer.ts';
import { type Client, createClient, type Message } from '../shared/http-client.ts';
import { secretsOfUrl } from '../shared/secrets.ts';
import { elapsed } from '../shared/words.ts';
import { messageFor } from './message.ts';
import { type Options, options } from './options.ts';

/** Slack answers with a word. */
const RESPONSE_LIMIT = 4_096;

/** One for each handler. Their idle connections close by themselves and do not keep the daemon running. */
const clients = new WeakMap<Options, Client>();

export default {
  describe: 'Tells a Slack channel of the alert, with its position, links and a map of the place.',
  attempts: 5,
  config: options,
  pretend(alert, context) {
    const { text, blocks } = messageFor(alert, context);
    return `post to ${clientOf(context.config).url.origin}/… "${text}" (${blocks.length} blocks)`;
  },
  async handle(alert, context) {
    const startedAt = performance.now();
    const client = clientOf(context.config);
    const answer = await request(client, client.url, httpMessage(alert, context), context);
    if (answer.status >= 200 && answer.status < 300) return `${statusOf(answer)} after ${elapsed(startedAt)}`;
    throw failureFor(answer, client.url, secretsOfUrl(context.config.url.reveal()), context);
  },
} satisfies Plugin<Options>;

function httpMessage(alert: Alert, context: Context<Options>): Message {
  const body = Buffer.from(JSON.stringify(messageFor(alert, context)));
  const headers = {
    ...deliveryHeaders(alert, context),
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
  };
  return { method: 'POST', headers, body };
}

function clientOf(config: Options): Client {
  const url = new URL(config.url.reveal());
  const client = clients.get(config) ?? createClient({ url, tls: { verify: true }, responseLimit: RESPONSE_LIMIT });
  clients.set(config, client);
  return client;
}
