/**
 * The other side of `launcher.ts`: a process that does nothing but run programs, and so is small. To start one, the system
 * copies the tables of the starting process's memory, which takes the daemon ten milliseconds and more, and all its threads
 * stand still meanwhile.
 */

import { messageOf } from '../common/errors.ts';
import type { FromLauncher, ToLauncher } from './messages.ts';
import { NotStarted, type Program } from './program.ts';
import { ownPrograms } from './run.ts';

/** Runs until the daemon closes the channel, or dies, and what it has started has ended. */
export async function runLauncher(): Promise<void> {
  const send = process.send?.bind(process);
  if (send === undefined) {
    process.stderr.write('voeventd --launcher is started by the daemon itself.\n');
    process.exitCode = 2;
    return;
  }
  process.title = 'voeventd launcher';
  // Ctrl-C reaches the whole foreground group, and a service manager ends all at once; the daemon decides when its programs
  // end.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const launching = new Launching((message) => {
    if (process.connected) send(message, undefined, undefined, () => {});
  });
  process.on('message', (message: ToLauncher) => launching.receive(message));
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('disconnect', resolve);
  await promise;
  await launching.idle();
}

class Launching {
  readonly #send: (message: FromLauncher) => void;
  readonly #running = new Map<number, { readonly controller: AbortController; readonly ended: Promise<void> }>();

  constructor(send: (message: FromLauncher) => void) {
    this.#send = send;
  }

  receive(message: ToLauncher): void {
    switch (message.type) {
      case 'run': {
        const { run, program } = message;
        const controller = new AbortController();
        const ended = this.#run(run, program, controller.signal).finally(() => this.#running.delete(run));
        this.#running.set(run, { controller, ended });
        return;
      }
      case 'abort':
        this.#running.get(message.run)?.controller.abort();
        return;
    }
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #run(run: number, program: Program, signal: AbortSignal): Promise<void> {
    try {
      const ending = await ownPrograms.run(program, signal, {
        lines: (stream, lines) => this.#send({ type: 'lines', run, stream, lines }),
        trouble: (what) => this.#send({ type: 'trouble', run, what }),
      });
      this.#send({ type: 'ended', run, ending });
    } catch (error) {
      const { stage, code } = error instanceof NotStarted ? error : { stage: 'start' as const, code: undefined };
      this.#send({ type: 'not-started', run, stage, message: messageOf(error), code });
    }
  }
}
