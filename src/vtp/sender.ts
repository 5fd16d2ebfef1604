import { pause } from '../common/abort.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { BrokerAddress } from './address.ts';
import { type Receipt, readAnswer } from './answer.ts';
import { Connection, type ConnectionEvents, type TlsSettings } from './connection.ts';
import { encodeFrames } from './frame.ts';
import { type ReconnectPolicy, reconnectDelayMs } from './subscriber/backoff.ts';

/** An event to publish: its bytes as they are to arrive, and the ivorn they bear, by which the broker names it. */
export interface Submission {
  readonly packet: Buffer;
  readonly ivorn: string;
}

export interface AttemptSettings {
  /** A broker's port for authors. */
  readonly address: BrokerAddress;
  readonly tls: TlsSettings | undefined;
  /** From dialling to the receipt. */
  readonly timeoutMs: number;
}

export interface SendSettings extends AttemptSettings {
  /** How often to try in all, at least once. */
  readonly attempts: number;
  readonly reconnect: ReconnectPolicy;
}

/** `unanswered`: the broker may have it or not. `reason` is a clause: `no receipt within 30s`. */
export type SendOutcome = Receipt | { readonly state: 'unanswered'; readonly reason: string };

/** An attempt has failed, and another follows after the delay. */
export interface Retry {
  readonly attempt: number;
  readonly reason: string;
  readonly delayMs: number;
}

/** A receipt is a few hundred bytes; its reason may be a page. */
const MAX_ANSWER_BYTES = 65_536;

/**
 * Publishes one event, trying again until the broker has answered: no answer is a temporary failure (VTP 2.0 §7.1), and a
 * broker takes the same bytes only once (§8). Ends with the receipt, with the last attempt, or when the signal aborts.
 * Never rejects.
 *
 * @param retrying called before each wait
 */
export async function send(
  submission: Submission,
  settings: SendSettings,
  retrying: (retry: Retry) => void,
  signal: AbortSignal,
): Promise<SendOutcome> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await sendOnce(submission, settings, signal);
    if (outcome.state !== 'unanswered' || attempt >= settings.attempts || signal.aborted) return outcome;
    const delayMs = reconnectDelayMs(settings.reconnect, attempt - 1, Math.random());
    retrying({ attempt, reason: outcome.reason, delayMs });
    await pause(delayMs, signal);
  }
}

/**
 * One transaction (VTP 2.0 §7.1): dials, sends the event, waits for its receipt, closes. What else the broker says
 * meanwhile is told with the reason when no receipt comes. Never rejects.
 */
export function sendOnce(
  { packet, ivorn }: Submission,
  { address, tls, timeoutMs }: AttemptSettings,
  signal: AbortSignal,
): Promise<SendOutcome> {
  const unanswered = (reason: string): SendOutcome => ({ state: 'unanswered', reason });
  if (signal.aborted) return Promise.resolve(unanswered('stopped'));
  const { promise, resolve } = Promise.withResolvers<SendOutcome>();
  const deadline = performance.now() + timeoutMs;
  let timer: NodeJS.Timeout | undefined;
  let receipt: Receipt | undefined;
  let aside = '';
  const events: ConnectionEvents = {
    opened: () => {
      const late = () => connection.close(`no receipt within ${formatDuration(timeoutMs)}`);
      timer = setTimeout(late, deadline - performance.now());
      // Not `send`, which reads no more until all is written: a broker may refuse a large packet before it has read it.
      connection.write(encodeFrames([packet]));
    },
    frame: (event) => {
      const answer = readAnswer(event, ivorn, Date.now());
      switch (answer?.type) {
        case 'receipt':
          receipt = answer.receipt;
          return connection.close('it has answered');
        case 'question':
          return connection.send(answer.reply);
        case 'other':
          aside = `; ${answer.what}`;
          return;
        case 'lost':
          return connection.close(answer.reason);
        case undefined:
          return;
      }
    },
    closed: (reason) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', stop);
      resolve(receipt ?? unanswered(reason + aside));
    },
  };
  let connection: Connection;
  try {
    const settings = { address, tls, maxFrame: MAX_ANSWER_BYTES, connectTimeoutMs: timeoutMs };
    connection = Connection.dial(settings, events);
  } catch (error) {
    return Promise.resolve(unanswered(`cannot dial: ${explain(error)}`));
  }
  const stop = () => connection.close('stopped');
  signal.addEventListener('abort', stop, { once: true });
  return promise;
}
