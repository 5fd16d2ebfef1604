export interface BreakerSettings {
  /** Failures in a row. */
  readonly after: number;
  /** From one probe to the next. */
  readonly probeMs: number;
}

/** What an attempt says of its handler; nothing where it was cut short or pretended. */
export type Health = 'works' | 'fails' | undefined;

type State = 'closed' | 'open' | 'ready' | 'probing';

/**
 * A circuit breaker: after so many failures in a row it lets nothing begin but one attempt at a time, a probe, each time
 * that it is told to. Knows no clock.
 */
export class Breaker {
  readonly #after: number;
  #state: State = 'closed';
  #failures = 0;

  /** @param failures in a row, before: where they are enough, the first attempt is a probe */
  constructor(after: number, failures = 0) {
    this.#after = after;
    this.#failures = failures;
    if (failures >= after) this.#state = 'ready';
  }

  /** Whether an attempt may begin. */
  get allows(): boolean {
    return this.#state === 'closed' || this.#state === 'ready';
  }

  get isOpen(): boolean {
    return this.#state !== 'closed';
  }

  /** Failures in a row, those of probes among them. */
  get failures(): number {
    return this.#failures;
  }

  /** An attempt begins. @returns whether it is a probe */
  begin(): boolean {
    if (this.#state !== 'ready') return false;
    this.#state = 'probing';
    return true;
  }

  /** @returns what changed: it has opened, it has closed, or it is open still and waits for the next probe */
  end(isProbe: boolean, health: Health): 'opened' | 'closed' | 'held' | undefined {
    switch (health) {
      case 'works':
        this.#failures = 0;
        if (this.#state === 'closed') return undefined;
        this.#state = 'closed';
        return 'closed';
      case 'fails':
        this.#failures += 1;
        if (isProbe) this.#state = 'open';
        if (isProbe) return 'held';
        if (this.#state !== 'closed' || this.#failures < this.#after) return undefined;
        this.#state = 'open';
        return 'opened';
      case undefined:
        // It told nothing: another one may probe at once.
        if (isProbe) this.#state = 'ready';
        return undefined;
    }
  }

  /** It is time for a probe. */
  ready(): void {
    if (this.#state === 'open') this.#state = 'ready';
  }
}
