import { Worker } from 'node:worker_threads';
import { embedded } from '../common/embedded.ts';
import type { Log } from '../common/log.ts';
import type { FromIntake, IntakeData, SourceReport, ToIntake, VtpSource } from './messages.ts';

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
      this.#exited.resolve();
    });
  }

  /** Runs exactly these sources: new ones start, changed ones connect again, others stop. */
  configure(sources: readonly VtpSource[]): void {
    this.#say({ type: 'sources', sources });
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
