import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Histogram } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import { Question, Thread } from '../common/thread.ts';
import type { LogPosition } from '../journal/log/segments.ts';
import type { Retention } from '../journal/retention.ts';
import type { FromKeeper, KeeperData, KeeperReport, ToKeeper } from './messages.ts';

export interface KeeperEvents {
  /** There are new alerts in the journal. */
  taken(added: number, duplicates: number): void;
  /** The journal turns out to be damaged; a clause. */
  damaged(reason: string): void;
  /** The thread died of a fault of ours. Nothing acknowledged is lost. */
  failed(error: Error): void;
}

/** The main thread's handle on the journal's keeper. */
export class Keeper {
  readonly #thread: Thread<ToKeeper, FromKeeper>;
  readonly #report = new Question<KeeperReport>();
  readonly #duplicates = new Map<string, number>();
  /** Where the intake is to say up to where its log is on disk. */
  readonly commits: MessagePort;

  /** @param start everything in the intake log before it is from earlier runs */
  constructor(journalPath: string, start: LogPosition, log: Log, events: KeeperEvents) {
    const { port1, port2 } = new MessageChannel();
    this.commits = port1;
    const data: KeeperData = { journalPath, start, commits: port2 };
    const handlers = {
      said: (message: FromKeeper) => {
        switch (message.type) {
          case 'damaged':
            events.damaged(message.reason);
            return;
          case 'taken':
            events.taken(message.added, this.#count(message.duplicates));
            return;
          case 'report':
            this.#report.answer(message.report);
            return;
        }
      },
      failed: (error: Error) => events.failed(error),
      exited: () => this.#report.answer(emptyReport()),
    };
    this.#thread = new Thread('keeper', new URL('./worker.ts', import.meta.url), data, log, handlers, [port2]);
  }

  /** From now on the port is told whenever there are new alerts in the journal. */
  tell(port: MessagePort): void {
    this.#thread.say({ type: 'news', port }, [port]);
  }

  /** Alerts are kept so long, from now on. */
  retain(retention: Retention): void {
    this.#thread.say({ type: 'retain', retention });
  }

  /** How often a source has sent what the journal had already. */
  duplicatesOf(source: string): number {
    return this.#duplicates.get(source) ?? 0;
  }

  async report(): Promise<KeeperReport> {
    if (this.#thread.hasExited) return emptyReport();
    return await this.#report.ask(() => this.#thread.say({ type: 'report' }));
  }

  /** Takes in what the intake, which has ended, has left. */
  async stop(): Promise<void> {
    this.#thread.say({ type: 'stop' });
    await this.#thread.exited;
  }

  #count(duplicates: Readonly<Record<string, number>>): number {
    let total = 0;
    for (const [source, count] of Object.entries(duplicates)) {
      this.#duplicates.set(source, this.duplicatesOf(source) + count);
      total += count;
    }
    return total;
  }
}

function emptyReport(): KeeperReport {
  return { problem: undefined, lag: new Histogram().snapshot };
}
