import { promises as fs } from 'node:fs';
import { join, sep } from 'node:path';
import { codeOf } from '../shared/words.ts';

/** A file, or a link that leads out of the archive, stands where a directory is needed. */
export class BlockedPath extends Error {
  readonly kind: 'file' | 'link';
  readonly path: string;

  constructor(kind: 'file' | 'link', path: string) {
    super(`${path} is a ${kind}`);
    this.kind = kind;
    this.path = path;
  }
}

/** The directories of one archive: made when first needed, and remembered. */
export class Directories {
  readonly #root: string;
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Makes the directory `path` below the root, name by name, so that no link in it is followed out of the archive.
   *
   * @throws BlockedPath
   */
  async make(path: string, sync: boolean): Promise<void> {
    if (this.#known.has(path)) return;
    let directory = this.#root;
    for (const name of path.split('/')) {
      const parent = directory;
      directory = join(parent, name);
      if (await this.#makeOne(directory)) {
        if (sync) await syncDirectory(parent);
      }
    }
    // A year of dates and streams is some thousands of paths.
    if (this.#known.size > 10_000) this.#known.clear();
    this.#known.add(path);
  }

  /** For when somebody has removed directories that were made before. */
  forget(): void {
    this.#known.clear();
  }

  /** Whether it was not there before. */
  async #makeOne(directory: string): Promise<boolean> {
    try {
      await fs.mkdir(directory);
      return true;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error;
    }
    const found = await fs.lstat(directory);
    if (found.isDirectory()) return false;
    if (!found.isSymbolicLink()) throw new BlockedPath('file', directory);
    const target = await fs.realpath(directory).catch(() => undefined);
    if (target === undefined || !`${target}${sep}`.startsWith(this.#root + sep))
      throw new BlockedPath('link', directory);
    if (!(await fs.stat(target)).isDirectory()) throw new BlockedPath('file', directory);
    return false;
  }
}

interface Syncing {
  readonly running: Promise<void>;
  /** The sync after it, which those who came meanwhile share: the running one may not have seen their names. */
  next: Promise<void> | undefined;
}

const syncing = new Map<string, Syncing>();

/** Makes the names that are in a directory by now survive a power cut. */
export async function syncDirectory(directory: string): Promise<void> {
  const current = syncing.get(directory);
  if (current === undefined) {
    await begin(directory);
    return;
  }
  current.next ??= current.running.catch(() => {}).then(() => begin(directory));
  await current.next;
}

function begin(directory: string): Promise<void> {
  const running = syncNow(directory);
  const entry: Syncing = { running, next: undefined };
  syncing.set(directory, entry);
  const end = (): void => {
    if (syncing.get(directory) === entry) syncing.delete(directory);
  };
  running.then(end, end);
  return running;
}

/** Windows cannot open a directory, and does so by itself. */
async function syncNow(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await fs.open(directory, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems cannot do it for directories.
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
  } finally {
    await handle.close();
  }
}
