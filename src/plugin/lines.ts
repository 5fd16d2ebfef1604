import { StringDecoder } from 'node:string_decoder';

const LONGEST_LINE = 4_096;

/** Makes lines of a process's output. Holds one line at most, and of that no more than is logged. */
export class LineSplitter {
  readonly #write: (line: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  push(chunk: Buffer): void {
    const [first = '', ...rest] = this.#decoder.write(chunk).split(/\r?\n/);
    this.#extend(first);
    for (const line of rest) {
      this.#flush();
      this.#extend(line);
    }
  }

  end(): void {
    this.#extend(this.#decoder.end());
    if (this.#line !== '') this.#flush();
  }

  #extend(text: string): void {
    // One more than is logged, to know that there was more.
    this.#line += text.slice(0, LONGEST_LINE + 1 - this.#line.length);
  }

  #flush(): void {
    this.#write(shortened(this.#line));
    this.#line = '';
  }
}

export function shortened(line: string, longest = LONGEST_LINE): string {
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** How many lines a plugin may write to the log in a second; the rest is counted. */
const LINES_PER_SECOND = 100;

/** Passes so many lines a second, and says how many it held back. */
export class LineGate {
  readonly #report: (line: string) => void;
  #second = 0;
  #passed = 0;
  #held = 0;

  constructor(report: (line: string) => void) {
    this.#report = report;
  }

  line(write: () => void): void {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      this.end();
      this.#second = second;
      this.#passed = 0;
    }
    if (this.#passed < LINES_PER_SECOND) {
      this.#passed += 1;
      write();
    } else this.#held += 1;
  }

  /** Says what was held back. */
  end(): void {
    if (this.#held > 0) {
      this.#report(`(${this.#held} more lines were not logged: the limit is ${LINES_PER_SECOND} a second)`);
    }
    this.#held = 0;
  }
}
