import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert, Context } from '../../src/plugin/api.ts';
import { explain } from '../shared/words.ts';

/** The files of one delivery, for programs that need more than an environment variable can hold. */
export interface PacketFiles {
  /** The exact bytes that were received. */
  readonly packet: string;
  /** The decoded alert. */
  readonly json: string;
  remove(): Promise<void>;
}

/** Writes the packet and the decoded alert into a new directory that only the daemon's user can read (mode 0700). */
export async function writePacketFiles(alert: Alert, context: Context<unknown>): Promise<PacketFiles> {
  let directory: string | undefined;
  try {
    directory = await mkdtemp(join(tmpdir(), 'voeventd-'));
    const [packet, json] = [
      join(directory, alert.format === 'voevent' ? 'alert.xml' : 'packet.json'),
      join(directory, 'alert.json'),
    ];
    await Promise.all([writeFile(packet, context.packet), writeFile(json, JSON.stringify(alert))]);
    return { packet, json, remove: () => remove(directory, context) };
  } catch (error) {
    await remove(directory, context);
    throw context.retry(`Cannot write the packet below ${tmpdir()} for the program: ${explain(error)}`, {
      cause: error,
    });
  }
}

async function remove(directory: string | undefined, context: Context<unknown>): Promise<void> {
  if (directory === undefined) return;
  try {
    await rm(directory, { recursive: true, force: true });
  } catch (error) {
    context.log.warn(`Cannot remove ${directory}: ${explain(error)}`);
  }
}
