import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What stands in the files below a directory, sorted; each byte is one character, so that no difference is lost. Files that
 * a peer is still writing are passed over: what it saves is XML, and ends as such.
 */
export function contents(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.part'))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .filter((text) => text.trimEnd().endsWith('>'))
    .sort();
}

/** Packets in the form and order of `contents`. */
export function asContents(packets: readonly Buffer[]): string[] {
  return packets.map((packet) => packet.toString('latin1')).sort();
}
