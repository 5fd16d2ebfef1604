import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { explain } from '../common/errors.ts';

/** Editors write a file in several steps. */
const QUIET_MS = 200;
/** Network disks tell nobody what others write there, and a folder may be replaced by another one. */
const LOOK_MS = 5_000;

interface Watched {
  readonly watcher: FSWatcher | undefined;
  readonly inode: bigint | undefined;
}

/** Says that something in folders may have changed: when the system says so and it is quiet again, and every few seconds. */
export class FolderWatch {
  readonly #changed: () => void;
  readonly #trouble: (folder: string, reason: string) => void;
  readonly #watched = new Map<string, Watched>();
  readonly #interval: NodeJS.Timeout;
  #quiet: NodeJS.Timeout | undefined;
  /** One change of what is watched after the other. */
  #work: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param trouble is told of a folder that cannot be watched: it is only looked at */
  constructor(changed: () => void, trouble: (folder: string, reason: string) => void) {
    this.#changed = changed;
    this.#trouble = trouble;
    this.#interval = setInterval(changed, LOOK_MS).unref();
  }

  /** Watches these from now on, and no others. Never rejects. */
  async watch(folders: ReadonlySet<string>): Promise<void> {
    this.#work = this.#work.then(() => this.#follow(folders));
    await this.#work;
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#interval);
    clearTimeout(this.#quiet);
    for (const { watcher } of this.#watched.values()) watcher?.close();
    this.#watched.clear();
  }

  async #follow(folders: ReadonlySet<string>): Promise<void> {
    const inodes = new Map<string, bigint | undefined>();
    for (const folder of folders) inodes.set(folder, await inodeOf(folder));
    if (this.#isClosed) return;
    for (const [folder, { watcher, inode }] of this.#watched) {
      if (folders.has(folder) && inodes.get(folder) === inode) continue;
      watcher?.close();
      this.#watched.delete(folder);
    }
    for (const [folder, inode] of inodes) {
      if (!this.#watched.has(folder)) this.#watched.set(folder, { watcher: this.#open(folder, inode), inode });
    }
  }

  /** @param inode undefined: it is not there. It comes back, or does not; that is seen when it is looked at. */
  #open(folder: string, inode: bigint | undefined): FSWatcher | undefined {
    if (inode === undefined) return undefined;
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#soon());
      watcher.on('error', (error) => this.#trouble(folder, explain(error)));
      return watcher;
    } catch (error) {
      this.#trouble(folder, explain(error));
      return undefined;
    }
  }

  #soon(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(this.#changed, QUIET_MS).unref();
  }
}

async function inodeOf(folder: string): Promise<bigint | undefined> {
  try {
    return (await stat(folder, { bigint: true })).ino;
  } catch {
    return undefined;
  }
}
