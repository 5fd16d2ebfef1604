import type { FromLauncher, ToLauncher } from './messages.ts';
import { NotStarted, type Program, type ProgramEnding, type ProgramOutput } from './program.ts';

interface Run {
  readonly output: ProgramOutput;
  readonly resolve: (ending: ProgramEnding) => void;
  readonly reject: (error: Error) => void;
}

/** Programs that another process runs for this one. */
export class RemoteRuns {
  readonly #runs = new Map<number, Run>();
  #last = 0;

  get isEmpty(): boolean {
    return this.#runs.size === 0;
  }

  /** @param send to the process that runs it */
  async run(
    program: Program,
    signal: AbortSignal,
    output: ProgramOutput,
    send: (message: ToLauncher) => void,
  ): Promise<ProgramEnding> {
    const run = ++this.#last;
    const { promise, resolve, reject } = Promise.withResolvers<ProgramEnding>();
    this.#runs.set(run, { output, resolve, reject });
    const abort = (): void => send({ type: 'abort', run });
    signal.addEventListener('abort', abort, { once: true });
    try {
      send({ type: 'run', run, program });
      if (signal.aborted) abort();
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
      this.#runs.delete(run);
    }
  }

  receive(message: FromLauncher): void {
    const run = this.#runs.get(message.run);
    switch (message.type) {
      case 'lines':
        run?.output.lines(message.stream, message.lines);
        return;
      case 'trouble':
        run?.output.trouble(message.what);
        return;
      case 'ended':
        run?.resolve(message.ending);
        return;
      case 'not-started':
        run?.reject(new NotStarted(message.stage, message.message, message.code));
        return;
    }
  }

  /** The other process is gone: nobody will tell how they end. */
  fail(error: Error): void {
    for (const { reject } of this.#runs.values()) reject(error);
  }
}
