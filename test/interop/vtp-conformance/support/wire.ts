import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { Scope } from '../../../support/executable.ts';
import { until } from './patience.ts';
import { transportFaults } from './schema.ts';

/** Where something listens, and how to connect to it. */
export type Place =
  | { readonly port: number; readonly host?: string; readonly localAddress?: string; readonly tls?: ConnectionOptions }
  | { readonly path: string; readonly tls?: ConnectionOptions };

/** VTP 2.0 §3: four bytes of length, most significant first, and the payload. */
export function frame(payload: string | Buffer, { littleEndian = false } = {}): Buffer {
  const bytes = Buffer.from(payload);
  const length = Buffer.alloc(4);
  if (littleEndian) length.writeUInt32LE(bytes.length);
  else length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** One end of a connection that speaks in frames; the executable has the other. It is gone after the test. */
export class Wire {
  readonly socket: Socket;
  /** What came, and when, in milliseconds since 1970. */
  readonly messages: Buffer[] = [];
  readonly times: number[] = [];
  /** Reads and writes lengths least significant byte first from now on. */
  littleEndian = false;
  /** Called at each message. */
  heard: (message: Buffer) => void = () => {};
  #rest: Buffer = Buffer.alloc(0);
  #isOver = false;

  constructor(context: Scope, socket: Socket) {
    this.socket = socket;
    const faults: string[] = [];
    socket.on('error', () => {});
    for (const event of ['end', 'close']) socket.on(event, () => (this.#isOver = true));
    socket.on('data', (chunk: Buffer) => this.#read(chunk, faults));
    context.after(() => {
      socket.destroy();
      if (faults.length > 0) throw new Error(`Not valid against the Transport schema:\n${faults.join('\n')}`);
    });
  }

  get texts(): string[] {
    return this.messages.map(String);
  }

  /** The executable has closed the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Bytes of a message that has not come to its end. */
  get unread(): Buffer {
    return this.#rest;
  }

  send(...payloads: (string | Buffer)[]): void {
    const { littleEndian } = this;
    this.socket.write(Buffer.concat(payloads.map((payload) => frame(payload, { littleEndian }))));
  }

  /** Message number `index`, from 0, once it has come. */
  async message(index: number): Promise<string> {
    await this.#until(() => this.messages.length > index, `message ${index}`);
    return String(this.messages[index]);
  }

  /** A message that matches, once as many as asked for have come: the last of them. */
  async saying(pattern: RegExp, times = 1): Promise<string> {
    const matching = () => this.texts.filter((text) => pattern.test(text));
    await this.#until(() => matching().length >= times, `${times} messages like ${pattern}`);
    return matching()[times - 1] ?? '';
  }

  /** Resolves when the executable has closed the connection. */
  async over(): Promise<void> {
    await until(() => this.#isOver, 'the end of the connection');
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    await until(() => condition() || this.#isOver, what);
    if (!condition())
      throw new Error(`The connection ended without ${what}. Last came: ${this.texts.slice(-3).join('\n')}`);
  }

  #read(chunk: Buffer, faults: string[]): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const length = this.littleEndian ? this.#rest.readUInt32LE() : this.#rest.readUInt32BE();
      if (this.#rest.length < 4 + length) return;
      const message = this.#rest.subarray(4, 4 + length);
      this.#rest = this.#rest.subarray(4 + length);
      faults.push(...transportFaults(message));
      this.messages.push(message);
      this.times.push(Date.now());
      this.heard(message);
    }
  }
}

/** Connects to the executable. What is written goes out once the connection stands. */
export function dial(context: Scope, { tls, ...place }: Place): Wire {
  const options = { host: '127.0.0.1', noDelay: true, allowHalfOpen: true, ...place };
  return new Wire(context, tls === undefined ? connect(options) : connectTls({ ...options, ...tls }));
}
