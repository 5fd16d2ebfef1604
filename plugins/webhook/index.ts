import type { Context, Plugin } from '../../src/plugin/api.ts';
import { request } from '../shared/hook-request.ts';
import { failureFor, statusOf } from '../shared/http-answer.ts';
import { type Answer, type Client, createClient, type Message } from '../shared/http-client.ts';
import { secretsOfUrl } from '../shared/secrets.ts';
import { elapsed } from '../shared/words.ts';
import { messageFor } from './message.ts';
import { type Options, options } from './options.ts';
import { isRedirect, redirectReason, redirectTarget } from './redirects.ts';

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
  const client = clients.get(config) ?? createClient({ ...config, url: new URL(config.url.reveal()) });
  clients.set(config, client);
  return client;
}

async function deliver(client: Client, message: Message, context: Context<Options>): Promise<Answer> {
  let { url } = client;
  for (let redirects = 0; ; redirects++) {
    const answer = await request(client, url, message, context);
    if (answer.status >= 200 && answer.status < 300) return answer;
    if (!isRedirect(answer)) throw failureFor(answer, url, secretsOf(context.config), context);
    const target = redirectTarget(answer, url);
    const most = context.config.redirects;
    if (target === undefined || redirects === most) throw context.fail(redirectReason(answer, url, most));
    url = target;
  }
}

function secretsOf({ url, headers, signature }: Options): string[] {
  // Of "Bearer TOKEN", the second word alone is a secret, too.
  const parts = Object.values(headers).flatMap((value) => [value.reveal(), ...value.reveal().split(/\s+/).slice(1)]);
  return [...secretsOfUrl(url.reveal()), ...parts, ...(signature === undefined ? [] : [signature.secret.reveal()])];
}
