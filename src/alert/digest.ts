import { hash } from 'node:crypto';
import type { ByteRange } from './envelope.ts';

/** SHA-256 of the element's bytes: two packets with the same digest are the same event (VTP 2.0 §8 suggests a hash). */
export function digestOf(payload: Uint8Array, element: ByteRange): Buffer {
  return hash('sha256', payload.subarray(element.start, element.end), 'buffer');
}

/** The short form that users see and type: the digest's first 16 hexadecimal digits. */
export function idOf(digest: Uint8Array): string {
  return Buffer.from(digest.buffer, digest.byteOffset, 8).toString('hex');
}
