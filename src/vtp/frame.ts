/**
 * VTP framing: a 4-byte length, most significant byte first, then that many bytes (VTP 2.0 §3). Pure: bytes in, events
 * out. Nothing is ever allocated for bytes that are only claimed.
 */

export type FrameEvent =
  | { readonly type: 'message'; readonly payload: Buffer }
  /** A length of zero: nothing to read, the stream goes on. */
  | { readonly type: 'empty' }
  /** A frame over the limit, skipped to its end; `head` is how it began. */
  | { readonly type: 'oversized'; readonly length: number; readonly head: Buffer }
  /** The peer writes lengths least significant byte first; said once, and followed from here on. */
  | { readonly type: 'little-endian'; readonly length: number }
  /** A length no frame can have: the position in the stream is lost, nothing after it can be trusted. */
  | { readonly type: 'absurd'; readonly length: number };

type Reading =
  | { readonly at: 'length'; readonly bytes: Buffer }
  | { readonly at: 'payload'; readonly length: number; held: Buffer; received: number }
  | { readonly at: 'skipping'; readonly length: number; remaining: number; head: Buffer };
type State = Reading | { readonly at: 'lost' };

/** Above this a length is not a large frame but a lost position. */
const ABSURD_LENGTH = 64 * 1024 * 1024;
const HEAD_BYTES = 2_048;
const PREFIX_BYTES = 4;
const NOTHING = Buffer.alloc(0);

export class FrameDecoder {
  readonly #maxFrame: number;
  readonly #absurdLength: number;
  #state: State = { at: 'length', bytes: NOTHING };
  #littleEndian = false;
  /** A whole message has been read most significant byte first: this peer keeps to the standard. */
  #bigEndian = false;

  /** @param maxFrame the largest payload that is kept, in bytes */
  constructor(maxFrame: number) {
    this.#maxFrame = maxFrame;
    this.#absurdLength = Math.max(ABSURD_LENGTH, maxFrame);
  }

  /** Whether the peer was found to write lengths least significant byte first. */
  get littleEndian(): boolean {
    return this.#littleEndian;
  }

  /** How much of an unfinished frame has arrived; undefined between frames. */
  unfinished(): { received: number; expected: number | undefined } | undefined {
    const state = this.#state;
    switch (state.at) {
      case 'length':
        return state.bytes.length === 0 ? undefined : { received: 0, expected: undefined };
      case 'payload':
        return { received: state.received, expected: state.length };
      case 'skipping':
        return { received: state.length - state.remaining, expected: state.length };
      case 'lost':
        return undefined;
    }
  }

  /** Takes what the socket gave, whatever its boundaries, and returns what it completed. */
  feed(chunk: Buffer): FrameEvent[] {
    const events: FrameEvent[] = [];
    let rest = chunk;
    while (rest.length > 0 && this.#state.at !== 'lost') rest = this.#advance(this.#state, rest, events);
    return events;
  }

  #advance(state: Reading, rest: Buffer, events: FrameEvent[]): Buffer {
    switch (state.at) {
      case 'length':
        return this.#readLength(state.bytes.length === 0 ? rest : Buffer.concat([state.bytes, rest]), events);
      case 'payload':
        return this.#readPayload(state, rest, events);
      case 'skipping':
        return this.#skip(state, rest, events);
    }
  }

