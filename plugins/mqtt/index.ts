import type { Plugin } from '../../src/plugin/api.ts';
import { isLoopback } from '../shared/loopback.ts';
import { oneLine } from '../shared/text.ts';
import { elapsed } from '../shared/words.ts';
import { Broker } from './broker.ts';
import { failureFor } from './failure.ts';
import { messageFor } from './message.ts';
import { type Options, options } from './options.ts';

const LONGEST_SHOWN = 200;

/** One for each handler. */
const brokers = new WeakMap<Options, Broker>();

export default {
  describe: 'Publishes the alert to an MQTT broker, as JSON or as the packet that was received.',
  attempts: 5,
  config: options,
  setup({ config, handler, log }) {
    const { address } = brokerOf(config, handler);
    const { protocol, hostname } = new URL(config.url);
    if (protocol === 'mqtts:' && !config.tls.verify) {
      log.warn(`The identity of ${address} is not checked: tls.verify is false`);
    }
    if (protocol === 'mqtt:' && config.password !== undefined && !isLoopback(hostname)) {
      log.warn(`The password for ${address} crosses the network in the clear: with mqtts:// it would not`);
    }
  },
  pretend(alert, context) {
    const { config, handler } = context;
    const { topic, payload } = messageFor(alert, context);
    const how = `QoS ${config.qos}${config.retain ? ', retained' : ''}`;
    const what = `${payload.length} bytes of ${config.payload === 'json' ? 'JSON' : 'the packet'}`;
    return `publish ${what} to ${oneLine(topic, LONGEST_SHOWN)} at ${brokerOf(config, handler).address}, ${how}`;
  },
  async handle(alert, context) {
    const startedAt = performance.now();
    const broker = brokerOf(context.config, context.handler);
    const message = messageFor(alert, context);
    try {
      await broker.publish(message, context.signal);
    } catch (error) {
      throw failureFor(error, broker.address, context);
    }
    const what = context.config.qos === 1 ? 'confirmed' : 'sent';
    return `${what} after ${elapsed(startedAt)}: ${oneLine(message.topic, LONGEST_SHOWN)}`;
  },
  close({ config }) {
    brokers.get(config)?.close();
  },
} satisfies Plugin<Options>;

function brokerOf(config: Options, handler: string): Broker {
  const broker = brokers.get(config) ?? new Broker(config, handler);
  brokers.set(config, broker);
  return broker;
}
