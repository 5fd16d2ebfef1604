export interface RateSettings {
  /** Attempts. */
  readonly count: number;
  readonly perMs: number;
  /** What becomes of further deliveries: they wait, or the oldest of more than `count` that wait are skipped. */
  readonly beyond: 'queue' | 'drop-oldest';
}

/** So many attempts in a period, whenever it begins. Times are milliseconds since 1970. */
export class RateLimit {
  readonly #settings: RateSettings;
  /** When the last attempts began, the oldest first; no more of them than are allowed. */
  #starts: number[];

  /** @param starts of earlier attempts, the oldest first */
  constructor(settings: RateSettings, starts: readonly number[]) {
    this.#settings = settings;
    this.#starts = [...starts];
  }

  /** How long until another attempt may begin; 0: now. */
  waitMs(now: number): number {
    const { count, perMs } = this.#settings;
    // What is to come was counted before the clock was set back.
    this.#starts = this.#starts.filter((start) => start <= now && start > now - perMs);
    const [first] = this.#starts.slice(-count);
    return first === undefined || this.#starts.length < count ? 0 : first + perMs - now;
  }

  began(now: number): void {
    this.#starts.push(now);
  }
}