  #readLength(bytes: Buffer, events: FrameEvent[]): Buffer {
    if (bytes.length < PREFIX_BYTES) return this.#wait(bytes);
    let length = this.#littleEndian ? bytes.readUInt32LE() : bytes.readUInt32BE();
    if (length > this.#maxFrame && !this.#littleEndian && !this.#bigEndian && this.#mayBeLittleEndian(bytes, length)) {
      if (bytes.length === PREFIX_BYTES) return this.#wait(bytes);
      if (startsLikeXml(bytes[PREFIX_BYTES])) {
        this.#littleEndian = true;
        length = bytes.readUInt32LE();
        events.push({ type: 'little-endian', length });
      }
    }
    const rest = bytes.subarray(PREFIX_BYTES);
    if (length === 0) {
      events.push({ type: 'empty' });
      this.#state = { at: 'length', bytes: NOTHING };
    } else if (length > this.#absurdLength) {
      events.push({ type: 'absurd', length });
      this.#state = { at: 'lost' };
    } else if (length > this.#maxFrame) {
      this.#state = { at: 'skipping', length, remaining: length, head: NOTHING };
    } else {
      this.#state = { at: 'payload', length, held: NOTHING, received: 0 };
    }
    return rest;
  }

  /** Keeps an incomplete prefix until more arrives. A copy, so that a few bytes do not hold a whole chunk. */
  #wait(bytes: Buffer): Buffer {
    this.#state = { at: 'length', bytes: Buffer.from(bytes) };
    return NOTHING;
  }

  /** The same four bytes read the other way make a sensible length, and read the right way do not. */
  #mayBeLittleEndian(bytes: Buffer, length: number): boolean {
    const swapped = bytes.readUInt32LE();
    return swapped > 0 && swapped <= this.#maxFrame && (length > this.#absurdLength || (length & 0xffff) === 0);
  }

  #readPayload(state: Extract<State, { at: 'payload' }>, rest: Buffer, events: FrameEvent[]): Buffer {
    const part = rest.subarray(0, state.length - state.received);
    const isWhole = part.length === state.length;
    if (!isWhole) hold(state, part);
    state.received += part.length;
    if (state.received === state.length) {
      this.#bigEndian = !this.#littleEndian;
      events.push({ type: 'message', payload: isWhole ? part : state.held });
      this.#state = { at: 'length', bytes: NOTHING };
    }
    return rest.subarray(part.length);
  }

  #skip(state: Extract<State, { at: 'skipping' }>, rest: Buffer, events: FrameEvent[]): Buffer {
    const part = rest.subarray(0, state.remaining);
    if (state.head.length < HEAD_BYTES) {
      state.head = Buffer.concat([state.head, part.subarray(0, HEAD_BYTES - state.head.length)]);
    }
    state.remaining -= part.length;
    if (state.remaining === 0) {
      events.push({ type: 'oversized', length: state.length, head: state.head });
      this.#state = { at: 'length', bytes: NOTHING };
    }
    return rest.subarray(part.length);
  }
}

/** Keeps a part of a payload, in a buffer that doubles: one that came byte by byte takes no more room than another. */
function hold(state: Extract<State, { at: 'payload' }>, part: Buffer): void {
  const needed = state.received + part.length;
  if (needed > state.held.length) {
    const larger = Buffer.allocUnsafeSlow(Math.min(state.length, Math.max(needed, 2 * state.held.length)));
    state.held.copy(larger, 0, 0, state.received);
    state.held = larger;
  }
  part.copy(state.held, state.received);
}

/** The first byte of an XML document: `<`, white space, or a byte order mark. */
function startsLikeXml(byte: number | undefined): boolean {
  return byte !== undefined && [0x3c, 0x20, 0x09, 0x0a, 0x0d, 0xef, 0xfe, 0xff].includes(byte);
}

/** Frames for sending: length and payload of every message in one piece, so that one write carries them all. */
export function encodeFrames(payloads: readonly (string | Buffer)[], littleEndian = false): Buffer {
  let size = 0;
  for (const payload of payloads) size += PREFIX_BYTES + Buffer.byteLength(payload);
  const frames = Buffer.allocUnsafe(size);
  let at = 0;
  for (const payload of payloads) {
    const length =
      typeof payload === 'string' ? frames.write(payload, at + PREFIX_BYTES) : payload.copy(frames, at + PREFIX_BYTES);
    if (littleEndian) frames.writeUInt32LE(length, at);
    else frames.writeUInt32BE(length, at);
    at += PREFIX_BYTES + length;
  }
  return frames;
}
