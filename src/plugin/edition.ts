import { type BigIntStats, statSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';

/** Below a plugin's folder no more files than these are looked at. */
const MOST_FILES = 1_000;

/** A file, and how it was. */
export type Stamp = readonly [file: string, stamp: string];

/**
 * The files of a plugin's code as they were when it was loaded. Made before that: what changes meanwhile is a change. They
 * may lie on a disk that does not answer, for which nothing is to wait but whoever asks.
 */
export class Edition {
  readonly #folder: string;
  readonly #before: ReadonlyMap<string, string>;
  readonly #beside: readonly Stamp[];
  readonly #imported = new Map<string, string>();
  /** Whether any file below the folder counts, also one that is new, and not only those that were imported. */
  isWhole = true;
  /** Of the files below the folder, those that may be code. */
  counts: (file: string) => boolean = () => true;

  constructor(folder: string, before: readonly Stamp[], beside: readonly Stamp[]) {
    this.#folder = folder;
    this.#before = new Map(before);
    this.#beside = beside;
  }

  /** @param beside other files that the plugin is loaded with */
  static async of(folder: string, beside: readonly string[]): Promise<Edition> {
    return new Edition(folder, await stampsBelow(folder), await stampsOf(beside));
  }

  /** It has loaded this file. */
  add([file, stamp]: Stamp): void {
    this.#imported.set(file, stamp);
  }

  /** Whether what is there now is another one. */
  async isOutdated(): Promise<boolean> {
    const known = [...this.#beside, ...this.#imported];
    const now = await stampsOf(known.map(([file]) => file));
    if (known.some(([, stamp], index) => now[index]?.[1] !== stamp)) return true;
    return this.isWhole && (await this.#isFolderOutdated());
  }

  async #isFolderOutdated(): Promise<boolean> {
    const now = new Map(await stampsBelow(this.#folder));
    const files = [...new Set([...this.#before.keys(), ...now.keys()])].filter((file) => !this.#imported.has(file));
    return files.some((file) => this.#before.get(file) !== now.get(file) && this.counts(file));
  }

  /** Where its files are, but for packages. */
  get folders(): string[] {
    const files = [...this.#imported.keys(), ...(this.isWhole ? this.#before.keys() : [])];
    return [this.#folder, ...files.filter((file) => !file.includes(`${sep}node_modules${sep}`)).map(dirname)];
  }
}

/** How a file is, for whoever cannot wait; another one when the file is written, and when another is put in its place. */
export function stampOf(file: string): string {
  try {
    return stampIn(statSync(file, { bigint: true }));
  } catch {
    return MISSING;
  }
}

const MISSING = 'missing';

function stampIn({ ino, size, mtimeNs }: BigIntStats): string {
  return `${ino} ${size} ${mtimeNs}`;
}

async function stampsOf(files: readonly string[]): Promise<Stamp[]> {
  return await Promise.all(
    files.map(async (file): Promise<Stamp> => {
      const stats = await stat(file, { bigint: true }).catch(() => undefined);
      return [file, stats === undefined ? MISSING : stampIn(stats)];
    }),
  );
}

async function stampsBelow(folder: string): Promise<Stamp[]> {
  return await stampsOf(await filesBelow(folder));
}

/** All files below a folder but packages and hidden ones. */
export async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && found.length < MOST_FILES; next = folders.pop()) {
    for (const entry of await readdir(next, { withFileTypes: true }).catch(() => [])) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else found.push(path);
    }
  }
  return found;
}

/** Whether the plugin is a folder, and not a file among others. */
export function isFolderPlugin({ name, file }: { readonly name: string; readonly file: string }): boolean {
  return basename(file).startsWith('index.') && basename(dirname(file)) === name;
}
