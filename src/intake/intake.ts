import { type MessagePort, Worker } from 'node:worker_threads';
import { embedded } from '../common/embedded.ts';
import type { Log } from '../common/log.ts';
import type { InspectProgram } from '../inspect/messages.ts';
import type { FromIntake, IntakeData, Source, SourceProblem, SourceReport, ToIntake } from './messages.ts';

export interface IntakeEvents {
  /** New documents are in the journal. */
  stored(added: number, duplicates: number): void;
  /** The thread died of a fault of ours. Nothing acknowledged is lost. */
  failed(error: Error): void;
}

/**
 * What the thread makes lives as long as a commit. V8 would let its nursery grow by tens of megabytes in a burst, for
 * nothing that lasts.
 */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/** The main thread's handle on the intake thread. */
export class Intake {
  readonly #worker: Worker;
  readonly #exited = Promise.withResolvers<void>();
  #report: PromiseWithResolvers<readonly SourceReport[]> | undefined;
  readonly #configuring: PromiseWithResolvers<readonly SourceProblem[]>[] = [];
  #hasExited = false;

  constructor(journalPath: string, log: Log, events: IntakeEvents) {
    const workerData: IntakeData = { journalPath };
    const program = embedded();
    this.#worker =
      program === undefined
        ? new Worker(new URL('./worker.ts', import.meta.url), { workerData, resourceLimits: LIMITS })
        : new Worker(program.worker('intake'), { eval: true, workerData, resourceLimits: LIMITS });
    this.#worker.on('message', (message: FromIntake) => {
      switch (message.type) {
        case 'ready':
          return;
        case 'stored':
          events.stored(message.added, message.duplicates);
          return;
        case 'running':
          this.#configuring.shift()?.resolve(message.problems);
          return;
        case 'report':
          this.#answer(message.sources);
          return;
        case 'log':
          log[message.level](message.message, message.fields);
          return;
      }
    });
    this.#worker.once('error', (error) => events.failed(error instanceof Error ? error : new Error(String(error))));
    this.#worker.once('exit', () => {
      this.#hasExited = true;
      this.#answer([]);
      for (const { resolve } of this.#configuring.splice(0)) resolve([]);
      this.#exited.resolve();
    });
  }

  /**
   * Runs exactly these sources: new ones start, changed ones connect again, others stop.
   *
   * @param inspect the program of the thread that examines what authors send; receivers need it
   * @returns those that cannot listen; they go on trying
   */
  async configure(sources: readonly Source[], inspect?: InspectProgram): Promise<readonly SourceProblem[]> {
    if (this.#hasExited) return [];
    const configuring = Promise.withResolvers<readonly SourceProblem[]>();
    this.#configuring.push(configuring);
    this.#say({ type: 'sources', sources, inspect });
    return await configuring.promise;
  }

  /** From now on the port is told whenever new documents are in the journal. */
  tell(port: MessagePort): void {
    this.#worker.postMessage({ type: 'news', port } satisfies ToIntake, [port]);
  }

  /** Keeps a document of our own, as one from this source. */
  keep(source: string, packet: Uint8Array): void {
    this.#say({ type: 'keep', source, packet });
  }

  /** What every source is doing; nothing when the thread has ended. */
  async report(): Promise<readonly SourceReport[]> {
    if (this.#hasExited) return [];
    if (this.#report === undefined) {
      this.#report = Promise.withResolvers();
      this.#say({ type: 'report' });
    }
    return await this.#report.promise;
  }

  /** Closes every connection and commits what has arrived. */
  async stop(): Promise<void> {
    this.#say({ type: 'stop' });
    await this.#exited.promise;
  }

  #answer(sources: readonly SourceReport[]): void {
    this.#report?.resolve(sources);
    this.#report = undefined;
  }

  #say(message: ToIntake): void {
    this.#worker.postMessage(message);
  }
}
