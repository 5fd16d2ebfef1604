import type { Attempt, AttemptOutcome, Runner, RunnerTrouble } from './runner.ts';

interface Part {
  readonly runner: Runner;
  /** Attempts that it makes. */
  running: number;
  readonly replaced: PromiseWithResolvers<void>;
}

/** A runner that another one can take over from: what it has begun ends in it, what comes begins in the other. */
export class RenewableRunner implements Runner {
  #part: Part;
  readonly #retiring = new Set<Part>();

  constructor(runner: Runner) {
    this.#part = partOf(runner);
  }

  get trouble(): RunnerTrouble | undefined {
    return this.#part.runner.trouble;
  }

  async isOutdated(): Promise<boolean> {
    return (await this.#part.runner.isOutdated?.()) ?? false;
  }

  wait(): Promise<unknown> | undefined {
    const wait = this.#part.runner.wait?.();
    return wait && Promise.race([wait, this.#part.replaced.promise]);
  }

  /** @param runner set up, and ready to run */
  replace(runner: Runner): void {
    const old = this.#part;
    this.#part = partOf(runner);
    old.replaced.resolve();
    old.runner.retire?.();
    if (old.running === 0) void old.runner.close();
    else this.#retiring.add(old);
  }

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    const part = this.#part;
    part.running += 1;
    try {
      return await part.runner.run(attempt);
    } finally {
      part.running -= 1;
      if (part.running === 0 && this.#retiring.delete(part)) await part.runner.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#part, ...this.#retiring].map(({ runner }) => runner.close()));
  }
}

function partOf(runner: Runner): Part {
  return { runner, running: 0, replaced: Promise.withResolvers() };
}
