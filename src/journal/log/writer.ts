import { close, closeSync, fdatasync, fdatasyncSync, ftruncateSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { type Entry, roomFor, writeRecord } from './record.ts';
import { type LogPosition, segmentPath, syncDirectory } from './segments.ts';

/** A batch of so many bytes is written and synced at once; a larger one while the thread reads what comes next. */
const AT_ONCE_BYTES = 64 * 1024;
const SEGMENT_BYTES = 32 * 1024 * 1024;
/** What the buffer keeps of the room that a large batch took. */
const USUAL_BYTES = 2 * 1024 * 1024;

const [writeLater, syncLater] = [promisify(write), promisify(fdatasync)];

/**
 * The hot half's end of the journal: appends what has arrived to a file and syncs it, and nothing else. What the file
 * holds is taken into the journal by the keeper, who removes segments that are no longer needed.
 */
export class LogWriter {
  readonly #journalPath: string;
  #segment: number;
  #file: number | undefined;
  #offset = 0;
  #buffer = Buffer.allocUnsafeSlow(USUAL_BYTES);

  /** @param segment the first one to write; there is none of this number or a higher one */
  constructor(journalPath: string, segment: number) {
    this.#journalPath = journalPath;
    this.#segment = segment;
  }

  /** Up to where what is appended is on disk. */
  get position(): LogPosition {
    return { segment: this.#segment, offset: this.#offset };
  }

  /**
   * Appends all entries. One call at a time: the next one after the promise, when one is returned.
   *
   * @returns nothing when they are on disk already; else a promise that resolves when they are
   * @throws (or rejects with) what the system says when they could not be written; they can be appended again
   */
  append(entries: readonly Entry[]): Promise<void> | undefined {
    const bytes = this.#encode(entries);
    const file = this.#open();
    if (bytes.length > AT_ONCE_BYTES) return this.#appendLater(file, bytes);
    try {
      for (let done = 0; done < bytes.length; )
        done += writeSync(file, bytes, done, bytes.length - done, this.#offset + done);
    } catch (error) {
      this.#takeBack(file);
      throw error;
    }
    try {
      fdatasyncSync(file);
    } catch (error) {
      this.#abandon(file);
      throw error;
    }
    this.#appended(file, bytes.length);
    return undefined;
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #encode(entries: readonly Entry[]): Buffer {
    const room = entries.reduce((bytes, entry) => bytes + roomFor(entry), 0);
    if (room > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(room);
    let end = 0;
    for (const entry of entries) end = writeRecord(this.#buffer, end, entry);
    return this.#buffer.subarray(0, end);
  }

  async #appendLater(file: number, bytes: Buffer): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await writeLater(file, bytes, done, bytes.length - done, this.#offset + done);
        done += bytesWritten;
      }
    } catch (error) {
      this.#takeBack(file);
      throw error;
    }
    try {
      await syncLater(file);
    } catch (error) {
      this.#abandon(file);
      throw error;
    }
    this.#appended(file, bytes.length);
  }

  /** @throws what the system says when there can be no file */
  #open(): number {
    if (this.#file !== undefined) return this.#file;
    const file = openSync(segmentPath(this.#journalPath, this.#segment), 'w', 0o640);
    try {
      // Else a power cut could take away the file, with all that was synced in it.
      syncDirectory(this.#journalPath);
    } catch (error) {
      closeSync(file);
      throw error;
    }
    this.#file = file;
    return file;
  }

  #appended(file: number, bytes: number): void {
    this.#offset += bytes;
    if (this.#buffer.length > USUAL_BYTES) this.#buffer = Buffer.allocUnsafeSlow(USUAL_BYTES);
    if (this.#offset >= SEGMENT_BYTES) this.#abandon(file);
  }

  /** What was written of a batch is no record: the next one goes to the same place, or to another file. */
  #takeBack(file: number): void {
    try {
      ftruncateSync(file, this.#offset);
    } catch {
      this.#abandon(file);
    }
  }

  /** Goes on in the next segment. After a sync that failed nobody can say what of the file is on disk. */
  #abandon(file: number): void {
    close(file, () => {});
    this.#file = undefined;
    this.#segment += 1;
    this.#offset = 0;
  }
}
