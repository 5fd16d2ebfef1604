import type { Alert } from '../alert/model.ts';
import { nameOf } from '../alert/summary.ts';
import type { Joined } from '../alert/threads.ts';
import type { PastDelivery } from '../journal/ledger.ts';
import type { StoredAlert } from '../journal/stored.ts';
import type { Circumstances, Recipient } from '../rules/circumstances.ts';
import type { ThreadFacts } from '../rules/facts.ts';
import type { HandlerVerdict } from '../rules/router.ts';
import { type Relative, supersedes, withdrawalBy } from '../rules/withdrawal.ts';
import { separation } from '../sky/angles.ts';

/** What the history needs of the journal. Threads go by any of these names. */
export interface HistoryJournal {
  alert(seq: number): StoredAlert | undefined;
  /** The last alert that was decided on. */
  lastOf(threads: readonly string[]): StoredAlert | undefined;
  /** Whether one of the alerts is a retraction. */
  isRetracted(threads: readonly string[]): boolean;
  /** The name of an alert that supersedes this one. */
  supersederOf(threads: readonly string[], name: string, date: string | undefined): string | undefined;
  /** What became of the alerts that were for the handler, the last one first; not of those that retract. */
  deliveriesOf(threads: readonly string[], handler: string): PastDelivery[];
}

type Thread = Pick<Joined, 'thread' | 'merged'>;

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
  circumstances(alert: Alert, { thread, merged }: Thread, now: number): Circumstances {
    const threads = [thread, ...merged];
    let facts: ThreadFacts | undefined;
    return {
      ...{ alert, now },
      thread: () => {
        facts ??= this.#facts(alert, threads);
        return facts;
      },
      superseder: () => this.#superseder(alert, threads),
      delivered: (recipient) => this.#delivered(alert, threads, recipient),
      begun: (recipient) => this.#begun(alert, threads, recipient),
    };
  }

  /** What has been decided, for the alerts that come after it in the batch. */
  remember(alert: Alert, { thread, merged }: Thread, verdicts: readonly HandlerVerdict[]): void {
    for (const one of this.#recent) if (merged.includes(one.thread)) one.thread = thread;
    const got = verdicts.filter(({ fired, retraction }) => fired && retraction === undefined);
    this.#recent.push({ thread, alert, got: new Set(got.map(({ handler }) => handler)) });
  }

  /** The journal has what was decided. */
  forget(): void {
    this.#recent = [];
  }

  #facts(alert: Alert, threads: readonly string[]): ThreadFacts {
    const recent = this.#of(threads);
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

  #superseder(alert: Alert, threads: readonly string[]): string | undefined {
    const relative = relativeOf(alert);
    const recent = this.#of(threads).find((one) => supersedes(one.alert, relative));
    return recent?.alert.ivorn ?? this.#journal.supersederOf(threads, relative.name, relative.date);
  }

  #delivered(alert: Alert, threads: readonly string[], recipient: Recipient): Alert | undefined {
    const { got, past } = this.#deliveries(alert, threads, recipient);
    const last = got.at(-1);
    if (last !== undefined) return last;
    const delivery = past.find(({ skipped, isOpen, wanted }) => !skipped && (wanted || !isOpen));
    return delivery === undefined ? undefined : this.#read(this.#journal.alert(delivery.seq));
  }

  #begun(alert: Alert, threads: readonly string[], recipient: Recipient): boolean {
    const { got, past } = this.#deliveries(alert, threads, recipient);
    return got.length > 0 || past.some(({ begun, isOpen, wanted }) => begun || (isOpen && wanted));
  }

  /** What the handler has got or will get once this alert, and those before it in the batch, have withdrawn theirs. */
  #deliveries(alert: Alert, threads: readonly string[], { handler, cancels, pretends }: Recipient) {
    const recent = this.#of(threads);
    const isWanted = (relative: Relative, later: readonly Alert[]): boolean =>
      !cancels || !later.some((one) => withdrawalBy(one)?.covers(relative));
    // An update takes the place of what the handler has got only where the handler gets it.
    const counts = (one: Recent): boolean => one.alert.kind === 'retraction' || one.got.has(handler);
    const after = (index: number): Alert[] => [
      ...recent
        .slice(index)
        .filter(counts)
        .map((one) => one.alert),
      alert,
    ];
    const got = recent.filter(
      (one, index) => one.got.has(handler) && isWanted(relativeOf(one.alert), after(index + 1)),
    );
    const past = this.#journal
      .deliveriesOf(threads, handler)
      .filter(({ pretended }) => pretends || !pretended)
      .map((delivery) => ({ ...delivery, wanted: isWanted(delivery, after(0)) }));
    return { got: got.map((one) => one.alert), past };
  }

  #of(threads: readonly string[]): Recent[] {
    return this.#recent.filter(({ thread }) => threads.includes(thread));
  }

  #read(stored: StoredAlert | undefined): Alert | undefined {
    return stored === undefined ? undefined : this.#decode(stored);
  }
}

function relativeOf({ ivorn, date }: Alert): Relative {
  return { name: nameOf(ivorn), date };
}

function distance(a: Alert | undefined, b: Alert): number | undefined {
  if (a?.ra === undefined || a.dec === undefined || b.ra === undefined || b.dec === undefined) return undefined;
  return separation(a.ra, a.dec, b.ra, b.dec);
}
