import type { Duplex } from 'node:stream';
import { deserialize, serialize } from 'node:v8';

const LENGTH_BYTES = 4;

export interface ChannelEvents<From> {
  message(message: From): void;
  /** What came is no message, or one that is too long; a clause. Nothing more is read. */
  garbled(reason: string): void;
  /** Once, and last: the other side has closed it, or is gone. */
  closed(): void;
}

/**
 * Messages between the daemon and a plugin's process: of each its length in four bytes, and what V8 makes of it. Node's own
 * channel will not do: it throws, beyond anybody's reach, at bytes that are no message, and any code in the process can
 * write such.
 */
export class Channel<To, From> {
  readonly #stream: Duplex;
  readonly #longest: number;
  readonly #events: ChannelEvents<From>;
  #chunks: Buffer[] = [];
  #held = 0;
  /** Bytes of the message that is coming, once they are known. */
  #awaited: number | undefined;

  /** @param longest of the messages that are taken, bytes */
  constructor(stream: Duplex, longest: number, events: ChannelEvents<From>) {
    this.#stream = stream;
    this.#longest = longest;
    this.#events = events;
    stream.on('data', (chunk: Buffer) => this.#push(chunk));
    stream.once('end', () => this.end());
    // The other side is gone, which its end says.
    stream.on('error', () => {});
    stream.once('close', () => events.closed());
  }

  /** Does nothing when the channel is closed. @throws what cannot be sent, such as a function */
  send(message: To): void {
    if (!this.#stream.writable) return;
    const body = serialize(message);
    const head = Buffer.allocUnsafe(LENGTH_BYTES);
    head.writeUInt32LE(body.length);
    this.#stream.write(Buffer.concat([head, body]));
  }

  /** Closes it, once all is sent. */
  end(): void {
    this.#stream.end(() => this.#stream.destroy());
  }

  #push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#held += chunk.length;
    while (!this.#stream.destroyed) {
      this.#awaited ??= this.#take(LENGTH_BYTES)?.readUInt32LE();
      if (this.#awaited === undefined) return;
      if (this.#awaited > this.#longest) {
        this.#give(`a message of ${this.#awaited} bytes, more than ${this.#longest}`);
        return;
      }
      const body = this.#take(this.#awaited);
      if (body === undefined) return;
      this.#awaited = undefined;
      this.#read(body);
    }
  }

  #read(body: Buffer): void {
    let message: From;
    try {
      message = deserialize(body) as From;
    } catch {
      this.#give('what is no message');
      return;
    }
    this.#events.message(message);
  }

  #give(what: string): void {
    this.#chunks = [];
    this.#stream.destroy();
    this.#events.garbled(what);
  }

  /** The next so many bytes; undefined while they are not there. */
  #take(bytes: number): Buffer | undefined {
    if (this.#held < bytes) return undefined;
    const [first = Buffer.alloc(0)] = this.#chunks;
    const whole = first.length >= bytes ? first : Buffer.concat(this.#chunks);
    const rest = whole.subarray(bytes);
    this.#chunks = [...(rest.length > 0 ? [rest] : []), ...(whole === first ? this.#chunks.slice(1) : [])];
    this.#held -= bytes;
    return whole.subarray(0, bytes);
  }
}
