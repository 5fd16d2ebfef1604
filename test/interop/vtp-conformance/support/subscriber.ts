import type { Scope } from '../../../support/executable.ts';
import { isEvent, isTransport, readTransport, transport } from './documents.ts';
import type { Node } from './node.ts';
import { until } from './patience.ts';
import { dial, type Place, type Wire } from './wire.ts';

type Receipt = 'ack' | 'nak' | 'none';

export interface SubscriberOptions {
  /** Who it says it is. */
  readonly identity?: string;
  /** XPath expressions. */
  readonly filters?: readonly string[];
  /** Which receipt it gives for each event. */
  readonly receipt?: Receipt | ((ivorn: string) => Receipt);
  /** Whether it answers an iamalive. */
  readonly isAlive?: boolean;
  /** What becomes of each document before it is sent. */
  readonly dress?: (text: string) => string;
}

/** A subscriber of a broadcaster, which does what VTP wants unless the options say otherwise. */
export class Subscriber {
  readonly wire: Wire;
  readonly #options: SubscriberOptions;

  constructor(wire: Wire, options: SubscriberOptions) {
    this.wire = wire;
    this.#options = options;
    wire.heard = (message) => this.#answer(message);
  }

  /** The events that came, as they came. */
  get events(): Buffer[] {
    return this.wire.messages.filter(isEvent);
  }

  /** How many events came that hold this text. */
  got(text: string): number {
    return this.events.filter((event) => event.includes(text)).length;
  }

  /** Resolves once an event has come that holds this text. */
  async gets(text: string): Promise<void> {
    await until(() => this.got(text) > 0, `the event ${text}; there are ${this.events.length}`);
  }

  #say(document: Buffer): void {
    const { dress = String } = this.#options;
    this.wire.send(dress(document.toString()));
  }

  #answer(message: Buffer): void {
    const { identity = 'ivo://org.example/subscriber', filters = [], receipt = 'ack', isAlive = true } = this.#options;
    if (isTransport(message, 'authenticate')) {
      const params = filters.map((filter) => `<Param name="xpath-filter" value="${escapeXml(filter)}"/>`).join('');
      const meta = params === '' ? {} : { meta: params };
      this.#say(transport('authenticate', { origin: originOf(message), response: identity, ...meta }));
    } else if (isTransport(message, 'iamalive')) {
      if (isAlive) this.#say(transport('iamalive', { origin: originOf(message), response: identity }));
    } else if (isEvent(message)) {
      const origin = /ivorn="([^"]*)"/.exec(String(message))?.[1] ?? '';
      const role = typeof receipt === 'string' ? receipt : receipt(origin);
      if (role !== 'none') this.#say(transport(role, { origin, response: identity }));
    }
  }
}

/** Subscribes; resolves when the broker gives it what is published from now on. */
export async function subscribe(context: Scope, place: Place, options: SubscriberOptions = {}): Promise<Subscriber> {
  const subscriber = new Subscriber(dial(context, place), options);
  await subscriber.wire.saying(/role="authenticate"/);
  return subscriber;
}

/** Hangs up; resolves when the broker has noticed. */
export async function leaves({ wire: { socket } }: Subscriber, { daemon }: Node): Promise<void> {
  const name = `127.0.0.1:${socket.localPort}`;
  socket.end();
  await daemon.logged(new RegExp(`^Subscriber ${name} has gone`));
}

function originOf(message: Buffer): string {
  return readTransport(message).origin ?? '';
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
