import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { embedded } from '../common/embedded.ts';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { FromHost, ToHost } from './messages.ts';

/** What a plugin's process tells its owner. */
export interface ChildEvents {
  message(message: FromHost): void;
  /** Once, and last. A clause: `its process exited with code 3`. */
  ended(reason: string): void;
}

/** How many lines of output a process may write to the log in a second; the rest is counted. */
const LINES_PER_SECOND = 100;
const LONGEST_LINE = 4_096;

/** A process of this same program that runs one plugin. Its output goes to the log. */
export class PluginProcess {
  readonly #child: ChildProcess;
  #lastErrorLine = '';
  #ended = false;

  constructor(log: Log, events: ChildEvents) {
    const entry = embedded() === undefined ? [fileURLToPath(new URL('../main.ts', import.meta.url))] : [];
    this.#child = spawn(process.execPath, [...entry, '--plugin-host'], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#child.on('message', (message) => events.message(message as FromHost));
    this.#child.once('error', (error) => this.#end(events, `its process cannot be started: ${explain(error)}`));
    // `close` comes when the output has been read to its end, so that the last words are in the log before the verdict.
    this.#child.once('close', (code, signal) => this.#end(events, this.#exitReason(code, signal)));
    this.#pipe(this.#child.stdout, (line) => log.info(line));
    this.#pipe(this.#child.stderr, (line) => {
      if (line.trim() !== '' && !/^\s+at |^Node\.js v/.test(line)) this.#lastErrorLine = line.trim();
      log.warn(line);
    });
  }

  send(message: ToHost): void {
    // A process that has died says so through `ended`; the message that missed it needs no error of its own.
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  get ended(): boolean {
    return this.#ended;
  }

  #end(events: ChildEvents, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    events.ended(reason);
  }

  #exitReason(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    return `its process ${how}${this.#lastErrorLine === '' ? '' : ` (${this.#lastErrorLine})`}`;
  }

  #pipe(stream: NodeJS.ReadableStream | null, write: (line: string) => void): void {
    if (stream === null) return;
    const gate = new LineGate(write);
    createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', (line) => gate.line(line));
  }
}

/** Passes so many lines a second, and says how many it held back. */
class LineGate {
  readonly #write: (line: string) => void;
  #second = 0;
  #passed = 0;
  #held = 0;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  line(line: string): void {
    const second = Math.floor(performance.now() / 1_000);
    if (second !== this.#second) {
      if (this.#held > 0)
        this.#write(`(${this.#held} more lines were not logged: the limit is ${LINES_PER_SECOND} a second)`);
      this.#second = second;
      this.#passed = 0;
      this.#held = 0;
    }
    if (this.#passed < LINES_PER_SECOND) {
      this.#passed += 1;
      this.#write(line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line);
    } else this.#held += 1;
  }
}
