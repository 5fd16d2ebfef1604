import { once } from 'node:events';
import { connect, type NetConnectOpts, type Socket } from 'node:net';
import { frame } from './broker.ts';
import { transport } from './packets.ts';
import { until } from './wait.ts';

/** The root tag is in it. */
const HEAD_BYTES = 200;

/** One who connects to us, and speaks in frames that are written without the code under test. */
export class Peer {
  readonly socket: Socket;
  /** The messages that came. */
  readonly messages: Buffer[] = [];
  /** Those that are no Transport messages. */
  readonly events: Buffer[] = [];
  #rest: Buffer = Buffer.alloc(0);

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
      while (this.#rest.length >= 4 && this.#rest.length >= 4 + this.#rest.readUInt32BE()) {
        const end = 4 + this.#rest.readUInt32BE();
        this.#take(Buffer.from(this.#rest.subarray(4, end)));
        this.#rest = this.#rest.subarray(end);
      }
    });
  }

  /** Connects to `HOST:PORT`, or as the options say. */
  static async connect(where: string | NetConnectOpts): Promise<Peer> {
    const options = typeof where === 'string' ? addressOf(where) : where;
    const peer = new Peer(connect({ allowHalfOpen: true, ...options } as NetConnectOpts));
    await once(peer.socket, 'connect');
    return peer;
  }

  get ended(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  send(...payloads: (string | Buffer)[]): void {
    this.socket.write(Buffer.concat(payloads.map((payload) => frame(payload))));
  }

  /** Message number `index`, from 0, once it has come. */
  async message(index: number): Promise<string> {
    await until(() => this.messages.length > index, `message ${index}`);
    return String(this.messages[index]);
  }

  async gone(): Promise<void> {
    await until(() => this.ended, 'the connection to end');
  }

  close(): void {
    this.socket.destroy();
  }

  #take(message: Buffer): void {
    this.messages.push(message);
    if (!message.subarray(0, HEAD_BYTES).includes('Transport')) this.events.push(message);
  }
}

/** A subscriber's answer to authenticate, perhaps with filters. */
export function authenticate(filters: readonly string[] = [], response = 'ivo://example.org/them'): Buffer {
  const params = filters.map((filter) => `<Param name="xpath-filter" value="${filter.replaceAll('"', '&quot;')}"/>`);
  const content = `<Origin>ivo://example.org/us</Origin><Response>${response}</Response><TimeStamp>2026-11-22T10:00:00Z</TimeStamp><Meta>${params.join('')}</Meta>`;
  return transport('authenticate', { content });
}

/** An ack for the alert of this name. */
export function ackFor(ivorn: string): Buffer {
  return transport('ack', { content: `<Origin>${ivorn}</Origin><TimeStamp>2026-11-22T10:00:00Z</TimeStamp>` });
}

function addressOf(text: string): NetConnectOpts {
  if (text.startsWith('unix:')) return { path: text.slice(5) };
  const colon = text.lastIndexOf(':');
  return { host: text.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(text.slice(colon + 1)) };
}
