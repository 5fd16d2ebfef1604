import { pause } from '../common/abort.ts';
import type { Log } from '../common/log.ts';
import { Orders, Thread } from '../common/thread.ts';
import type { FromWeb, Served, ToWeb, WebData, WebSettings } from './messages.ts';
import type { Snapshot } from './snapshot.ts';

export interface WebEvents {
  /** Somebody looks: what are the parts doing? */
  ask(): Promise<Snapshot>;
  /** The thread died of a fault of ours. Everything else goes on. */
  failed(error: Error): void;
}

const HAS_ENDED: Served = { problem: 'the thread of the status page has ended' };

/** A thread that is busy for longer when it is to stop is ended where it stands: it only reads. */
const STOP_MS = 2_000;

/** The main thread's handle on the web's thread. */
export class Web {
  readonly #thread: Thread<ToWeb, FromWeb>;
  readonly #configurations = new Orders<Served>();

  /** @param source of the thread, when running from the sources */
  constructor(journalPath: string, log: Log, events: WebEvents, source: URL = new URL('./worker.ts', import.meta.url)) {
    const data: WebData = { journalPath };
    this.#thread = new Thread('web', source, data, log, {
      said: (message: FromWeb) => {
        switch (message.type) {
          case 'configured':
            this.#configurations.done(message.served);
            return;
          case 'ask':
            void events.ask().then((snapshot) => this.#say({ type: 'snapshot', snapshot }));
            return;
        }
      },
      failed: events.failed,
      exited: () => this.#configurations.end(HAS_ENDED),
    });
  }

  /** Serves with these settings. */
  async configure(settings: WebSettings): Promise<Served> {
    if (this.#thread.hasExited) return HAS_ENDED;
    return await this.#configurations.give(() => this.#say({ type: 'configure', settings }));
  }

  /** Ends every connection. Nobody waits longer than a moment for it, whatever it does. */
  async stop(): Promise<void> {
    this.#say({ type: 'stop' });
    const ended = new AbortController();
    await Promise.race([this.#thread.exited, pause(STOP_MS, ended.signal)]);
    ended.abort();
    if (!this.#thread.hasExited) await this.#thread.terminate();
  }

  #say(message: ToWeb): void {
    if (!this.#thread.hasExited) this.#thread.say(message);
  }
}
