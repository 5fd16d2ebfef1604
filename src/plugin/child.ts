import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { ownProgram } from '../common/own-program.ts';
import { Channel } from './channel.ts';
import { heard, LONGEST_HEARD } from './heard.ts';
import { LineGate, LineSplitter, shortened } from './lines.ts';
import { exceededReason, MemoryWatch } from './memory.ts';
import type { Answer, FromHost, Imported, ToHost, Wish } from './messages.ts';
import { Tail } from './tail.ts';

/** What a plugin's process tells its owner; what it logs goes straight to the log. */
export interface ChildEvents {
  message(message: Answer | Wish | Imported): void;
  /** Once, and last. A clause: `its process exited with code 3`. */
  ended(reason: string): void;
}

/** A process of this same program that runs one plugin. Its output goes to the log. */
export class PluginProcess {
  readonly #child: ChildProcess;
  readonly #log: Log;
  readonly #logGate: LineGate;
  /** The last that it printed, for when it dies: then nobody else tells. */
  readonly tail = new Tail();
  readonly #channel: Channel<ToHost, unknown>;
  readonly #memory: MemoryWatch | undefined;
  readonly #memoryBytes: number | undefined;
  #lastErrorLine = '';
  #hasErrorMessage = false;
  #ranOutOfHeap = false;
  /** Why we have ended it; a clause. */
  #killedFor: string | undefined;
  #ended = false;

  /**
   * @param environment all of it, with what confines the process
   * @param memoryBytes beyond which it is killed
   */
  constructor(log: Log, environment: Record<string, string>, events: ChildEvents, memoryBytes?: number) {
    const [file, ...entry] = ownProgram();
    this.#child = spawn(file, [...entry, '--plugin-host'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    this.#log = log;
    this.#logGate = new LineGate((line) => log.warn(line));
    this.#memoryBytes = memoryBytes;
    this.#channel = new Channel(this.#child.stdio[3] as Duplex, LONGEST_HEARD, {
      message: (message) => this.#receive(message, events),
      garbled: (what) => this.#kill(`it was killed: to voeventd it wrote ${what}`),
      closed: () => {},
    });
    const { pid } = this.#child;
    if (pid !== undefined) {
      this.#memory = new MemoryWatch(pid, memoryBytes, () => this.#kill(exceededReason(memoryBytes)));
    }
    this.#child.once('error', (error) => this.#end(events, `its process cannot be started: ${explain(error)}`));
    // `close` comes when the output has been read to its end, so that the last words are in the log before the verdict.
    this.#child.once('close', (code, signal) => this.#end(events, this.#exitReason(code, signal)));
    this.#pipe(this.#child.stdout, (line) => log.info(line));
    this.#pipe(this.#child.stderr, (line) => {
      this.#noteError(line);
      log.warn(line);
    });
  }

  /** A process that has died says so through `ended`; the message that missed it needs no error of its own. */
  send(message: ToHost): void {
    this.#channel.send(message);
  }

  /** Whether it has something to do: its memory is looked at more often then. */
  set isBusy(isBusy: boolean) {
    if (this.#memory !== undefined) this.#memory.isBusy = isBusy;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  get ended(): boolean {
    return this.#ended;
  }

  #kill(reason: string): void {
    this.#killedFor ??= reason;
    this.kill();
  }

  #receive(said: unknown, events: ChildEvents): void {
    const message = heard(said);
    try {
      if (message === undefined) throw new Error('it is none of those that there are');
      this.#take(message, events);
    } catch (error) {
      this.#kill(`it was killed: it sent a message that voeventd cannot take: ${explain(error)}`);
    }
  }

  #take(message: FromHost, events: ChildEvents): void {
    if (message.type !== 'log') {
      events.message(message);
      return;
    }
    this.tail.line(message.message);
    this.#logGate.line(() => this.#log[message.level](shortened(message.message), message.fields));
  }

  #end(events: ChildEvents, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#memory?.stop();
    this.#logGate.end();
    events.ended(reason);
  }

  #exitReason(code: number | null, signal: NodeJS.Signals | null): string {
    if (this.#killedFor !== undefined) return this.#killedFor;
    if (this.#ranOutOfHeap) return exceededReason(this.#memoryBytes);
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    return `its process ${how}${this.#lastErrorLine === '' ? '' : ` (${this.#lastErrorLine})`}`;
  }

  /** Keeps the line that says most about why the process may be ending. */
  #noteError(line: string): void {
    const text = line.trim();
    this.#ranOutOfHeap ||= /^FATAL ERROR: .*out of memory/.test(text);
    if (text === '' || /^at |^Node\.js v/.test(text)) return;
    // Node prints an error's properties below its message.
    const isMessage = /^(?:Uncaught )?\w*Error\b.*: /.test(text);
    if (isMessage || !this.#hasErrorMessage) this.#lastErrorLine = isMessage ? text.replace(/ \{$/, '') : text;
    this.#hasErrorMessage ||= isMessage;
  }

  #pipe(stream: NodeJS.ReadableStream | null, write: (line: string) => void): void {
    const gate = new LineGate(write);
    const splitter = new LineSplitter((line) => {
      this.tail.line(line);
      gate.line(() => write(line));
    });
    stream?.on('data', (chunk: Buffer) => splitter.push(chunk));
    stream?.once('close', () => {
      splitter.end();
      gate.end();
    });
  }
}
