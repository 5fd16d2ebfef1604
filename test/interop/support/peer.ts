import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { TestContext } from 'node:test';
import { PYTHON } from './peers.ts';

/** Longer than Comet's and pygcn's third wait before they dial again. */
const PATIENCE_MS = 30_000;
const LOOK_AGAIN_MS = 10;

/** Nothing of the test's own environment, and log lines as soon as they are written. */
const ENVIRONMENT = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', LANG: 'C.UTF-8', PYTHONUNBUFFERED: '1' };

/** A Python program in a directory of its own; both are gone after the test. */
export class Peer {
  readonly directory = mkdtempSync(join(tmpdir(), 'voeventd-interop-'));
  readonly #args: readonly string[];
  #child: ChildProcess | undefined;
  /** What it has said since it was started last. */
  #lines: string[] = [];

  /** @param args what Python is told; a function of the directory, which is also the working directory */
  constructor(context: TestContext, args: (directory: string) => readonly string[]) {
    this.#args = args(this.directory);
    context.after(async () => {
      await this.kill();
      rmSync(this.directory, { recursive: true, force: true });
    });
  }

  /** Runs it, for the first time or after its end. */
  start(input?: Buffer): void {
    const lines: string[] = [];
    const child = spawn(PYTHON, this.#args, { cwd: this.directory, env: ENVIRONMENT });
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => void lines.push(line));
    }
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    this.#child = child;
    this.#lines = lines;
  }

  get log(): string {
    return this.#lines.join('\n');
  }

  /** How many of its lines match. */
  count(pattern: RegExp): number {
    return this.#lines.filter((line) => pattern.test(line)).length;
  }

  /** Resolves once that many of its lines match. */
  async said(pattern: RegExp, times = 1): Promise<void> {
    await this.until(() => this.count(pattern) >= times, `${times} lines like ${pattern}`);
  }

  /** Resolves once the condition holds, while the program runs. */
  async until(condition: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    while (!condition()) {
      if (performance.now() > deadline || this.#child?.exitCode !== null) {
        throw new Error(`Waited in vain for ${what}. ${this.#args.join(' ')} said:\n${this.log}`);
      }
      await new Promise<void>((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Its exit code, once it has ended by itself. */
  async exited(): Promise<number | null> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) await once(child, 'close');
    return child?.exitCode ?? null;
  }

  /** Ends it as a power cut would: kill -9. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.exited();
  }
}
