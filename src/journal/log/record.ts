import { crc32 } from 'node:zlib';
import type { ByteRange } from '../../alert/envelope.ts';

/** One document to be kept. */
export interface Entry {
  readonly source: string;
  readonly peer: string;
  readonly ivorn: string | undefined;
  readonly role: string | undefined;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Where in the packet the element is: its bytes are what makes the event (VTP 2.0 §8). */
  readonly element: ByteRange;
  readonly packet: Uint8Array;
}

/**
 * A record: the letters `VOEs`, the body's length, its CRC-32, begun with the number of the segment; then the body, which is a
 * head of fixed size, four strings and the packet. All numbers are little-endian. The letters are there to find the next
 * record by, after one that is damaged. A segment may be written over an older one: a record that is left of that has
 * another segment's CRC. Behind the last record stands as much as a record's beginning, of zeros.
 */
const MARK = Buffer.from('VOEs', 'latin1');
/** Of records that earlier versions wrote, whose CRC knows no segment; nothing is ever written over those. */
const OLD_MARK = Buffer.from('VOEr', 'latin1');
const ANY_MARK = Buffer.from('VOE', 'latin1');
const PREFIX_BYTES = 12;
export const END_MARK = Buffer.alloc(PREFIX_BYTES);
const HEAD_BYTES = 32;
/** The length of a string that is not there. */
const ABSENT = 0xffffffff;

/** As many bytes as the entry may need, or more. */
export function roomFor({ source, peer, ivorn = '', role = '', packet }: Entry): number {
  // A UTF-16 code unit takes three bytes of UTF-8 at the most.
  return PREFIX_BYTES + HEAD_BYTES + 3 * (source.length + peer.length + ivorn.length + role.length) + packet.length;
}

/** Writes the entry's record, for this segment. @returns where it ends */
export function writeRecord(into: Buffer, start: number, entry: Entry, segment: number): number {
  const body = start + PREFIX_BYTES;
  into.writeDoubleLE(entry.receivedAt, body);
  into.writeUInt32LE(entry.element.start, body + 8);
  into.writeUInt32LE(entry.element.end, body + 12);
  let at = writeText(into, body + HEAD_BYTES, body + 16, entry.source);
  at = writeText(into, at, body + 20, entry.peer);
  at = writeText(into, at, body + 24, entry.ivorn);
  at = writeText(into, at, body + 28, entry.role);
  into.set(entry.packet, at);
  const end = at + entry.packet.length;
  MARK.copy(into, start);
  into.writeUInt32LE(end - body, start + 4);
  into.writeUInt32LE(crc32(into.subarray(body, end), segment), start + 8);
  return end;
}

/** @param lengthAt where its length goes. @returns where it ends */
function writeText(into: Buffer, at: number, lengthAt: number, text: string | undefined): number {
  const length = text === undefined ? 0 : into.write(text, at, 'utf8');
  into.writeUInt32LE(text === undefined ? ABSENT : length, lengthAt);
  return at + length;
}

export type Found =
  | { readonly state: 'record'; readonly entry: Entry; readonly end: number }
  /** The bytes end before the record does, which would be so long. */
  | { readonly state: 'short'; readonly needed: number }
  /** The last record stands before. */
  | { readonly state: 'end' }
  | { readonly state: 'damaged' };

/** The record of this segment that begins here. Its packet is part of the bytes. */
export function readRecord(bytes: Buffer, start: number, segment: number): Found {
  if (bytes.length - start < PREFIX_BYTES) return { state: 'short', needed: PREFIX_BYTES };
  if (stands(END_MARK, bytes, start)) return { state: 'end' };
  const isOld = stands(OLD_MARK, bytes, start);
  if (!isOld && !stands(MARK, bytes, start)) return { state: 'damaged' };
  const body = start + PREFIX_BYTES;
  const end = body + bytes.readUInt32LE(start + 4);
  if (end - body < HEAD_BYTES) return { state: 'damaged' };
  if (end > bytes.length) return { state: 'short', needed: end - start };
  const crc = crc32(bytes.subarray(body, end), isOld ? 0 : segment);
  if (crc !== bytes.readUInt32LE(start + 8)) return { state: 'damaged' };
  let at = body + HEAD_BYTES;
  const [source = '', peer = '', ivorn, role] = [0, 1, 2, 3].map((index) => {
    const length = bytes.readUInt32LE(body + 16 + 4 * index);
    if (length === ABSENT) return undefined;
    at += length;
    return bytes.toString('utf8', at - length, at);
  });
  const element = { start: bytes.readUInt32LE(body + 8), end: bytes.readUInt32LE(body + 12) };
  const told = { source, peer, ivorn, role, receivedAt: bytes.readDoubleLE(body), element };
  return { state: 'record', entry: { ...told, packet: bytes.subarray(at, end) }, end };
}

function stands(mark: Buffer, bytes: Buffer, at: number): boolean {
  return bytes.compare(mark, 0, mark.length, at, at + mark.length) === 0;
}

/** Where the next record may begin, after this place; -1 when nowhere. */
export function nextMark(bytes: Buffer, after: number): number {
  return bytes.indexOf(ANY_MARK, after + 1);
}
