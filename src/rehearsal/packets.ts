import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { escapeXml, scanEnvelope } from '../alert/envelope.ts';
import { explain, UserError } from '../common/errors.ts';
import { SAMPLE_COUNT, samplePacket } from './samples.ts';

/** Packets to play, by number from 0. */
export interface Program {
  /** How many there are in one round. */
  readonly length: number;
  /** Packet number `index`; in later rounds under other identifiers, because the same bytes count as the same event. */
  packet(index: number): Buffer;
}

/** The samples that come with voeventd, under identifiers of this run. */
export function samplesProgram(run: string): Program {
  return { length: SAMPLE_COUNT, packet: (index) => samplePacket(index, run, new Date()) };
}

/**
 * Packets from files, and from the `.xml` files of folders, in the order named.
 *
 * @throws UserError when one cannot be read, or there is none
 */
export function filesProgram(paths: readonly string[]): Program {
  const packets = paths.flatMap(filesOf).map(readPacket);
  if (packets.length === 0) {
    throw new UserError('rehearsal.empty', `Cannot play ${paths.join(', ')}: there is no .xml file.`);
  }
  return {
    length: packets.length,
    packet: (index) => {
      const packet = packets[index % packets.length] ?? Buffer.alloc(0);
      const round = Math.floor(index / packets.length);
      return round === 0 ? packet : renamed(packet, round);
    },
  };
}

function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    return names
      .filter((name) => name.endsWith('.xml'))
      .sort()
      .map((name) => join(path, name));
  } catch (error) {
    throw new UserError('rehearsal.read', `Cannot play ${path}: ${explain(error)}.`, { cause: error });
  }
}

function readPacket(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UserError('rehearsal.read', `Cannot play ${file}: ${explain(error)}.`, { cause: error });
  }
}

/** The packet with a number added to its identifier; as it was when it has none. */
function renamed(packet: Buffer, round: number): Buffer {
  const { ivorn } = scanEnvelope(packet);
  if (ivorn === undefined) return packet;
  for (const written of [ivorn, escapeXml(ivorn)]) {
    const at = packet.indexOf(written);
    if (at === -1) continue;
    const end = at + Buffer.byteLength(written);
    return Buffer.concat([packet.subarray(0, end), Buffer.from(`_${round}`), packet.subarray(end)]);
  }
  return packet;
}
