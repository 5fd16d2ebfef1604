import type { Alert, Context } from '../../src/plugin/api.ts';
import { alertJson } from '../shared/alert-json.ts';
import type { Options } from './options.ts';

/** MQTT 3.1.1 §1.5.3: the length of a text is written in two bytes. */
const LONGEST_TOPIC = 65_535;

/** What has a meaning in topics, or that a broker may close the connection for (§1.5.3, §4.7). */
const SPECIAL = /[%+#/$\u0000-\u001f\u007f-\u009f]/g;

/** What is published. */
export interface Message {
  readonly topic: string;
  readonly payload: Buffer;
}

export function messageFor(alert: Alert, context: Context<Options>): Message {
  const { config, packet, because } = context;
  const topic = config.topic.render(alert, escaped, because);
  const bytes = Buffer.byteLength(topic);
  if (bytes > LONGEST_TOPIC) {
    throw context.fail(`Cannot publish: the topic would be ${bytes} bytes long, and MQTT takes ${LONGEST_TOPIC}.`);
  }
  if (topic === '') throw context.fail('Cannot publish: with this alert, the option "topic" gives an empty one.');
  return { topic, payload: Buffer.from(config.payload === 'packet' ? packet : alertJson(alert, because)) };
}

/** As in a web address, so that different values never give the same topic. */
function escaped(value: string): string {
  return value.toWellFormed().replace(SPECIAL, encodeURIComponent);
}
