import type { Attempt, AttemptOutcome, Runner, RunnerTrouble } from '../dispatch/runner.ts';

/** Runs a handler's plugin with one of two sets of options: those of `with`, or those of `retraction` for what retracts. */
export class RetractingRunner implements Runner {
  readonly #usual: Runner;
  readonly #retraction: Runner | undefined;

  /** @param retraction undefined: the handler has no options for retractions, or has none any more */
  constructor(usual: Runner, retraction: Runner | undefined) {
    this.#usual = usual;
    this.#retraction = retraction;
  }

  get trouble(): RunnerTrouble | undefined {
    return this.#usual.trouble ?? this.#retraction?.trouble;
  }

  async isOutdated(): Promise<boolean> {
    return ((await this.#usual.isOutdated?.()) ?? false) || ((await this.#retraction?.isOutdated?.()) ?? false);
  }

  /** One after the other: what retracts must not overtake what it retracts. */
  wait(): Promise<unknown> | undefined {
    return this.#usual.wait?.() ?? this.#retraction?.wait?.();
  }

  retire(): void {
    this.#usual.retire?.();
    this.#retraction?.retire?.();
  }

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    if (!attempt.retracts) return await this.#usual.run(attempt);
    if (this.#retraction !== undefined) return await this.#retraction.run(attempt);
    // With its usual options it would do again what is to be undone.
    const reason = 'it retracts, and the handler has no retraction options any more';
    return { state: 'failed', reason, retryable: false, afterMs: undefined };
  }

  async close(): Promise<void> {
    await Promise.all([this.#usual.close(), this.#retraction?.close()]);
  }
}
