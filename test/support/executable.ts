import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const EXECUTABLE = fileURLToPath(new URL('../../dist/voeventd', import.meta.url));

/** The environment of a control host: nothing of Node's, no coverage. */
const ENVIRONMENT = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8' };
const PATIENCE_MS = 30_000;

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The packaged executable, running. */
export class Voeventd {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  readonly output: string[] = [];
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  #watchers: (() => void)[] = [];

  constructor(
    args: readonly string[],
    options: { cwd: string; env?: Record<string, string>; input?: string | Buffer },
  ) {
    if (!existsSync(EXECUTABLE)) throw new Error(`${EXECUTABLE} is missing: run npm run build first.`);
    this.child = spawn(EXECUTABLE, [...args], {
      cwd: options.cwd,
      env: { ...ENVIRONMENT, ...options.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child.stdin?.on('error', () => {});
    this.child.stdin?.end(options.input ?? '');
    const { promise, resolve } = Promise.withResolvers<{ code: number | null; signal: NodeJS.Signals | null }>();
    this.child.once('close', (code, signal) => {
      resolve({ code, signal });
      this.#wake();
    });
    this.exited = promise;
    this.#follow(this.child.stdout, this.output);
    this.#follow(this.child.stderr, this.lines);
  }

  /** The log, as far as it is JSON. */
  get log(): LogLine[] {
    return this.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as LogLine);
  }

  /** Resolves once a line of the log matches. */
  async logged(pattern: RegExp, times = 1): Promise<LogLine> {
    await this.until(
      `the log to say ${pattern}`,
      () => this.log.filter(({ msg }) => pattern.test(msg)).length >= times,
    );
    const found = this.log.find(({ msg }) => pattern.test(msg));
    if (found === undefined) throw new Error('The log line is gone.');
    return found;
  }

  /** Resolves once the condition holds; it is looked at whenever the program writes, and now and then. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!condition()) {
      if (Date.now() > deadline || this.child.exitCode !== null) {
        throw new Error(`Waited in vain for ${what}. Its log:\n${this.lines.slice(-30).join('\n')}`);
      }
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 20);
        this.#watchers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.child.kill(signal);
    return await this.exited;
  }

  #follow(stream: NodeJS.ReadableStream | null, lines: string[]): void {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line);
      this.#wake();
    });
  }

  #wake(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) watcher();
  }
}

/** What ends, as a test does. */
export interface Scope {
  after(end: () => unknown): void;
}

/** A directory of its own, and the executable in it; both gone after the test. */
export function sandbox(context: Scope): {
  directory: string;
  write(name: string, content: string | Buffer): string;
  start(...args: string[]): Voeventd;
  startWith(
    options: { env?: Record<string, string>; input?: string | Buffer; cwd?: string },
    ...args: string[]
  ): Voeventd;
} {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-e2e-'));
  const started: Voeventd[] = [];
  context.after(async () => {
    await Promise.all(started.map((one) => (one.child.exitCode === null ? one.stop('SIGKILL') : undefined)));
    rmSync(directory, { recursive: true, force: true });
  });
  const startWith = (
    options: { env?: Record<string, string>; input?: string | Buffer; cwd?: string },
    ...args: string[]
  ) => {
    const one = new Voeventd(args, { cwd: directory, ...options });
    started.push(one);
    return one;
  };
  return {
    directory,
    write: (name, content) => {
      const file = join(directory, name);
      writeFileSync(file, content);
      return file;
    },
    start: (...args) => startWith({}, ...args),
    startWith,
  };
}
