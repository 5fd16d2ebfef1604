import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { explain } from '../common/errors.ts';
import { ownProgram } from '../common/own-program.ts';
import type { FromLauncher, ToLauncher } from './messages.ts';
import type { Program, ProgramEnding, ProgramOutput, Programs } from './program.ts';
import { RemoteRuns } from './runs.ts';

/** One that dies sooner is started again only when it is needed. */
const LIVED_MS = 10_000;

/** Characters of what it says when it dies of a fault of ours. */
const LAST_WORDS = 2_000;

/** Runs programs through a small process of this same executable, which is started when it is needed, and again when it dies. */
export class Launcher implements Programs {
  readonly #runs = new RemoteRuns();
  #process: ChildProcess | undefined;
  #startedAt = 0;

  /** Starts the process, so that the first program need not wait for it. */
  start(): void {
    this.#launcher();
  }

  async run(program: Program, signal: AbortSignal, output: ProgramOutput): Promise<ProgramEnding> {
    const launcher = this.#launcher();
    // It keeps the daemon alive while it has something to tell, and not longer.
    launcher.channel?.ref();
    try {
      return await this.#runs.run(program, signal, output, (message) => send(launcher, message));
    } finally {
      if (this.#runs.isEmpty) this.#process?.channel?.unref();
    }
  }

  /** Lets the process end, once what it has started has ended. */
  close(): void {
    const launcher = this.#process;
    this.#process = undefined;
    if (launcher?.connected) launcher.disconnect();
  }

  #launcher(): ChildProcess {
    if (this.#process !== undefined) return this.#process;
    const [file, ...entry] = ownProgram();
    const launcher = spawn(file, [...entry, '--launcher'], {
      // Not ours: when we are killed, whoever reads our log is not to wait for it.
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    this.#process = launcher;
    this.#startedAt = performance.now();
    let lastWords = '';
    launcher.stderr?.on('data', (chunk: Buffer) => {
      lastWords = `${lastWords}${chunk}`.slice(-LAST_WORDS);
    });
    (launcher.stderr as Socket | null)?.unref();
    launcher.on('message', (message) => this.#runs.receive(message as FromLauncher));
    launcher.once('error', (error) => this.#ended(launcher, explain(error)));
    launcher.once('exit', (code, signal) => {
      const said = lastWords.trim() === '' ? '' : `: ${lastWords.trim()}`;
      this.#ended(launcher, `${signal ?? `exit code ${code}`}${said}`);
    });
    launcher.unref();
    launcher.channel?.unref();
    return launcher;
  }

  /** What it ran is lost sight of; the next program gets a new one. */
  #ended(launcher: ChildProcess, reason: string): void {
    if (this.#process !== launcher) return;
    this.#process = undefined;
    const error = new Error(
      `The process in which voeventd starts programs has ended (${reason}). The program may have been started, and may still run`,
    );
    this.#runs.fail(error);
    if (performance.now() - this.#startedAt >= LIVED_MS) this.start();
  }
}

function send(launcher: ChildProcess, message: ToLauncher): void {
  // A process that has died says so by its end.
  if (launcher.connected) launcher.send(message, () => {});
}
