import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Below a plugin's folder no more files than these are looked at. */
const MOST_FILES = 1_000;

/** A file, and how it was. */
export type Stamp = readonly [file: string, stamp: string];

/** The files of a plugin's code as they were when it was loaded. Made before that: what changes meanwhile is a change. */
export class Edition {
  readonly #folder: string;
  readonly #counts: (file: string) => boolean;
  readonly #before: ReadonlyMap<string, string>;
  readonly #imported = new Map<string, string>();
  readonly #beside: readonly Stamp[];
  /** Whether any file below the folder counts, also one that is new, and not only those that were imported. */
  isWhole = true;

  /**
   * @param counts of the files below the folder, those that may be code
   * @param beside other files that it is loaded with
   */
  constructor(folder: string, counts: (file: string) => boolean, beside: readonly string[] = []) {
    this.#folder = folder;
    this.#counts = counts;
    this.#before = new Map(stampsOf(filesBelow(folder)));
    this.#beside = stampsOf(beside);
  }

  /** It has loaded this file. */
  add([file, stamp]: Stamp): void {
    this.#imported.set(file, stamp);
  }

  /** Whether what is there now is another one. */
  get isOutdated(): boolean {
    if ([...this.#beside, ...this.#imported].some(([file, stamp]) => stampOf(file) !== stamp)) return true;
    if (!this.isWhole) return false;
    const now = new Map(stampsOf(filesBelow(this.#folder)));
    const files = [...new Set([...this.#before.keys(), ...now.keys()])].filter((file) => !this.#imported.has(file));
    return files.some((file) => this.#before.get(file) !== now.get(file) && this.#counts(file));
  }

  /** Where its files are, but for packages. */
  get folders(): string[] {
    const files = [...this.#imported.keys(), ...(this.isWhole ? this.#before.keys() : [])];
    return [this.#folder, ...files.filter((file) => !file.includes(`${sep}node_modules${sep}`)).map(dirname)];
  }
}

function stampsOf(files: readonly string[]): Stamp[] {
  return files.map((file) => [file, stampOf(file)]);
}

/** Another one when the file is written, and when another is put in its place. */
export function stampOf(file: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return 'missing';
  }
}

/** All files below a folder but packages and hidden ones. */
export function filesBelow(folder: string): string[] {
  const found: string[] = [];
  const folders = [folder];
  for (let next = folders.pop(); next !== undefined && found.length < MOST_FILES; next = folders.pop()) {
    for (const entry of entriesOf(next)) {
      if (entry.name.startsWith('.') || entry.name === 'node_modules') continue;
      const path = join(next, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else found.push(path);
    }
  }
  return found;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** Whether the plugin is a folder, and not a file among others. */
export function isFolderPlugin({ name, file }: { readonly name: string; readonly file: string }): boolean {
  return basename(file).startsWith('index.') && basename(dirname(file)) === name;
}
