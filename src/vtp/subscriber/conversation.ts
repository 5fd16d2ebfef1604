import { type Envelope, scanEnvelope } from '../../alert/envelope.ts';
import type { Log } from '../../common/log.ts';
import type { BrokerAddress } from '../address.ts';
import type { Connection } from '../connection.ts';
import type { FrameEvent } from '../frame.ts';
import type { AlertStore } from '../store.ts';
import {
  acknowledge,
  openSession,
  receive,
  type Session,
  type SessionOutput,
  type SessionSettings,
  tick,
} from './session.ts';
import type { SubscriberState } from './status.ts';

const TICK_MS = 1_000;

/** One open connection: turns its frames into session inputs, and carries the session's outputs out. */
export class Conversation {
  readonly #settings: SessionSettings & { readonly maxFrame: number };
  readonly #broker: BrokerAddress;
  readonly #connection: Connection;
  readonly #store: AlertStore;
  readonly #log: Log;
  readonly #timer: NodeJS.Timeout;
  #session: Session;
  #held = false;

  constructor(
    settings: SessionSettings & { readonly maxFrame: number },
    broker: BrokerAddress,
    connection: Connection,
    store: AlertStore,
    log: Log,
  ) {
    this.#settings = settings;
    this.#broker = broker;
    this.#connection = connection;
    this.#store = store;
    this.#log = log;
    this.#session = openSession(Date.now(), performance.now());
    this.#timer = setInterval(() => {
      // While we do not read, silence is ours.
      if (!this.#held) this.#apply(tick(this.#session, settings, performance.now()).outputs);
    }, TICK_MS);
  }

  get session(): Session {
    return this.#session;
  }

  get state(): SubscriberState {
    const { openedAt, events } = this.#session;
    return { state: 'connected', broker: this.#broker.text, since: openedAt, events };
  }

  /** The connection is over. */
  end(): Session {
    clearInterval(this.#timer);
    return this.#session;
  }

  frame(event: FrameEvent): void {
    switch (event.type) {
      case 'message': {
        const step = receive(this.#session, event.payload, this.#settings, Date.now(), performance.now());
        this.#session = step.session;
        this.#apply(step.outputs);
        return;
      }
      case 'empty':
        this.#log.debug('The broker sent a message of length zero; it is ignored', { broker: this.#broker.text });
        return;
      case 'oversized':
        this.#oversized(event.length, event.head);
        return;
      case 'little-endian':
        this.#log.warn(
          `${this.#broker.text} writes lengths in little-endian order, against VTP 2.0 §3; they are read and answered that way`,
          { broker: this.#broker.text, bytes: event.length },
        );
        return;
      case 'absurd':
        this.#connection.close(
          `it announced a message of ${event.length} bytes, which no broker sends: the position in the stream is lost`,
        );
        return;
    }
  }

  #oversized(length: number, head: Buffer): void {
    const { ivorn } = scanEnvelope(head);
    this.#log.error(
      `A message of ${length} bytes was discarded: the limit is ${this.#settings.maxFrame}. To receive such messages set maxFrame: ${length} (or more) for this source`,
      { broker: this.#broker.text, bytes: length, ...(ivorn === undefined ? {} : { ivorn }) },
    );
  }

  #apply(outputs: readonly SessionOutput[]): void {
    for (const output of outputs) {
      switch (output.type) {
        case 'send':
          this.#connection.send(output.payload);
          break;
        case 'store':
          this.#keep(output.packet, output.envelope, output.acknowledge);
          break;
        case 'note':
          this.#log[output.level](output.message, { broker: this.#broker.text, ...output.fields });
          break;
        case 'close':
          this.#connection.close(output.reason);
          break;
      }
    }
  }

  #keep(packet: Buffer, envelope: Envelope, answer: boolean): void {
    const { readAt: arrivedAt } = this.#connection;
    const arrival = { packet, envelope, peer: this.#broker.text, receivedAt: Date.now(), arrivedAt };
    const mayGoOn = this.#store.store(
      arrival,
      (digest) => answer && this.#connection.send(acknowledge(envelope, digest, this.#settings, Date.now())),
    );
    if (mayGoOn || this.#held) return;
    this.#held = true;
    this.#connection.hold();
    this.#store.whenReady(() => {
      this.#held = false;
      this.#connection.release();
    });
  }
}
