import type { Context } from '../../src/plugin/api.ts';
import { whyNoAnswer } from '../shared/network-words.ts';

/** MQTT 3.1.1 §3.2.2.3: why a broker refuses a connection. */
const REFUSALS: Readonly<Record<number, string>> = {
  1: 'it does not speak MQTT 3.1.1',
  2: 'it does not like the client identifier',
  3: 'it is not available',
  4: 'the user or the password is wrong',
  5: 'the user may not connect',
};

const UNAVAILABLE = 3;

/** What an alert that could not be published means for the delivery. */
export function failureFor(
  thrown: unknown,
  address: string,
  { signal, retry, fail }: Pick<Context, 'signal' | 'retry' | 'fail'>,
): Error {
  const code = (thrown as { code?: unknown } | null)?.code;
  const refusal = typeof code === 'number' ? REFUSALS[code] : undefined;
  if (signal.aborted || refusal === undefined) {
    return retry(`Cannot publish to ${address}: ${whyNoAnswer(thrown, signal, 'mqtt://')}`, { cause: thrown });
  }
  const reason = `${address} refuses the connection: ${refusal} (${code})`;
  return code === UNAVAILABLE ? retry(reason, { cause: thrown }) : fail(reason, { cause: thrown });
}
