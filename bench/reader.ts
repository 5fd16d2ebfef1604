import { connect, type Socket } from 'node:net';
import { buildTransport, parseTransport } from '../src/vtp/message.ts';
import { IVORN_0, NUMBER_AT, PACKET_BYTES, readNumber, writeNumber } from './packet.ts';
import { FIRST_OF_AUTHORS } from './relay-jobs.ts';

const PREFIX_BYTES = 4;
const BUFFER_BYTES = 128 * 1024;
const IDENTITY = 'ivo://bench.voeventd/subscriber';
const TIME = '2026-11-22T20:00:00Z';

/** The ack of number 0, ready to be sent; only the number changes. */
const ack = framed(buildTransport({ role: 'ack', origin: IVORN_0, response: IDENTITY, timeStamp: TIME }));
const ackNumberAt = ack.indexOf(IVORN_0) + IVORN_0.length - '000000000'.length;

function framed(text: string): Buffer {
  const frame = Buffer.concat([Buffer.alloc(PREFIX_BYTES), Buffer.from(text)]);
  frame.writeUInt32BE(frame.length - PREFIX_BYTES);
  return frame;
}

export interface ReaderEvents {
  /** It was asked who it is, and has answered. */
  greeted(): void;
  /** An alert was read, and will be acknowledged with what came with it. */
  alert(number: number): void;
  failed(reason: string): void;
}

/**
 * One subscriber: acknowledges every alert, and answers what it is asked. It parses no alert: all have the same length,
 * and the number at the same place.
 */
export class Reader {
  readonly #socket: Socket;
  readonly #events: ReaderEvents;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  /** Bytes of an unfinished frame, at the buffer's beginning. */
  #held = 0;
  #numbers: number[] = [];
  #last = 0;

  constructor(port: number, events: ReaderEvents) {
    this.#events = events;
    this.#socket = connect({
      host: '127.0.0.1',
      port,
      noDelay: true,
      onread: {
        buffer: () => this.#buffer.subarray(this.#held),
        callback: (size) => {
          this.#read(this.#held + size);
          return true;
        },
      },
    });
    this.#socket.on('error', (error) => events.failed(`a subscriber: ${error.message}`));
    this.#socket.on('close', () => events.failed('a subscriber was hung up on'));
  }

  #read(end: number): void {
    let at = 0;
    while (end - at >= PREFIX_BYTES) {
      const start = at + PREFIX_BYTES;
      const length = this.#buffer.readUInt32BE(at);
      if (start + length > end) break;
      if (length === PACKET_BYTES) this.#take(readNumber(this.#buffer, start + NUMBER_AT));
      else this.#answer(this.#buffer.subarray(start, start + length));
      at = start + length;
    }
    this.#buffer.copyWithin(0, at, end);
    this.#held = end - at;
    if (this.#numbers.length > 0) this.#acknowledge();
  }

  #take(number: number): void {
    if (number < FIRST_OF_AUTHORS) {
      if (number !== this.#last + 1) this.#events.failed(`alert ${number} came after ${this.#last}`);
      this.#last = number;
    }
    this.#numbers.push(number);
    this.#events.alert(number);
  }

  #acknowledge(): void {
    const acks = Buffer.allocUnsafe(this.#numbers.length * ack.length);
    for (const [index, number] of this.#numbers.entries()) {
      ack.copy(acks, index * ack.length);
      writeNumber(acks, index * ack.length + ackNumberAt, number);
    }
    this.#numbers = [];
    this.#socket.write(acks);
  }

  #answer(payload: Buffer): void {
    const message = parseTransport(payload);
    const { role, origin = '' } = message ?? {};
    if (role !== 'authenticate' && role !== 'iamalive') {
      this.#events.failed(`a subscriber was sent ${payload.toString('latin1', 0, 200)}`);
      return;
    }
    this.#socket.write(framed(buildTransport({ role, origin, response: IDENTITY, timeStamp: TIME })));
    if (role === 'authenticate') this.#events.greeted();
  }
}

/** One who connects, and never reads anything. */
export function connectDeaf(port: number): void {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  socket.pause();
}
