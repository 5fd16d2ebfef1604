import { isUtf8 } from 'node:buffer';
import { DecodeError } from '../decode-error.ts';
import { isObject, type JsonObject } from './fields.ts';
import { placeIn, requireJson } from './grammar.ts';

export type { JsonObject };

/** GCN's alerts go to six; and whoever walks the object may then do so by recursion. */
export const DEEPEST = 64;

/**
 * The JSON object (RFC 8259) in the packet. A byte order mark is passed over (§8.1).
 *
 * @throws DecodeError with reason, line and column: empty, not UTF-8, not JSON, not an object, too deep
 */
export function readJsonObject(packet: Buffer): JsonObject {
  if (packet.length === 0) throw new DecodeError('It is empty');
  const text = textOf(packet);
  requireJson(text, DEEPEST);
  const document: unknown = JSON.parse(text);
  if (isObject(document)) return document;
  throw new DecodeError(`It is ${Array.isArray(document) ? 'a list' : 'a single value'}, not a JSON object`);
}

function textOf(packet: Buffer): string {
  if (isUtf8(packet)) return new TextDecoder().decode(packet);
  // Decoding puts U+FFFD where the fault is, which encodes to other bytes than those that stood there.
  const again = Buffer.from(packet.toString('utf8'));
  const fault = packet.findIndex((byte, index) => byte !== again[index]);
  const before = new TextDecoder().decode(packet.subarray(0, fault === -1 ? packet.length : fault));
  throw new DecodeError('It is not UTF-8', placeIn(before, before.length));
}
