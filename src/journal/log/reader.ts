import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type Entry, nextMark, readRecord } from './record.ts';
import { type LogPosition, segmentPath, segments } from './segments.ts';

export interface ReaderEvents {
  /** Bytes of a segment that are no record. At its end they may be what was being written when the daemon was killed. */
  damaged(path: string, span: { readonly from: number; readonly to: number; readonly isEnd: boolean }): void;
}

/** What was read, and from where to read on. */
export interface LogBatch {
  readonly entries: readonly Entry[];
  readonly position: LogPosition;
  /** There may be more before the place that was asked for. */
  readonly isLast: boolean;
}

/** Read in one go, and so what one transaction takes in: others wait for it. */
const CHUNK_BYTES = 512 * 1024;

/**
 * Reads the intake log, in order; what is damaged it leaves out, and tells. What it has read is to be used before it reads on:
 * the packets of all entries lie in the one piece of memory that it reads into.
 */
export class LogReader {
  readonly #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  readonly #journalPath: string;
  readonly #events: ReaderEvents;
  #open: { readonly segment: number; readonly file: number } | undefined;

  constructor(journalPath: string, events: ReaderEvents) {
    this.#journalPath = journalPath;
    this.#events = events;
  }

  /**
   * The next entries after a position, about half a megabyte of them.
   *
   * @param until nothing is read from there on; segments before it are read to their ends
   * @throws what the system says when a segment cannot be read
   */
  read(from: LogPosition, until: LogPosition): LogBatch {
    const isWhole = from.segment < until.segment;
    const file = this.#fileOf(from.segment);
    const end = isWhole ? sizeOf(file) : until.offset;
    if (file === undefined || from.offset >= end) {
      if (!isWhole) return { entries: [], position: from, isLast: true };
      return { entries: [], position: { segment: this.#after(from.segment, until), offset: 0 }, isLast: false };
    }
    const { entries, offset } = this.#readFrom(file, from, end, isWhole);
    return { entries, position: { segment: from.segment, offset }, isLast: !isWhole && offset >= end };
  }

  close(): void {
    if (this.#open !== undefined) closeSync(this.#open.file);
    this.#open = undefined;
  }

  /** The next segment that there is, the one to read until at the latest. */
  #after(segment: number, until: LogPosition): number {
    return segments(this.#journalPath).find((one) => one > segment && one < until.segment) ?? until.segment;
  }

  #fileOf(segment: number): number | undefined {
    if (this.#open?.segment === segment) return this.#open.file;
    this.close();
    try {
      this.#open = { segment, file: openSync(segmentPath(this.#journalPath, segment), 'r') };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return undefined;
    }
    return this.#open.file;
  }

  #readFrom(file: number, from: LogPosition, end: number, isWhole: boolean): { entries: Entry[]; offset: number } {
    let bytes = readAt(file, from.offset, this.#chunk.subarray(0, Math.max(0, end - from.offset)));
    const entries: Entry[] = [];
    let at = 0;
    for (;;) {
      const found = readRecord(bytes, at, from.segment);
      if (found.state === 'record') {
        entries.push(found.entry);
        at = found.end;
        if (at < bytes.length) continue;
        return { entries, offset: from.offset + at };
      }
      const start = from.offset + at;
      // What is in front of it first, be it damaged or larger than a chunk.
      if (entries.length > 0) return { entries, offset: start };
      if (found.state === 'short' && bytes.length < Math.min(found.needed, end - start)) {
        bytes = readAt(file, start, Buffer.allocUnsafeSlow(Math.min(found.needed, end - start)));
        // A file that is shorter than its writer said is damaged too.
        if (bytes.length === found.needed) continue;
      }
      const isExpected = found.state === 'end' && isWhole;
      return { entries, offset: this.#skip(file, from.segment, start, end, { isWhole, isExpected }) };
    }
  }

  /**
   * What stands there is no record; where the last one is expected to stand before, there is nothing to tell if it does.
   *
   * @returns where the next whole record begins, or the end
   */
  #skip(
    file: number,
    segment: number,
    start: number,
    end: number,
    { isWhole, isExpected }: { readonly isWhole: boolean; readonly isExpected: boolean },
  ): number {
    const bytes = readAt(file, start, Buffer.allocUnsafeSlow(end - start));
    let at = nextMark(bytes, 0);
    while (at !== -1 && readRecord(bytes, at, segment).state !== 'record') at = nextMark(bytes, at);
    if (isExpected && at === -1) return end;
    const to = at === -1 ? end : start + at;
    const path = segmentPath(this.#journalPath, segment);
    this.#events.damaged(path, { from: start, to, isEnd: isWhole && at === -1 });
    return to;
  }
}

function sizeOf(file: number | undefined): number {
  return file === undefined ? 0 : fstatSync(file).size;
}

/** Fills `bytes`. @returns as much of it as there was */
function readAt(file: number, offset: number, bytes: Buffer): Buffer {
  let done = 0;
  while (done < bytes.length) {
    const read = readSync(file, bytes, done, bytes.length - done, offset + done);
    if (read === 0) break;
    done += read;
  }
  return bytes.subarray(0, done);
}
