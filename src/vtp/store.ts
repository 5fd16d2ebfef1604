import type { Envelope } from '../alert/envelope.ts';

/** A document to be kept, as it came off the wire. */
export interface Arrival {
  /** The exact bytes. They may be part of a larger buffer: copy what is kept for long. */
  readonly packet: Buffer;
  readonly envelope: Envelope;
  /** Who sent it: a broker, or an author's address. */
  readonly peer: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** When its last byte was read, by `performance.now()`: no clock that is set changes what is measured from here. */
  readonly arrivedAt: number;
}

/**
 * Called once, when the document is on disk.
 *
 * @param digest gives SHA-256 of its element's bytes, for whoever needs it
 * @returns whether an acknowledgement was sent
 */
export type Stored = (digest: () => Uint8Array) => boolean;

/** What a subscription or a receiver needs of whoever keeps the events. */
export interface AlertStore {
  /**
   * Takes a document.
   *
   * @returns false when the store has as much in hand as it wants: send nothing more until `whenReady`
   */
  store(arrival: Arrival, stored: Stored): boolean;
  /** Calls back once, when the store can take more. */
  whenReady(ready: () => void): void;
}
