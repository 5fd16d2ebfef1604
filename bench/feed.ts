import type { Socket } from 'node:net';
import { findNumber, frames, readNumber } from './packet.ts';

/** Called for each chunk that brought acks: how many, and how long each took. */
export type OnAcks = (count: number) => void;

const RING = 65_536;
const PREFIX_BYTES = 4;

/**
 * The broker's end of one subscription: writes frames, and holds every ack against the alerts that wait for one. It
 * parses no XML: it looks for the identifier once, and from then on at the same place.
 */
export class Feed {
  readonly #socket: Socket;
  /** NaN for what has been acked. */
  readonly #sentAt = new Float64Array(RING);
  #rest: Buffer = Buffer.alloc(0);
  #ackNumberAt: number | undefined;
  #sent = 0;
  #acked = 0;
  onAcks: OnAcks = () => {};
  onLatency: (ms: number) => void = () => {};

  /** @param failed the subscriber answered wrongly, or went */
  constructor(socket: Socket, failed: (reason: string) => void) {
    this.#socket = socket;
    socket.on('data', (chunk: Buffer) => {
      try {
        this.#read(chunk);
      } catch (error) {
        failed(String(error));
      }
    });
    socket.on('error', (error) => failed(String(error)));
    socket.on('close', () => failed('the subscriber closed the connection'));
  }

  get sent(): number {
    return this.#sent;
  }

  get outstanding(): number {
    return this.#sent - this.#acked;
  }

  /** Sends so many alerts in one write. */
  send(count: number): void {
    const out = frames(this.#sent + 1, count);
    const now = performance.now();
    for (let index = 0; index < count; index += 1) this.#sentAt[(this.#sent + index) % RING] = now;
    this.#sent += count;
    this.#socket.write(out);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const now = performance.now();
    let at = 0;
    let count = 0;
    while (bytes.length - at >= PREFIX_BYTES) {
      const end = at + PREFIX_BYTES + bytes.readUInt32BE(at);
      if (end > bytes.length) break;
      this.onLatency(now - this.#take(bytes, at + PREFIX_BYTES, end));
      this.#acked += 1;
      count += 1;
      at = end;
    }
    this.#rest = bytes.subarray(at);
    if (count > 0) this.onAcks(count);
  }

  /** @returns when the alert was sent that is acked here; Comet does not ack in their order */
  #take(bytes: Buffer, start: number, end: number): number {
    this.#ackNumberAt ??= findNumber(bytes.subarray(start, end));
    const number = this.#ackNumberAt === undefined ? Number.NaN : readNumber(bytes, start + this.#ackNumberAt);
    const place = (number - 1) % RING;
    const sentAt = number > this.#sent ? Number.NaN : (this.#sentAt[place] ?? Number.NaN);
    if (Number.isNaN(sentAt))
      throw new Error(`ack of ${number}, which waits for none: ${bytes.toString('latin1', start, end)}`);
    this.#sentAt[place] = Number.NaN;
    return sentAt;
  }
}
