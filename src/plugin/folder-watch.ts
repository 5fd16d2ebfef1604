import { type FSWatcher, statSync, watch } from 'node:fs';
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

  /** @param trouble is told of a folder that cannot be watched: it is only looked at */
  constructor(changed: () => void, trouble: (folder: string, reason: string) => void) {
    this.#changed = changed;
    this.#trouble = trouble;
    this.#interval = setInterval(changed, LOOK_MS).unref();
  }

  /** Watches these from now on, and no others. */
  watch(folders: ReadonlySet<string>): void {
    for (const [folder, { watcher, inode }] of this.#watched) {
      if (folders.has(folder) && inodeOf(folder) === inode) continue;
      watcher?.close();
      this.#watched.delete(folder);
    }
    for (const folder of folders) {
      if (!this.#watched.has(folder)) this.#watched.set(folder, this.#open(folder));
    }
  }

  close(): void {
    clearInterval(this.#interval);
    clearTimeout(this.#quiet);
    this.watch(new Set());
  }

  #open(folder: string): Watched {
    const inode = inodeOf(folder);
    // It comes back, or does not; that is seen when it is looked at.
    if (inode === undefined) return { watcher: undefined, inode };
    try {
      const watcher = watch(folder, { persistent: false }, () => this.#soon());
      watcher.on('error', (error) => this.#trouble(folder, explain(error)));
      return { watcher, inode };
    } catch (error) {
      this.#trouble(folder, explain(error));
      return { watcher: undefined, inode };
    }
  }

  #soon(): void {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(this.#changed, QUIET_MS).unref();
  }
}

function inodeOf(folder: string): bigint | undefined {
  return statSync(folder, { bigint: true, throwIfNoEntry: false })?.ino;
}
