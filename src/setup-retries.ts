import { formatDuration } from './common/durations.ts';
import type { Log } from './common/log.ts';
import type { PreparedHandler } from './prepare.ts';
import { discard } from './prepare-plugin.ts';

const FIRST_MS = 1_000;
const LAST_MS = 60_000;

interface Retry {
  readonly handler: PreparedHandler;
  readonly failures: number;
  readonly timer: NodeJS.Timeout;
}

export interface RetryPort {
  /** Runs one thing after the other that changes handlers. */
  inTurn(work: () => Promise<void>): void;
  /** Has the handler run with this plugin from now on, and forgets the retry. @returns why it cannot */
  take(handler: PreparedHandler): Promise<string | undefined>;
}

/**
 * Tries handlers again whose plugin could not be set up, later each time: what it needs, such as a mount or a disk, may come
 * up after the daemon.
 */
export class SetupRetries {
  readonly #port: RetryPort;
  readonly #log: Log;
  readonly #retries = new Map<string, Retry>();

  constructor(port: RetryPort, log: Log) {
    this.#port = port;
    this.#log = log;
  }

  /** Tries these, and no others any more. */
  configure(handlers: readonly PreparedHandler[]): void {
    this.stop();
    for (const handler of handlers) this.#tryLater(handler, 1);
  }

  /** It runs by now. */
  forget(handler: string): void {
    clearTimeout(this.#retries.get(handler)?.timer);
    this.#retries.delete(handler);
  }

  stop(): void {
    for (const name of [...this.#retries.keys()]) this.forget(name);
  }

  #tryLater(handler: PreparedHandler, failures: number): number {
    const delayMs = Math.min(LAST_MS, FIRST_MS * 2 ** (failures - 1));
    const timer = setTimeout(() => this.#port.inTurn(() => this.#try(handler.name)), delayMs).unref();
    this.#retries.set(handler.name, { handler, failures, timer });
    return delayMs;
  }

  async #try(name: string): Promise<void> {
    const retry = this.#retries.get(name);
    if (retry === undefined) return;
    const { handler, failures } = retry;
    const loaded = await handler.load();
    if (!this.#retries.has(name)) {
      await discard(loaded.state === 'configured' ? [loaded] : []);
      return;
    }
    // Where it cannot be loaded any more, its files have changed, which is told elsewhere.
    const problem = loaded.state === 'configured' ? await this.#port.take({ ...handler, ...loaded }) : 'it has changed';
    if (problem === undefined) {
      this.#log.info(`The handler ${name} runs now`, { handler: name });
      return;
    }
    const delayMs = this.#tryLater(handler, failures + 1);
    this.#log.error(
      `The handler ${name} still cannot run: ${problem}; it is tried again in ${formatDuration(delayMs)}`,
      { handler: name },
    );
  }
}
