import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import { Orders, Question, Thread } from '../common/thread.ts';
import { inspectProgram } from '../inspect/program.ts';
import type { BroadcastData, BroadcastReport, BroadcastSettings, FromBroadcast, ToBroadcast } from './messages.ts';

export interface BroadcastEvents {
  /** The thread died of a fault of ours. The daemon goes on receiving. */
  failed(error: Error): void;
}

const HAS_ENDED = 'the broadcasting thread has ended';

/** The main thread's handle on the broadcasting thread. */
export class Broadcast {
  readonly #thread: Thread<ToBroadcast, FromBroadcast>;
  readonly #report = new Question<BroadcastReport>();
  readonly #configurations = new Orders<string | undefined>();
  /** To be told whenever there are new alerts in the journal. */
  readonly news: MessagePort;

  constructor(journalPath: string, log: Log, events: BroadcastEvents) {
    const { port1, port2 } = new MessageChannel();
    this.news = port1;
    const data: BroadcastData = { journalPath, inspect: inspectProgram(), news: port2 };
    const handlers = {
      said: (message: FromBroadcast) => {
        switch (message.type) {
          case 'configured':
            this.#configurations.done(message.problem);
            return;
          case 'report':
            this.#report.answer(message.report);
            return;
        }
      },
      failed: (error: Error) => events.failed(error),
      exited: () => {
        this.#report.answer(stoppedReport());
        this.#configurations.end(HAS_ENDED);
      },
    };
    this.#thread = new Thread('broadcast', new URL('./worker.ts', import.meta.url), data, log, handlers, [port2]);
  }

  /**
   * Broadcasts with these settings. Subscribers stay connected unless where or how they connect has changed.
   *
   * @returns why it cannot listen, a clause; it goes on trying
   */
  async configure(settings: BroadcastSettings): Promise<string | undefined> {
    if (this.#thread.hasExited) return HAS_ENDED;
    return await this.#configurations.give(() => this.#thread.say({ type: 'configure', settings }));
  }

  async report(): Promise<BroadcastReport> {
    if (this.#thread.hasExited) return stoppedReport();
    return await this.#report.ask(() => this.#thread.say({ type: 'report' }));
  }

  /** Hands on what the journal has, and closes every connection. */
  async stop(): Promise<void> {
    this.#thread.say({ type: 'stop' });
    await this.#thread.exited;
  }
}

function stoppedReport(): BroadcastReport {
  return { status: { state: 'stopped' }, lag: new Histogram().snapshot };
}
