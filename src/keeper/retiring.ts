import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { Removal, Retention } from '../journal/retention.ts';

/** What retention needs of the journal. */
export interface RetiringJournal {
  /** Removes the next few. Throws when nothing was removed. */
  remove(retention: Retention, now: number): Removal;
}

/** Between two looks at what is to go. */
const PASS_MS = 10_000;
/** Between two steps, for those who wait to write. */
const STEP_MS = 20;

/** Lets go of alerts that need not be kept any longer, in small steps, so that nobody waits for it. */
export class Retiring {
  readonly #journal: RetiringJournal;
  readonly #log: Log;
  #retention: Retention | undefined;
  #timer: NodeJS.Timeout | undefined;
  #removed = 0;
  #isTooLarge = false;
  #isFailing = false;

  constructor(journal: RetiringJournal, log: Log) {
    this.#journal = journal;
    this.#log = log;
  }

  /** From now on by these rules. */
  configure(retention: Retention): void {
    this.#retention = retention;
    this.stop();
    if (retention.keep !== undefined || retention.maxSize !== undefined) this.#later(0);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #later(delayMs: number): void {
    this.#timer = setTimeout(() => this.#step(), delayMs);
  }

  #step(): void {
    if (this.#retention === undefined) return;
    try {
      const { removed, isMore, excess } = this.#journal.remove(this.#retention, Date.now());
      this.#isFailing = false;
      this.#removed += removed;
      if (isMore) {
        this.#later(STEP_MS);
        return;
      }
      this.#tell(excess);
    } catch (error) {
      if (!this.#isFailing)
        this.#log.warn(`Cannot remove old alerts from the journal: ${explain(error)}. It is tried again`);
      this.#isFailing = true;
    }
    this.#later(PASS_MS);
  }

  /** What a pass came to. */
  #tell(excess: number): void {
    if (this.#removed > 0) {
      const { keep, maxSize } = this.#retention ?? {};
      const rules = [keep === undefined ? [] : 'journal.keep', maxSize === undefined ? [] : 'journal.maxSize'].flat();
      const alerts = this.#removed === 1 ? 'one alert' : `${this.#removed} alerts`;
      this.#log.info(`Removed ${alerts} from the journal, as ${rules.join(' and ')} asks`);
      this.#removed = 0;
    }
    const isTooLarge = excess > 0;
    if (isTooLarge && !this.#isTooLarge) {
      this.#log.warn(
        `The journal is ${Math.ceil(excess / 1_000_000)} MB larger than journal.maxSize lets it be: what is left may not be removed, as handlers or subscribers still wait for it, or nothing was decided on it. Look at voeventd status, or set journal.maxSize higher`,
      );
    }
    this.#isTooLarge = isTooLarge;
  }
}
