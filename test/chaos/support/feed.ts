import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { BrokerConnection, frame } from '../../support/broker.ts';
import type { Scope } from '../../support/executable.ts';

/** What a feed does with a connection. It sends nothing by itself where this does. */
export type Manner = (connection: BrokerConnection, feed: Feed) => void;

export interface FeedSettings {
  /** Alerts that may wait for their ack. */
  readonly window: number;
  /** Alerts a second; as fast as the window allows when there is none. */
  readonly rate?: number;
  /** For the connections one after the other; those that follow are treated well. */
  readonly manners?: readonly Manner[];
}

const TICK_MS = 5;

/**
 * A broker as VTP 2.0 §7.4 lets it be: an alert that has no ack when its connection ends is sent again on the next one.
 * Every packet has a name of its own. It knows nothing of the code under test.
 */
export class Feed {
  readonly #settings: FeedSettings;
  readonly #server: Server;
  readonly #packets = new Map<string, Buffer>();
  /** How often each alert was acknowledged. */
  readonly acks = new Map<string, number>();
  /** Names, in the order in which they are to be sent. */
  #unsent: string[];
  readonly #unanswered = new Set<string>();
  readonly #ticks: NodeJS.Timeout;
  readonly connections: BrokerConnection[] = [];
  #paceAt = performance.now();
  #paceSent = 0;

  private constructor(packets: readonly Buffer[], settings: FeedSettings) {
    this.#settings = settings;
    for (const packet of packets) this.#packets.set(nameOf(packet), packet);
    this.#unsent = [...this.#packets.keys()];
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => this.#welcome(socket));
    this.#ticks = setInterval(() => this.#play(), TICK_MS);
  }

  /** Listens until the test is over. */
  static async start(context: Scope, packets: readonly Buffer[], settings: FeedSettings): Promise<Feed> {
    const feed = new Feed(packets, settings);
    feed.#server.listen(0, '127.0.0.1');
    await once(feed.#server, 'listening');
    context.after(() => {
      clearInterval(feed.#ticks);
      for (const { socket } of feed.connections) socket.destroy();
      feed.#server.close();
    });
    return feed;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get isDone(): boolean {
    return this.acks.size === this.#packets.size;
  }

  /** The next packets that are to be sent; they are taken for sent. */
  take(count: number): Buffer[] {
    const names = this.#unsent.splice(0, count);
    for (const name of names) this.#unanswered.add(name);
    return names.map((name) => this.#packets.get(name) ?? Buffer.alloc(0));
  }

  #welcome(socket: Socket): void {
    const connection = new BrokerConnection(socket, false);
    const index = this.connections.push(connection) - 1;
    let read = 0;
    socket.on('data', () => {
      for (const message of connection.messages.slice(read)) this.#hear(message);
      read = connection.messages.length;
      this.#play();
    });
    socket.once('end', () => socket.end());
    socket.once('close', () => {
      // Only one connection counts at a time: the daemon opens the next one after this one has ended.
      this.#unsent = [...this.#unanswered, ...this.#unsent];
      this.#unanswered.clear();
    });
    this.#paceAt = performance.now();
    this.#paceSent = 0;
    this.#settings.manners?.[index]?.(connection, this);
    this.#play();
  }

  #hear(message: string): void {
    if (!/<(?:\w+:)?Transport[^>]*role="ack"/.test(message)) return;
    const name = /<Origin>([^<]*)<\/Origin>/.exec(message)?.[1] ?? '';
    this.#unanswered.delete(name);
    this.acks.set(name, (this.acks.get(name) ?? 0) + 1);
  }

  #play(): void {
    const { window, rate = Number.POSITIVE_INFINITY, manners = [] } = this.#settings;
    const connection = this.connections.at(-1);
    if (connection === undefined || connection.ended || this.connections.length <= manners.length) return;
    const due = Math.floor(((performance.now() - this.#paceAt) / 1_000) * rate) + 1 - this.#paceSent;
    const packets = this.take(Math.min(window - this.#unanswered.size, due));
    if (packets.length === 0) return;
    this.#paceSent += packets.length;
    connection.socket.write(Buffer.concat(packets.map((packet) => frame(packet))));
  }
}

/** The identifier of the event in a packet. */
export function nameOf(packet: Buffer): string {
  return /ivorn="([^"]*)"/.exec(packet.toString('latin1'))?.[1] ?? '';
}
