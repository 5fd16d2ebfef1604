import type { Alert } from '../alert/model.ts';
import { nameOf } from '../alert/summary.ts';
import type { Joined } from '../alert/threads.ts';
import type { PastDelivery } from '../journal/ledger.ts';
import type { StoredAlert } from '../journal/stored.ts';
import type { HistoryJournal } from '../pipeline/history.ts';
import type { HandlerVerdict } from '../rules/router.ts';
import { supersedes } from '../rules/withdrawal.ts';

interface Kept {
  readonly seq: number;
  thread: string;
  readonly alert: Alert;
  readonly got: ReadonlySet<string>;
}

/** What a trial has decided so far, in memory. Whatever fired has been done. */
export class TrialJournal implements HistoryJournal {
  readonly #kept: Kept[] = [];

  keep(alert: Alert, { thread, merged }: Pick<Joined, 'thread' | 'merged'>, verdicts: readonly HandlerVerdict[]): void {
    for (const one of this.#kept) if (merged.includes(one.thread)) one.thread = thread;
    const got = verdicts.filter(({ fired, retraction }) => fired && retraction === undefined);
    this.#kept.push({ seq: this.#kept.length + 1, thread, alert, got: new Set(got.map(({ handler }) => handler)) });
  }

  tried(seq: number): Alert | undefined {
    return this.#kept[seq - 1]?.alert;
  }

  /** Alerts of its thread that were tried before it. */
  earlier({ id }: Pick<Alert, 'id'>): Alert[] {
    const own = this.#kept.findLast(({ alert }) => alert.id === id);
    if (own === undefined) return [];
    return this.#kept.filter(({ seq, thread }) => seq < own.seq && thread === own.thread).map(({ alert }) => alert);
  }

  alert(seq: number): StoredAlert | undefined {
    return stored(this.#kept[seq - 1]);
  }

  lastOf(threads: readonly string[]): StoredAlert | undefined {
    return stored(this.#of(threads).at(-1));
  }

  isRetracted(threads: readonly string[]): boolean {
    return this.#of(threads).some(({ alert }) => alert.kind === 'retraction');
  }

  supersederOf(threads: readonly string[], name: string, date: string | undefined): string | undefined {
    return this.#of(threads).find(({ alert }) => supersedes(alert, { name, date }))?.alert.ivorn;
  }

  deliveriesOf(threads: readonly string[], handler: string): PastDelivery[] {
    const got = this.#of(threads).filter((one) => one.got.has(handler));
    return got.toReversed().map(({ seq, alert }) => ({
      ...{
        seq,
        name: nameOf(alert.ivorn),
        date: alert.date,
        begun: true,
        isOpen: false,
        pretended: false,
        skipped: false,
      },
    }));
  }

  #of(threads: readonly string[]): Kept[] {
    return this.#kept.filter(({ thread }) => threads.includes(thread));
  }
}

/** The history reads what it finds again by its number, and nothing else. */
function stored(kept: Kept | undefined): StoredAlert | undefined {
  return kept === undefined ? undefined : ({ seq: kept.seq } as StoredAlert);
}
