import { pause } from '../../common/abort.ts';
import { formatDuration } from '../../common/durations.ts';
import { explain } from '../../common/errors.ts';
import type { Log } from '../../common/log.ts';
import type { BrokerAddress } from '../address.ts';
import { Connection, type ConnectionEvents, type TlsSettings } from '../connection.ts';
import type { AlertStore } from '../store.ts';
import { afterConnection, FIRST_DIAL, type ReconnectPolicy } from './backoff.ts';
import { Conversation } from './conversation.ts';
import type { SessionSettings } from './session.ts';
import type { LastHeard, SubscriberState, SubscriberStatus } from './status.ts';

export interface SubscriberSettings extends SessionSettings {
  /** Tried in turn. At least one. */
  readonly brokers: readonly BrokerAddress[];
  readonly maxFrame: number;
  readonly connectTimeoutMs: number;
  readonly reconnect: ReconnectPolicy;
  readonly tls: TlsSettings | undefined;
}

interface Ending {
  readonly reason: string;
  /** The broker delivered at least one message. */
  readonly proven: boolean;
  readonly lastedMs: number;
}

/**
 * Keeps one subscription alive: dials, listens, answers, and dials again, for ever. It is idle until `start`, and stops
 * when the signal aborts.
 */
export class Subscriber {
  readonly #settings: SubscriberSettings;
  readonly #store: AlertStore;
  readonly #log: Log;
  #state: SubscriberState = { state: 'idle' };
  #conversation: Conversation | undefined;
  #connections = 0;
  /** By a clock that nobody sets. */
  #openedAt = 0;
  #heardBefore: LastHeard = { lastMessageAt: undefined, lastIamaliveAt: undefined };
  #disconnectedSince = 0;

  constructor(settings: SubscriberSettings, store: AlertStore, log: Log) {
    this.#settings = settings;
    this.#store = store;
    this.#log = log;
  }

  /** What it is doing, with the open connection's counts up to now. */
  get status(): SubscriberStatus {
    const state = this.#conversation?.state ?? this.#state;
    return { ...state, ...this.#lastHeard, reconnects: Math.max(0, this.#connections - 1) };
  }

  /** Runs until the signal aborts. Never rejects. */
  async start(signal: AbortSignal): Promise<void> {
    const { brokers, reconnect } = this.#settings;
    let redial = FIRST_DIAL;
    this.#disconnectedSince = Date.now();
    while (!signal.aborted) {
      const broker = brokers[redial.next];
      if (broker === undefined) break;
      const ending = await this.#connectOnce(broker, signal);
      if (signal.aborted) break;
      const step = afterConnection(redial, ending, reconnect, brokers.length, Math.random());
      redial = step.redial;
      await this.#wait(broker, brokers[redial.next] ?? broker, ending.reason, step.delayMs, signal);
    }
    this.#state = { state: 'stopped' };
  }

  /** On the open connection, or on the last one that heard anything. */
  get #lastHeard(): LastHeard {
    const session = this.#conversation?.session;
    return {
      lastMessageAt: session?.lastMessageAt ?? this.#heardBefore.lastMessageAt,
      lastIamaliveAt: session?.lastIamaliveAt ?? this.#heardBefore.lastIamaliveAt,
    };
  }

  /** Resolves when the connection has ended. */
  #connectOnce(broker: BrokerAddress, signal: AbortSignal): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.#state = { state: 'connecting', broker: broker.text, since: Date.now() };
    const { maxFrame, connectTimeoutMs, tls } = this.#settings;
    const events: ConnectionEvents = {
      opened: () => {
        this.#log.info(`Connected to ${broker.text}`, { broker: broker.text });
        this.#conversation = new Conversation(this.#settings, broker, connection, this.#store, this.#log);
        this.#connections += 1;
        this.#openedAt = performance.now();
      },
      frame: (event) => this.#conversation?.frame(event),
      closed: (reason) => {
        signal.removeEventListener('abort', stop);
        resolve({ reason, ...this.#disconnected() });
      },
    };
    let connection: Connection;
    try {
      connection = Connection.dial({ address: broker, maxFrame, connectTimeoutMs, tls }, events);
    } catch (error) {
      return Promise.resolve({ reason: `cannot dial: ${explain(error)}`, proven: false, lastedMs: 0 });
    }
    const stop = () => connection.close('voeventd stops');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return promise;
  }

  #disconnected(): Omit<Ending, 'reason'> {
    const session = this.#conversation?.end();
    if (session === undefined) return { proven: false, lastedMs: 0 };
    this.#heardBefore = this.#lastHeard;
    this.#disconnectedSince = Date.now();
    this.#conversation = undefined;
    return { proven: session.lastMessageAt !== undefined, lastedMs: performance.now() - this.#openedAt };
  }

  async #wait(
    broker: BrokerAddress,
    next: BrokerAddress,
    reason: string,
    delayMs: number,
    signal: AbortSignal,
  ): Promise<void> {
    const when = delayMs === 0 ? `trying ${next.text} now` : `trying ${next.text} in ${formatDuration(delayMs)}`;
    this.#log.warn(`No feed from ${broker.text}: ${reason}; ${when}`, { broker: broker.text, reason });
    const until = Date.now() + delayMs;
    this.#state = { state: 'waiting', broker: next.text, since: this.#disconnectedSince, until, reason };
    await pause(delayMs, signal);
  }
}
