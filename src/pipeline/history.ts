import type { Alert } from '../alert/model.ts';
import type { Joined } from '../alert/threads.ts';
import type { StoredAlert } from '../journal/stored.ts';
import type { Circumstances } from '../rules/circumstances.ts';
import type { ThreadFacts } from '../rules/facts.ts';
import type { HandlerVerdict } from '../rules/router.ts';
import { separation } from '../sky/angles.ts';

/** What the history needs of the journal. Threads go by any of these names. */
export interface HistoryJournal {
  /** The last alert that was decided on. */
  lastOf(threads: readonly string[]): StoredAlert | undefined;
  /** Whether one of the alerts is a retraction. */
  isRetracted(threads: readonly string[]): boolean;
  /** The last alert that the handler has got, or that waits for it. */
  lastDelivered(threads: readonly string[], handler: string): StoredAlert | undefined;
}

interface Recent {
  thread: string;
  readonly alert: Alert;
  readonly got: ReadonlySet<string>;
}

/** What came before about the same event: by the journal, and by the alerts of this batch, which it does not have yet. */
export class History {
  readonly #journal: HistoryJournal;
  readonly #decode: (stored: StoredAlert) => Alert | undefined;
  #recent: Recent[] = [];

  /** @param decode undefined where it cannot be read */
  constructor(journal: HistoryJournal, decode: (stored: StoredAlert) => Alert | undefined) {
    this.#journal = journal;
    this.#decode = decode;
  }

  /** What a decision on this alert may depend on. Looked up only where it is asked for. */
  circumstances(alert: Alert, { thread, merged }: Pick<Joined, 'thread' | 'merged'>, now: number): Circumstances {
    const threads = [thread, ...merged];
    let facts: ThreadFacts | undefined;
    return {
      ...{ alert, now },
      thread: () => {
        facts ??= this.#facts(alert, threads);
        return facts;
      },
      delivered: (handler) => this.#delivered(threads, handler),
    };
  }

  /** What has been decided, for the alerts that come after it in the batch. */
  remember(
    alert: Alert,
    { thread, merged }: Pick<Joined, 'thread' | 'merged'>,
    verdicts: readonly HandlerVerdict[],
  ): void {
    for (const one of this.#recent) if (merged.includes(one.thread)) one.thread = thread;
    const got = verdicts.filter(({ fired, retraction }) => fired && retraction === undefined);
    this.#recent.push({ thread, alert, got: new Set(got.map(({ handler }) => handler)) });
  }

  /** The journal has what was decided. */
  forget(): void {
    this.#recent = [];
  }

  #facts(alert: Alert, threads: readonly string[]): ThreadFacts {
    const recent = this.#recent.filter(({ thread }) => threads.includes(thread));
    const previous = recent.at(-1)?.alert ?? this.#read(this.#journal.lastOf(threads));
    return {
      first: previous === undefined,
      retracted:
        alert.kind === 'retraction' ||
        recent.some((one) => one.alert.kind === 'retraction') ||
        this.#journal.isRetracted(threads),
      previous,
      moved: distance(previous, alert),
    };
  }

  #delivered(threads: readonly string[], handler: string): Alert | undefined {
    const recent = this.#recent.findLast(({ thread, got }) => threads.includes(thread) && got.has(handler));
    return recent?.alert ?? this.#read(this.#journal.lastDelivered(threads, handler));
  }

  #read(stored: StoredAlert | undefined): Alert | undefined {
    return stored === undefined ? undefined : this.#decode(stored);
  }
}

function distance(a: Alert | undefined, b: Alert): number | undefined {
  if (a?.ra === undefined || a.dec === undefined || b.ra === undefined || b.dec === undefined) return undefined;
  return separation(a.ra, a.dec, b.ra, b.dec);
}
