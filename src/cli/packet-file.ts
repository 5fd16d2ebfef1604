import { readFile } from 'node:fs/promises';
import type { Decoder } from '../alert/decode.ts';
import type { Decoded } from '../alert/decoded.ts';
import { explain } from '../common/errors.ts';

/** An alert, and the bytes it was read from. */
export interface ReadPacket {
  readonly packet: Buffer;
  readonly decoded: Decoded;
}

/** The alert of a file; undefined, and a line on stderr, where it cannot be read. */
export async function readPacket(
  file: string,
  decoder: Decoder,
  reception: { readonly source: string; readonly receivedAt: string },
): Promise<ReadPacket | undefined> {
  try {
    const packet = await readFile(file);
    return { packet, decoded: decoder.read(packet, reception, { validate: true }) };
  } catch (error) {
    process.stderr.write(`voeventd: Cannot read ${file}: ${explain(error)}.\n`);
    return undefined;
  }
}
