import type { MessagePort } from 'node:worker_threads';
import { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import { Orders, Question, Thread } from '../common/thread.ts';
import type { InspectProgram } from '../inspect/messages.ts';
import type { Coming, FromIntake, IntakeData, IntakeReport, Source, SourceProblem, ToIntake } from './messages.ts';

export interface IntakeEvents {
  /** A document has come, and is being written to disk. */
  coming(document: Coming): void;
  /** The thread died of a fault of ours. Nothing acknowledged is lost. */
  failed(error: Error): void;
}

/** The main thread's handle on the intake thread. */
export class Intake {
  readonly #thread: Thread<ToIntake, FromIntake>;
  readonly #report = new Question<IntakeReport>();
  readonly #configurations = new Orders<readonly SourceProblem[]>();

  /**
   * @param segment the first segment of the intake log to write
   * @param commits where the keeper is told what is on disk
   */
  constructor(journalPath: string, segment: number, commits: MessagePort, log: Log, events: IntakeEvents) {
    const data: IntakeData = { journalPath, segment, commits };
    const handlers = {
      said: (message: FromIntake) => {
        switch (message.type) {
          case 'ready':
            return;
          case 'coming':
            events.coming(message.document);
            return;
          case 'running':
            this.#configurations.done(message.problems);
            return;
          case 'report':
            this.#report.answer(message.report);
            return;
        }
      },
      failed: (error: Error) => events.failed(error),
      exited: () => {
        this.#report.answer(emptyReport());
        this.#configurations.end([]);
      },
    };
    this.#thread = new Thread('intake', new URL('./worker.ts', import.meta.url), data, log, handlers, [commits]);
  }

  /**
   * Runs exactly these sources: new ones start, changed ones connect again, others stop.
   *
   * @param inspect the program of the thread that examines what authors send; receivers need it
   * @returns those that cannot listen; they go on trying
   */
  async configure(sources: readonly Source[], inspect?: InspectProgram): Promise<readonly SourceProblem[]> {
    if (this.#thread.hasExited) return [];
    return await this.#configurations.give(() => this.#thread.say({ type: 'sources', sources, inspect }));
  }

  /** Keeps a document of our own, as one from this source. */
  keep(source: string, packet: Uint8Array): void {
    this.#thread.say({ type: 'keep', source, packet });
  }

  /** What it is doing; nothing when the thread has ended. */
  async report(): Promise<IntakeReport> {
    if (this.#thread.hasExited) return emptyReport();
    return await this.#report.ask(() => this.#thread.say({ type: 'report' }));
  }

  /** Closes every connection and commits what has arrived. */
  async stop(): Promise<void> {
    this.#thread.say({ type: 'stop' });
    await this.#thread.exited;
  }
}

function emptyReport(): IntakeReport {
  const { snapshot } = new Histogram();
  return { sources: [], ack: snapshot, lag: snapshot, journalProblem: undefined };
}
