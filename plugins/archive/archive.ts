import { promises as fs } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { codeOf } from '../shared/words.ts';
import { BlockedPath, Directories, syncDirectory } from './directories.ts';
import { flatName } from './names.ts';
import type { Options } from './options.ts';
import { type Placed, place } from './place.ts';

/** The archive of one handler. */
export interface Archive {
  /** Stores the packet of alert `id` at `path`; both this path and that of the answer are below the directory. */
  store(path: string, id: string, packet: Uint8Array): Promise<Placed>;
}

/** Opens an archive whose directory exists. */
export async function openArchive({ directory, sync }: Options): Promise<Archive> {
  const root = await fs.realpath(directory);
  const directories = new Directories(root);

  async function storeAt(path: string, id: string, packet: Uint8Array): Promise<Placed> {
    const target = resolve(root, path);
    if (!target.startsWith(root + sep)) throw new Error(`${path} is not below ${directory}`);
    const parent = path.slice(0, Math.max(path.lastIndexOf('/'), 0));
    if (parent !== '') await directories.make(parent, sync);
    const placed = await place(target, packet, id, sync);
    // Also when it was found: an attempt that died before this line may have left it there.
    if (sync) await syncDirectory(join(root, parent));
    return { ...placed, path: relative(root, placed.path) };
  }

  async function storeSomewhere(path: string, id: string, packet: Uint8Array): Promise<Placed> {
    try {
      return await storeAt(path, id, packet);
    } catch (error) {
      if (error instanceof BlockedPath && error.kind === 'file') return await storeAt(flatName(path), id, packet);
      throw error;
    }
  }

  return {
    async store(path, id, packet) {
      try {
        return await storeSomewhere(path, id, packet);
      } catch (error) {
        // A remembered directory was removed or replaced: once more with what really is there.
        if (!['ENOENT', 'ENOTDIR'].includes(codeOf(error))) throw error;
        directories.forget();
        await fs.mkdir(root, { recursive: true });
        return await storeSomewhere(path, id, packet);
      }
    },
  };
}
