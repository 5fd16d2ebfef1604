import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../common/errors.ts';
import { END_MARK } from './record.ts';
import { SEGMENT_BYTES } from './segments.ts';

const MOST = 4;
/** Blanks are for disks on which nobody misses them. */
const FREE_BYTES = 16 * SEGMENT_BYTES;
/** Written in one go: the thread has more urgent things to do. */
const STEP_BYTES = 1024 * 1024;

const UNFINISHED = 'blank-new';
const names = Array.from({ length: MOST }, (_, index) => `blank-${index + 1}`);

function blankPath(journalPath: string, name: string): string {
  return `${journalPath}-intake-${name}`;
}

/**
 * Makes a blank the file of a segment, if there is one that can be used. One that cannot goes: no ack is to wait for it.
 *
 * @returns the file, open for writing
 */
export function takeBlank(journalPath: string, segmentPath: string): number | undefined {
  for (const name of names) {
    try {
      renameSync(blankPath(journalPath, name), segmentPath);
      return openSync(segmentPath, 'r+');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') rmSync(segmentPath, { force: true, recursive: true });
    }
  }
  return undefined;
}

/**
 * Files of a whole segment's size whose every block is on disk. Where a file does not grow, a sync has to write the data and
 * nothing else; where it does, it waits for all that other files have changed (ext4's journal).
 */
export class Blanks {
  readonly #journalPath: string;
  readonly #freeBytes: () => number;
  #making: { readonly file: number; bytes: number } | undefined;
  #next: NodeJS.Immediate | undefined;

  /** @param freeBytes how much room there is on the disk */
  constructor(journalPath: string, freeBytes = () => freeBytesAt(dirname(journalPath))) {
    this.#journalPath = journalPath;
    this.#freeBytes = freeBytes;
  }

  /** Has one more made, step by step, until there are enough; removes them all where there is little room on the disk. */
  tend(): void {
    if (!this.#hasRoom()) this.discard();
    else if (this.#making === undefined && this.#free() !== undefined) this.#make();
  }

  /** Takes the file of a segment that nobody needs any more: it becomes a blank, or goes. */
  give(segmentPath: string): void {
    const free = this.#free();
    const isLarge = (statSync(segmentPath, { throwIfNoEntry: false })?.size ?? 0) >= SEGMENT_BYTES;
    if (free === undefined || !isLarge || !this.#hasRoom()) {
      rmSync(segmentPath);
      return;
    }
    const file = openSync(segmentPath, 'r+');
    try {
      writeSync(file, END_MARK, 0, END_MARK.length, 0);
    } finally {
      closeSync(file);
    }
    renameSync(segmentPath, this.#path(free));
  }

  /** Gives their room back to the disk. */
  discard(): void {
    this.stop();
    for (const name of names) rmSync(this.#path(name), { force: true });
  }

  /** Makes nothing more. */
  stop(): void {
    clearImmediate(this.#next);
    if (this.#making === undefined) return;
    closeSync(this.#making.file);
    this.#making = undefined;
    rmSync(this.#path(UNFINISHED), { force: true });
  }

  #make(): void {
    this.#making = { file: openSync(this.#path(UNFINISHED), 'w', 0o640), bytes: 0 };
    this.#next = setImmediate(() => this.#step());
  }

  #step(): void {
    const making = this.#making;
    if (making === undefined) return;
    try {
      if (making.bytes < SEGMENT_BYTES) {
        making.bytes += writeSync(making.file, Buffer.alloc(STEP_BYTES), 0, STEP_BYTES, making.bytes);
        this.#next = setImmediate(() => this.#step());
        return;
      }
      fsyncSync(making.file);
      closeSync(making.file);
      this.#making = undefined;
      const free = this.#free();
      if (free === undefined) rmSync(this.#path(UNFINISHED));
      else renameSync(this.#path(UNFINISHED), this.#path(free));
    } catch {
      // Whoever wants one does without.
      this.stop();
    }
  }

  /** A name that no blank has. */
  #free(): string | undefined {
    return names.find((name) => !existsSync(this.#path(name)));
  }

  #hasRoom(): boolean {
    return this.#freeBytes() >= FREE_BYTES;
  }

  #path(name: string): string {
    return blankPath(this.#journalPath, name);
  }
}

function freeBytesAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}
