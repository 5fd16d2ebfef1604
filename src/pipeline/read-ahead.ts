import type { Decoded } from '../alert/decoded.ts';

/** A document that has come, whether it is in the journal yet or not. */
export interface Coming {
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly packet: Buffer;
}

/**
 * Reads a document while it is still on its way to the disk and into the journal. Nothing comes of it but time: what is taken up is
 * what the journal has, and only if it is the same.
 */
export class ReadAhead {
  readonly #read: (document: Coming) => Decoded;
  #last: { readonly document: Coming; readonly decoded: Decoded } | undefined;

  /** @param read may throw */
  constructor(read: (document: Coming) => Decoded) {
    this.#read = read;
  }

  read(document: Coming): void {
    this.#last = undefined;
    try {
      this.#last = { document, decoded: this.#read(document) };
    } catch {
      // Whoever reads it from the journal meets the same, and says so.
    }
  }

  /** What was read of this very document; once, and undefined when it was not. */
  take({ source, receivedAt, packet }: Coming): Decoded | undefined {
    const last = this.#last;
    if (last?.document.receivedAt !== receivedAt || last.document.source !== source) return undefined;
    if (!last.document.packet.equals(packet)) return undefined;
    this.#last = undefined;
    return last.decoded;
  }
}
