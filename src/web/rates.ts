/** Where rates come from: what came after a number, oldest first, and where to begin. */
export interface Arrivals {
  firstSince(time: number): number | undefined;
  /** The number of the newest; 0 when there is none. */
  head(): number;
  arrivals(seq: number, limit: number): { seq: number; source: string; receivedAt: number }[];
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;
const HOUR_MINUTES = 60;
const BATCH = 5_000;

/** How many alerts came from each source in the last hour and the last day, counted by the minute. */
export class Rates {
  /** By source: minute since 1970 → alerts. */
  readonly #minutes = new Map<string, Map<number, number>>();
  #seq: number | undefined;

  /** Counts what has come since the last time. @param now milliseconds since 1970 */
  async follow(journal: Arrivals, now: number): Promise<void> {
    this.#seq ??= begin(journal, now - DAY_MINUTES * MINUTE_MS);
    for (;;) {
      const batch = journal.arrivals(this.#seq, BATCH);
      for (const { source, receivedAt } of batch) this.#count(source, Math.floor(receivedAt / MINUTE_MS));
      this.#seq = batch.at(-1)?.seq ?? this.#seq;
      if (batch.length < BATCH) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#forget(Math.floor(now / MINUTE_MS) - DAY_MINUTES);
  }

  /** @param now milliseconds since 1970 */
  of(source: string, now: number): { lastHour: number; lastDay: number } {
    const minute = Math.floor(now / MINUTE_MS);
    let [lastHour, lastDay] = [0, 0];
    for (const [at, count] of this.#minutes.get(source) ?? []) {
      if (at > minute - HOUR_MINUTES) lastHour += count;
      if (at > minute - DAY_MINUTES) lastDay += count;
    }
    return { lastHour, lastDay };
  }

  #count(source: string, minute: number): void {
    let minutes = this.#minutes.get(source);
    if (minutes === undefined) {
      minutes = new Map();
      this.#minutes.set(source, minutes);
    }
    minutes.set(minute, (minutes.get(minute) ?? 0) + 1);
  }

  #forget(last: number): void {
    for (const minutes of this.#minutes.values()) {
      for (const minute of minutes.keys()) if (minute <= last) minutes.delete(minute);
    }
  }
}

/** The number after which what came at this time or later begins. */
function begin(journal: Arrivals, time: number): number {
  // Asked first: what comes between the two questions is counted.
  const head = journal.head();
  const first = journal.firstSince(time);
  return first === undefined ? head : first - 1;
}
