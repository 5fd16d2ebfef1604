import { closeSync, fdatasyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { takeBlank } from './blanks.ts';
import { END_MARK, type Entry, roomFor, writeRecord } from './record.ts';
import { type LogPosition, SEGMENT_BYTES, segmentPath, syncDirectory } from './segments.ts';

/** What the buffer keeps of the room that a large batch took. */
const USUAL_BYTES = 2 * 1024 * 1024;

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
   * Appends all entries. When it returns they are on disk. It is written here and now, and not by Node's thread pool: that is for
   * all threads, and a plugin's files on a share that does not answer would hold up the acks.
   *
   * @throws what the system says when they could not be written; they can be appended again
   */
  append(entries: readonly Entry[]): void {
    const file = this.#open();
    const bytes = this.#encode(entries);
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
    this.#offset += bytes.length - END_MARK.length;
    if (this.#buffer.length > USUAL_BYTES) this.#buffer = Buffer.allocUnsafeSlow(USUAL_BYTES);
    if (this.#offset >= SEGMENT_BYTES) this.#abandon(file);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #encode(entries: readonly Entry[]): Buffer {
    const room = entries.reduce((bytes, entry) => bytes + roomFor(entry), END_MARK.length);
    if (room > this.#buffer.length) this.#buffer = Buffer.allocUnsafeSlow(room);
    let end = 0;
    for (const entry of entries) end = writeRecord(this.#buffer, end, entry, this.#segment);
    END_MARK.copy(this.#buffer, end);
    return this.#buffer.subarray(0, end + END_MARK.length);
  }

  /** @throws what the system says when there can be no file */
  #open(): number {
    if (this.#file !== undefined) return this.#file;
    const path = segmentPath(this.#journalPath, this.#segment);
    const file = takeBlank(this.#journalPath, path) ?? openSync(path, 'w', 0o640);
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
    this.#file = undefined;
    this.#segment += 1;
    this.#offset = 0;
    closeSync(file);
  }
}
