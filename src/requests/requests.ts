import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import type { TestsManner } from '../dispatch/fallback.ts';
import type { TakenRequest } from '../journal/ledger.ts';

/** What it needs of the journal. */
export interface RequestJournal {
  /** Takes up what was asked for, the oldest first, so many at most. */
  takeRequests(limit: number, now: number, tests: (handler: string) => TestsManner | undefined): TakenRequest[];
}

/** Whoever makes the deliveries. */
export interface Deliverer {
  /** Deliveries of the handler have changed in the journal. */
  recheck(handler: string): void;
}

/** A look costs some ten microseconds. */
const LOOK_MS = 500;
/** In one transaction: a few milliseconds. */
const BATCH = 200;

/** Takes up what `voeventd retry` and `voeventd replay` have left in the journal. */
export class Requests {
  readonly #journal: RequestJournal;
  readonly #deliverer: Deliverer;
  readonly #log: Log;
  #tests: (handler: string) => TestsManner | undefined = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #isFailing = false;

  constructor(journal: RequestJournal, deliverer: Deliverer, log: Log) {
    this.#journal = journal;
    this.#deliverer = deliverer;
    this.#log = log;
  }

  /** @param tests what a handler does with tests; undefined when there is no such handler */
  configure(tests: (handler: string) => TestsManner | undefined): void {
    this.#tests = tests;
  }

  /** Takes up what waits, and from now on what comes. */
  start(): void {
    this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #look(): void {
    let delayMs = LOOK_MS;
    try {
      const taken = this.#journal.takeRequests(BATCH, Date.now(), this.#tests);
      this.#isFailing = false;
      this.#tell(taken);
      if (taken.length === BATCH) delayMs = 0;
    } catch (error) {
      if (!this.#isFailing)
        this.#log.error(`Cannot take up what was asked for in the journal: ${explain(error)}; it waits there`);
      this.#isFailing = true;
    }
    this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  #tell(taken: readonly TakenRequest[]): void {
    for (const { seq, handler, refused } of taken) {
      const fields = { delivery: `${seq}/${handler}`, handler };
      if (refused === undefined) this.#log.info(`${handler} gets ${seq}/${handler} again, as was asked for`, fields);
      else this.#log.warn(`${handler} does not get ${seq}/${handler} again, as was asked for: ${refused}`, fields);
    }
    const handlers = taken.filter(({ refused }) => refused === undefined).map(({ handler }) => handler);
    for (const handler of new Set(handlers)) this.#deliverer.recheck(handler);
  }
}
