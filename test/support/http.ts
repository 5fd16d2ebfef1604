import { connect } from 'node:net';
import type { Voeventd } from './executable.ts';

/** Where the daemon says that its status page is, without the slash at the end. */
export async function webAddress(daemon: Voeventd): Promise<string> {
  const { address } = await daemon.logged(/^Status page on/);
  return String(address).replace(/\/$/, '');
}

/** An event of a stream. */
export interface StreamEvent {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** One who listens to `/api/stream`, until the test ends or `close`. */
export class EventReader {
  readonly events: StreamEvent[] = [];
  readonly #abort = new AbortController();

  static async open(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
    const reader = new EventReader();
    const response = await fetch(url, { headers, signal: reader.#abort.signal });
    if (response.status !== 200 || response.body === null) throw new Error(`${url} answered ${response.status}`);
    void reader.#read(response.body);
    return reader;
  }

  of(event: string): StreamEvent[] {
    return this.events.filter((one) => one.event === event);
  }

  close(): void {
    this.#abort.abort();
  }

  async #read(body: ReadableStream<Uint8Array>): Promise<void> {
    let rest = '';
    try {
      for await (const chunk of body.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)) {
        const blocks = (rest + chunk).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // It was closed.
    }
  }

  #take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
    const data = field('data');
    if (data !== undefined) this.events.push({ event: field('event') ?? '', id: field('id'), data: JSON.parse(data) });
  }
}

/** What comes back when these bytes are sent to an HTTP server; all of it, until it ends the connection. */
export async function rawRequest(url: string, bytes: string | Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect({ host: hostname, port: Number(port) });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => {});
  socket.once('close', () => resolve(text));
  socket.write(bytes);
  return await promise;
}
