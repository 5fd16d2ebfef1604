import type { Decoded } from '../alert/decoded.ts';
import type { Alert } from '../alert/model.ts';
import { Threads } from '../alert/threads.ts';
import { History } from '../pipeline/history.ts';
import { decide, type HandlerVerdict } from '../rules/router.ts';
import type { Selection } from '../rules/selection.ts';
import { TrialJournal } from './trial-journal.ts';

/** An alert, and what was decided on it. */
export interface Tried {
  readonly alert: Alert;
  readonly verdicts: readonly HandlerVerdict[];
}

/** Decides on one alert after the other as the daemon does that is done with each before the next; it runs nothing. */
export class Trial {
  readonly #selections: readonly Selection[];
  readonly #threads = new Threads();
  readonly #journal = new TrialJournal();
  readonly #history = new History(this.#journal, ({ seq }) => this.#journal.tried(seq));

  constructor(selections: readonly Selection[]) {
    this.#selections = selections;
  }

  /** Alerts of its thread that were tried before it. */
  earlier(alert: Pick<Alert, 'id'>): Alert[] {
    return this.#journal.earlier(alert);
  }

  /** @param now milliseconds since 1970 */
  decide({ alert: decoded, threadKeys }: Decoded, now: number): Tried {
    const joined = this.#threads.join(threadKeys);
    const alert = Object.freeze({ ...decoded, thread: joined.thread });
    const verdicts = decide(this.#selections, this.#history.circumstances(alert, joined, now));
    this.#journal.keep(alert, joined, verdicts);
    return { alert, verdicts };
  }
}
