/** What a histogram has counted, as plain data: it crosses threads. */
export interface HistogramCounts {
  /** Upper bounds of the buckets, seconds, rising; beyond the last one is one more bucket. */
  readonly bounds: readonly number[];
  /** Observations in each bucket, one more than there are bounds. Not cumulative. */
  readonly counts: readonly number[];
  /** Of all observations, seconds. */
  readonly sum: number;
}

/** From a tenth of a millisecond to half a minute: what an ack, a handler's start or a busy event loop may take, seconds. */
const BOUNDS = [
  0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

/** Counts durations in buckets; cheap enough for every alert. */
export class Histogram {
  readonly #counts = new Array<number>(BOUNDS.length + 1).fill(0);
  #sum = 0;

  /** @param seconds below zero counts as zero: clocks jump; and so does what is no number, which no sum survives */
  observe(seconds: number): void {
    const value = seconds > 0 ? seconds : 0;
    let bucket = 0;
    while (bucket < BOUNDS.length && value > (BOUNDS[bucket] as number)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  get snapshot(): HistogramCounts {
    return { bounds: BOUNDS, counts: [...this.#counts], sum: this.#sum };
  }
}
