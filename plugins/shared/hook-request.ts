import type { OutgoingHttpHeaders } from 'node:http';
import type { Alert, Context } from '../../src/plugin/api.ts';
import { deliveryKey } from './delivery-key.ts';
import type { Answer, Client, Message } from './http-client.ts';
import { whyNoAnswer } from './network-words.ts';

/** Headers by which a receiver, and who reads its log, can tell deliveries and attempts apart. */
export function deliveryHeaders(
  alert: Alert,
  context: Pick<Context, 'handler' | 'delivery' | 'attempt' | 'because'>,
): OutgoingHttpHeaders {
  return {
    'user-agent': 'voeventd',
    'x-voeventd-delivery': headerText(context.delivery),
    'x-voeventd-attempt': String(context.attempt),
    'idempotency-key': headerText(deliveryKey(alert, context)),
  };
}

/**
 * One request.
 *
 * @throws what `context.retry` makes when there is no answer
 */
export async function request(
  client: Client,
  url: URL,
  message: Message,
  context: Pick<Context, 'signal' | 'retry'>,
): Promise<Answer> {
  const { signal } = context;
  try {
    return await client.send(url, message, signal);
  } catch (error) {
    // Only scheme, host and port are named: the path and the query of a web hook are often its password.
    throw context.retry(`Cannot deliver to ${url.origin}: ${whyNoAnswer(error, signal)}`, { cause: error });
  }
}

function headerText(value: string): string {
  return value.replace(/[^\x20-\x7e]+/g, (text) => encodeURIComponent(text.toWellFormed()));
}
