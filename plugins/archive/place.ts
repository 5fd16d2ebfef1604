import { randomBytes } from 'node:crypto';
import { promises as fs } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../shared/words.ts';
import { withSuffix } from './names.ts';

/** What a file system without hard links answers: FAT, some network shares, Android. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS', 'EACCES']);

/** How many different contents may ask for one name; the second has the alert's id in its name, so a third is rare. */
const MOST_VARIANTS = 9;

export interface Placed {
  readonly path: string;
  /** The same bytes stood there already. */
  readonly found: boolean;
}

/**
 * Puts `content` at `path`, whole or not at all, and never over other content: then `id` is added to the name.
 * The directory of `path` must exist.
 */
export async function place(path: string, content: Uint8Array, id: string, sync: boolean): Promise<Placed> {
  const temporary = join(dirname(path), `.voeventd-${randomBytes(8).toString('hex')}.part`);
  try {
    await write(temporary, content, sync);
    for (let variant = 0; variant <= MOST_VARIANTS; variant++) {
      const name = candidate(path, id, variant);
      if (await publish(temporary, name)) return { path: name, found: false };
      if (await holds(name, content)) return { path: name, found: true };
    }
  } finally {
    await remove(temporary);
  }
  throw new Error(`${MOST_VARIANTS} other files have the name of ${basename(path)} and of its variants`);
}

function candidate(path: string, id: string, variant: number): string {
  if (variant === 0) return path;
  return withSuffix(path, variant === 1 ? `-${id}` : `-${id}-${variant}`);
}

async function write(path: string, content: Uint8Array, sync: boolean): Promise<void> {
  const handle = await fs.open(path, 'wx', 0o644);
  try {
    await handle.writeFile(content);
    if (sync) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Gives the temporary file its name; false when the name is taken. A link, unlike a rename, never replaces. */
async function publish(temporary: string, path: string): Promise<boolean> {
  try {
    await fs.link(temporary, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (!NO_LINKS.has(codeOf(error))) throw error;
  }
  if (await exists(path)) return false;
  await fs.rename(temporary, path);
  return true;
}

async function remove(path: string): Promise<void> {
  try {
    await fs.unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await fs.lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function holds(path: string, content: Uint8Array): Promise<boolean> {
  const found = await fs.lstat(path);
  return found.isFile() && found.size === content.length && (await fs.readFile(path)).equals(content);
}
