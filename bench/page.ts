import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { ask } from './asking.ts';

const BUFFER_BYTES = 64 * 1024;
/** Every event begins with this, and the first letter of its kind. */
const EVENT = Buffer.from('\nevent: ');
const KIND_BYTES = 1;
const WELL = 'HTTP/1.1 200 ';

/** Events that came, by the first letter of their kind, and bytes. */
export interface Tally {
  events: Map<number, number>;
  bytes: number;
}

/**
 * One open status page: asks for what a browser asks for, and then reads the stream of news. It shows nothing, and
 * counts what comes instead of understanding it.
 */
export class Page {
  readonly #port: number;
  readonly #tally: Tally;
  readonly #failed: (reason: string) => void;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** Bytes of what may be the beginning of an event, at the buffer's beginning. */
  #held = 0;
  #stream: Socket | undefined;

  /** @param tally where it counts what it is sent */
  constructor(port: number, tally: Tally, failed: (reason: string) => void) {
    this.#port = port;
    this.#tally = tally;
    this.#failed = failed;
  }

  /** Resolves when it shows everything, and is told what is new. */
  async open(): Promise<void> {
    await this.#ask('/');
    await Promise.all([this.#ask('/assets/style.css'), this.#ask('/assets/app.js')]);
    await this.#listen();
    await Promise.all([this.#ask('/api/status'), this.#ask('/api/alerts?count=50')]);
  }

  close(): void {
    this.#stream?.removeAllListeners('close').destroy();
    this.#agent.destroy();
  }

  async #ask(path: string): Promise<void> {
    await ask(this.#port, path, this.#agent);
  }

  /** Resolves when the stream has begun. */
  #listen(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    let isFirst = true;
    const stream = connect({
      host: '127.0.0.1',
      port: this.#port,
      noDelay: true,
      onread: {
        buffer: () => this.#buffer.subarray(this.#held),
        callback: (size) => {
          if (isFirst && this.#buffer.toString('latin1', 0, WELL.length) !== WELL) this.#failed('a page has no stream');
          isFirst = false;
          this.#tally.bytes += size;
          this.#count(this.#held + size);
          resolve();
          return true;
        },
      },
    });
    stream.on('error', (error) => this.#failed(`a page: ${error.message}`));
    stream.on('close', () => this.#failed('the stream of a page was ended'));
    stream.write(
      `GET /api/stream?status=1 HTTP/1.1\r\nHost: 127.0.0.1:${this.#port}\r\nAccept: text/event-stream\r\n\r\n`,
    );
    this.#stream = stream;
    return promise;
  }

  #count(end: number): void {
    const bytes = this.#buffer.subarray(0, end);
    const { events } = this.#tally;
    let from = 0;
    for (let at = bytes.indexOf(EVENT); at !== -1; at = bytes.indexOf(EVENT, from)) {
      const kind = bytes[at + EVENT.length];
      if (kind === undefined) break;
      events.set(kind, (events.get(kind) ?? 0) + 1);
      from = at + EVENT.length + KIND_BYTES;
    }
    // What was not found until now may begin in these and end in the next.
    const keep = Math.max(from, end - EVENT.length);
    this.#buffer.copyWithin(0, keep, end);
    this.#held = end - keep;
  }
}
