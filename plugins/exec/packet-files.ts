import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, ProgramFiles } from '../../src/plugin/api.ts';

/** The files of one delivery, for programs that need more than an environment variable can hold. */
export interface PacketFiles {
  /** The exact bytes that were received. */
  readonly packet: string;
  /** The decoded alert. */
  readonly json: string;
  readonly files: ProgramFiles;
}

export function packetFiles(alert: Alert, packet: Uint8Array): PacketFiles {
  const directory = join(tmpdir(), `voeventd-${randomBytes(12).toString('hex')}`);
  const name = alert.format === 'voevent' ? 'alert.xml' : 'packet.json';
  return {
    packet: join(directory, name),
    json: join(directory, 'alert.json'),
    files: { directory, contents: { [name]: packet, 'alert.json': JSON.stringify(alert) } },
  };
}
