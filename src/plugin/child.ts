import { type ChildProcess, spawn } from 'node:child_process';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { ownProgram } from '../common/own-program.ts';
import { LineGate, LineSplitter, shortened } from './lines.ts';
import type { Answer, FromHost, ToHost, Wish } from './messages.ts';
import { Tail } from './tail.ts';

/** What a plugin's process tells its owner; what it logs goes straight to the log. */
export interface ChildEvents {
  message(message: Answer | Wish): void;
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
  #lastErrorLine = '';
  #hasErrorMessage = false;
  #ended = false;

  /** @param environment all of it, with what confines the process */
  constructor(log: Log, environment: Record<string, string>, events: ChildEvents) {
    const [file, ...entry] = ownProgram();
    this.#child = spawn(file, [...entry, '--plugin-host'], {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#log = log;
    this.#logGate = new LineGate((line) => log.warn(line));
    this.#child.on('message', (message) => this.#receive(message as FromHost, events));
    this.#child.once('error', (error) => this.#end(events, `its process cannot be started: ${explain(error)}`));
    // `close` comes when the output has been read to its end, so that the last words are in the log before the verdict.
    this.#child.once('close', (code, signal) => this.#end(events, this.#exitReason(code, signal)));
    this.#pipe(this.#child.stdout, (line) => log.info(line));
    this.#pipe(this.#child.stderr, (line) => {
      this.#noteError(line);
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

  #receive(message: FromHost, events: ChildEvents): void {
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
    this.#logGate.end();
    events.ended(reason);
  }

  #exitReason(code: number | null, signal: NodeJS.Signals | null): string {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    return `its process ${how}${this.#lastErrorLine === '' ? '' : ` (${this.#lastErrorLine})`}`;
  }

  /** Keeps the line that says most about why the process may be ending. */
  #noteError(line: string): void {
    const text = line.trim();
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
