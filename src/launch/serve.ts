import { codeOf, messageOf } from '../common/errors.ts';
import type { FromLauncher, ToLauncher } from './messages.ts';
import { NotStarted, type Program, type Programs } from './program.ts';

/** The other side of `RemoteRuns`: runs programs for another process. */
export class ServedPrograms {
  readonly #programs: Programs;
  readonly #send: (message: FromLauncher) => void;
  readonly #running = new Map<number, { readonly controller: AbortController; readonly ended: Promise<void> }>();

  constructor(programs: Programs, send: (message: FromLauncher) => void) {
    this.#programs = programs;
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

  /** Ends all that runs. */
  abort(): void {
    for (const { controller } of this.#running.values()) controller.abort();
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  async #run(run: number, program: Program, signal: AbortSignal): Promise<void> {
    try {
      const ending = await this.#programs.run(program, signal, {
        lines: (stream, lines) => this.#send({ type: 'lines', run, stream, lines }),
        trouble: (what) => this.#send({ type: 'trouble', run, what }),
      });
      this.#send({ type: 'ended', run, ending });
    } catch (error) {
      const stage = error instanceof NotStarted ? error.stage : 'start';
      this.#send({ type: 'not-started', run, stage, message: messageOf(error), code: codeOf(error) });
    }
  }
}
