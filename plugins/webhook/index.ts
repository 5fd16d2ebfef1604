import type { Context, Plugin } from '../../src/plugin/api.ts';
import { elapsed } from '../shared/words.ts';
import { type Answer, type Client, createClient } from './client.ts';
import { type Message, messageFor } from './message.ts';
import { explain } from './network-words.ts';
import { type Options, options } from './options.ts';
import { failureFor, redirectTarget, statusOf } from './verdict.ts';

/** One for each handler. Their idle connections close by themselves and do not keep the daemon running. */
const clients = new WeakMap<Options, Client>();

export default {
  describe: 'Sends the alert to a web address: as JSON, as the XML that was received, or in words of your own.',
  attempts: 5,
  config: options,
  setup({ config, log }) {
    const { url } = clientOf(config);
    if (url.protocol === 'https:' && !config.tls.verify) {
      log.warn(`The identity of ${url.origin} is not checked: tls.verify is false`);
    }
  },
  pretend(alert, context) {
    const { config } = context;
    const { method, body } = messageFor(alert, context);
    const kind = typeof config.body === 'string' ? config.body : config.body.contentType;
    // As in a failure, the path is not named: it is often the password.
    return `${method} ${clientOf(config).url.origin}/… (${body.length} bytes of ${kind})`;
  },
  async handle(alert, context) {
    const startedAt = performance.now();
    const answer = await deliver(clientOf(context.config), messageFor(alert, context), context);
    return `${statusOf(answer)} after ${elapsed(startedAt)}`;
  },
} satisfies Plugin<Options>;

function clientOf(config: Options): Client {
  const client = clients.get(config) ?? createClient(config);
  clients.set(config, client);
  return client;
}

async function deliver(client: Client, message: Message, context: Context<Options>): Promise<Answer> {
  let { url } = client;
  for (let redirects = 0; ; redirects++) {
    const answer = await request(client, url, message, context);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const target = redirectTarget(answer, url);
    if (target === undefined || redirects === context.config.redirects) throw failureFor(answer, url, context);
    url = target;
  }
}

async function request(client: Client, url: URL, message: Message, context: Context<Options>): Promise<Answer> {
  const { signal } = context;
  try {
    return await client.send(url, message, signal);
  } catch (error) {
    // Only scheme, host and port are named: the path and the query of a web hook are often its password.
    const reason = signal.aborted ? abortName(signal) : explain(error);
    throw context.retry(`Cannot deliver to ${url.origin}: ${reason}`, { cause: error });
  }
}

/** The host aborts at the handler's timeout with a TimeoutError; why it aborts otherwise, it says itself. */
function abortName(signal: AbortSignal): string {
  return signal.reason?.name === 'TimeoutError' ? 'timeout, no answer in time' : 'interrupted';
}
