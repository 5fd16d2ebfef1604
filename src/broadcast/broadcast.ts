import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads';
import { embedded } from '../common/embedded.ts';
import type { Log } from '../common/log.ts';
import { inspectProgram } from '../inspect/program.ts';
import type { BroadcasterStatus } from '../vtp/broadcaster/status.ts';
import type { BroadcastData, BroadcastSettings, FromBroadcast, ToBroadcast } from './messages.ts';

export interface BroadcastEvents {
  /** The thread died of a fault of ours. The daemon goes on receiving. */
  failed(error: Error): void;
}

/** As in the intake thread: what it makes lives as long as a write. */
const LIMITS = { maxYoungGenerationSizeMb: 6 };

/** The main thread's handle on the broadcasting thread. */
export class Broadcast {
  readonly #worker: Worker;
  readonly #exited = Promise.withResolvers<void>();
  readonly #configuring: PromiseWithResolvers<string | undefined>[] = [];
  /** To be told whenever there are new alerts in the journal. */
  readonly news: MessagePort;
  #report: PromiseWithResolvers<BroadcasterStatus> | undefined;
  #hasExited = false;

  constructor(journalPath: string, log: Log, events: BroadcastEvents) {
    const { port1, port2 } = new MessageChannel();
    this.news = port1;
    const workerData: BroadcastData = { journalPath, inspect: inspectProgram(), news: port2 };
    const options = { workerData, transferList: [port2], resourceLimits: LIMITS };
    const program = embedded();
    this.#worker =
      program === undefined
        ? new Worker(new URL('./worker.ts', import.meta.url), options)
        : new Worker(program.worker('broadcast'), { ...options, eval: true });
    this.#worker.on('message', (message: FromBroadcast) => {
      switch (message.type) {
        case 'configured':
          this.#configuring.shift()?.resolve(message.problem);
          return;
        case 'report':
          this.#answer(message.status);
          return;
        case 'log':
          log[message.level](message.message, message.fields);
          return;
      }
    });
    this.#worker.once('error', (error) => events.failed(error instanceof Error ? error : new Error(String(error))));
    this.#worker.once('exit', () => {
      this.#hasExited = true;
      this.#answer({ state: 'stopped' });
      for (const { resolve } of this.#configuring.splice(0)) resolve('the broadcasting thread has ended');
      this.#exited.resolve();
    });
  }

  /**
   * Broadcasts with these settings. Subscribers stay connected unless where or how they connect has changed.
   *
   * @returns why it cannot listen, a clause; it goes on trying
   */
  async configure(settings: BroadcastSettings): Promise<string | undefined> {
    if (this.#hasExited) return 'the broadcasting thread has ended';
    const configuring = Promise.withResolvers<string | undefined>();
    this.#configuring.push(configuring);
    this.#say({ type: 'configure', settings });
    return await configuring.promise;
  }

  async report(): Promise<BroadcasterStatus> {
    if (this.#hasExited) return { state: 'stopped' };
    if (this.#report === undefined) {
      this.#report = Promise.withResolvers();
      this.#say({ type: 'report' });
    }
    return await this.#report.promise;
  }

  /** Hands on what the journal has, and closes every connection. */
  async stop(): Promise<void> {
    this.#say({ type: 'stop' });
    await this.#exited.promise;
  }

  #answer(status: BroadcasterStatus): void {
    this.#report?.resolve(status);
    this.#report = undefined;
  }

  #say(message: ToBroadcast): void {
    this.#worker.postMessage(message);
  }
}
