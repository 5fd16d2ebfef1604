import { fstatSync, write } from 'node:fs';
import { pause } from '../common/abort.ts';

/** Writes some bytes; fewer may be written than there are. */
export type Write = (bytes: Buffer, done: (error: Error | null | undefined, written?: number) => void) => void;

/** What may wait to be written; beyond it lines are dropped, so that a full pipe neither blocks nor fills memory. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** How long a daemon that ends waits for whoever reads its log. */
const LAST_MS = 1_000;

/** The lines of the log on their way to whoever reads them. Nothing waits for it. */
export class LogOutput {
  readonly #write: Write;
  #waiting: Buffer[] = [];
  #waitingBytes = 0;
  /** What is being written. */
  #writing: Buffer | undefined;
  #idle = Promise.withResolvers<void>();

  constructor(write: Write) {
    this.#write = write;
  }

  /** Takes a line, or drops it when too much waits. */
  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) return;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#writing === undefined) this.#next();
  }

  /** Resolves when all is written, or after a second. @returns whether it is */
  async flush(): Promise<boolean> {
    if (this.#writing === undefined) return true;
    const over = new AbortController();
    await Promise.race([this.#idle.promise, pause(LAST_MS, over.signal)]);
    over.abort();
    return this.#writing === undefined;
  }

  #next(): void {
    this.#writing = Buffer.concat(this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = this.#writing.length;
    this.#send(this.#writing);
  }

  #send(bytes: Buffer): void {
    this.#write(bytes, (error, written = bytes.length) => {
      // What cannot be written is lost: the disk may be full, or the reader gone. The alerts go on.
      const isLost = error !== null && error !== undefined;
      if (!isLost && written < bytes.length) {
        this.#send(bytes.subarray(written));
        return;
      }
      this.#writing = undefined;
      this.#waitingBytes = this.#waiting.reduce((total, { length }) => total + length, 0);
      if (this.#waiting.length > 0) {
        this.#next();
        return;
      }
      this.#idle.resolve();
      this.#idle = Promise.withResolvers();
    });
  }
}

/**
 * Writes to standard error. To a pipe or a socket without Node's thread pool: a thread of it that writes to a pipe which
 * nobody reads waits for ever, and the process cannot end before it does.
 */
export function toStandardError(): Write {
  const fd = 2;
  const file = fstatSync(fd);
  if (!file.isFIFO() && !file.isSocket()) return (bytes, done) => write(fd, bytes, done);
  // Each write is told of it too.
  process.stderr.on('error', () => {});
  return (bytes, done) => process.stderr.write(bytes, done);
}
