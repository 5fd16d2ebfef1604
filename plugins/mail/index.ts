import type { Transporter } from 'nodemailer';
import type { Context, Plugin } from '../../src/plugin/api.ts';
import { hint } from '../shared/secrets.ts';
import { oneLine } from '../shared/text.ts';
import { elapsed } from '../shared/words.ts';
import { failureFor } from './failure.ts';
import { messageFor } from './message.ts';
import { type Options, options, secretsOf } from './options.ts';
import { createTransport, serverOf } from './transport.ts';

/** One for each handler. It holds no connection. */
const transports = new WeakMap<Options, Promise<Transporter>>();

export default {
  describe: 'Sends a mail that says what an observer asks first, with links and, if wanted, the packet.',
  attempts: 5,
  config: options,
  async setup({ config, log }) {
    await transportOf(config);
    if (config.security === 'none') return;
    if (!config.tls.verify) log.warn(`The identity of ${serverOf(config)} is not checked: tls.verify is false`);
  },
  pretend(alert, context) {
    const { to, attach } = context.config;
    const { subject } = messageFor(alert, context);
    const packet = attach ? `, with the packet (${context.packet.length} bytes)` : '';
    return `mail "${subject}" to ${to.map(({ address }) => address).join(', ')} by ${serverOf(context.config)}${packet}`;
  },
  async handle(alert, context) {
    const startedAt = performance.now();
    const { config, signal } = context;
    const secrets = secretsOf(config.password, config.user);
    const transport = await transportOf(config);
    try {
      const info = await transport.sendMail({ ...messageFor(alert, context), signal });
      reportRejected(info.rejected ?? [], context);
      return `${hint(info.response ?? '', secrets)} after ${elapsed(startedAt)}`;
    } catch (error) {
      throw failureFor(error, serverOf(config), secrets, context);
    }
  },
} satisfies Plugin<Options>;

/** To send it again would send it twice to those who have got it. */
function reportRejected(rejected: readonly string[], { log, config }: Context<Options>): void {
  if (rejected.length === 0) return;
  const who = rejected.map((address) => oneLine(address, 100)).join(', ');
  log.warn(`${serverOf(config)} took the mail, but not for ${who}`);
}

function transportOf(config: Options): Promise<Transporter> {
  const transport = transports.get(config) ?? createTransport(config);
  transports.set(config, transport);
  return transport;
}
