import { Histogram, type HistogramCounts } from './histogram.ts';

const EVERY_MS = 100;

/** How late this thread's event loop is: ten times a second it is looked how much later than asked a timer goes off. */
export class LoopLag {
  readonly #histogram = new Histogram();
  readonly #timer: NodeJS.Timeout;

  constructor() {
    let due = performance.now() + EVERY_MS;
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#histogram.observe((now - due) / 1_000);
      due = now + EVERY_MS;
    }, EVERY_MS).unref();
  }

  get snapshot(): HistogramCounts {
    return this.#histogram.snapshot;
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
