import { pause } from '../common/abort.ts';
import { formatDuration } from '../common/durations.ts';
import type { Log } from '../common/log.ts';
import type { Fault } from '../config/faults.ts';
import type { Attempt, AttemptOutcome, Runner } from '../dispatch/runner.ts';
import { PluginProcess } from './child.ts';
import { GRACE_MS } from './context.ts';
import type { FromHost, ToHost } from './messages.ts';

export interface IsolatedPlugin {
  readonly file: string;
  readonly handler: string;
  readonly options: unknown;
  /** What relative paths in the options start from. */
  readonly baseDirectory: string;
}

/** What loading a plugin with its options came to. */
export type LoadOutcome =
  | { readonly state: 'configured'; readonly attempts: number | undefined }
  | { readonly state: 'refused'; readonly problems: readonly Fault[] }
  | { readonly state: 'broken'; readonly reason: string };

const LOAD_TIMEOUT_MS = 15_000;
const RESTART_MS = { first: 500, last: 60_000 };
/** Longer than the plugin's own grace, so that a plugin that is merely slow ends by itself. */
const KILL_AFTER_MS = GRACE_MS + 500;
const CLOSE_MS = 2_000;

/** Runs a user's plugin in a process of its own: kept warm, and started again when it dies. */
export class IsolatedRunner implements Runner {
  readonly #plugin: IsolatedPlugin;
  readonly #log: Log;
  readonly #waiting = new Map<string, (outcome: AttemptOutcome) => void>();
  readonly #closed = new AbortController();
  #process: PluginProcess | undefined;
  #answer: ((message: FromHost) => void) | undefined;
  #ready: Promise<string | undefined> = Promise.resolve('it has not been started');
  #deaths = 0;
  #gone = Promise.withResolvers<void>();

  constructor(plugin: IsolatedPlugin, log: Log) {
    this.#plugin = plugin;
    this.#log = log;
  }

  get file(): string {
    return this.#plugin.file;
  }

  /** Starts the process and loads the plugin with its options, without setting it up. */
  async load(): Promise<LoadOutcome> {
    this.#gone = Promise.withResolvers<void>();
    this.#process = new PluginProcess(this.#log, {
      message: (message) => this.#receive(message),
      ended: (reason) => this.#ended(reason),
    });
    const { file, handler, options, baseDirectory } = this.#plugin;
    const answer = await this.#ask({ type: 'configure', file, handler, options, baseDirectory });
    switch (answer.type) {
      case 'configured':
        return { state: 'configured', attempts: answer.attempts };
      case 'refused':
        return { state: 'refused', problems: answer.problems };
      default:
        return { state: 'broken', reason: answer.type === 'broken' ? answer.reason : 'it did not answer' };
    }
  }

  /** Calls the plugin's `setup`; undefined, or why it cannot run. */
  async setup(): Promise<string | undefined> {
    const answer = await this.#ask({ type: 'setup' });
    const problem =
      answer.type === 'ready' ? undefined : answer.type === 'broken' ? answer.reason : 'it did not answer';
    this.#ready = Promise.resolve(problem);
    return problem;
  }

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    const problem = await Promise.race([this.#ready, abortReason(attempt.signal)]);
    if (problem !== undefined) return failed(problem);
    const { promise, resolve } = Promise.withResolvers<AttemptOutcome>();
    const { alert, packet, delivery, signal } = attempt;
    this.#waiting.set(delivery, resolve);
    this.#process?.send({ type: 'attempt', alert, packet, delivery, attempt: attempt.attempt });
    const watch = this.#watch(delivery, signal);
    const outcome = await promise;
    watch.cancel();
    this.#waiting.delete(delivery);
    this.#deaths = outcome.state === 'done' ? 0 : this.#deaths;
    return outcome;
  }

  async close(): Promise<void> {
    this.#closed.abort();
    const child = this.#process;
    if (child === undefined || child.ended) return;
    child.send({ type: 'close' });
    const timer = setTimeout(() => child.kill(), CLOSE_MS);
    await this.#gone.promise;
    clearTimeout(timer);
  }

  /** Passes an abort on, and kills a process that does not heed it. */
  #watch(delivery: string, signal: AbortSignal): { cancel(): void } {
    let timer: NodeJS.Timeout | undefined;
    const abort = () => {
      const reason = signal.reason instanceof Error ? signal.reason : new Error('aborted');
      this.#process?.send({ type: 'abort', delivery, name: reason.name, message: reason.message });
      timer = setTimeout(() => {
        this.#finish(delivery, failed('timeout: it did not end when told to, so its process was killed'));
        this.#process?.kill();
      }, KILL_AFTER_MS);
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return {
      cancel: () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', abort);
      },
    };
  }

  async #ask(message: ToHost): Promise<FromHost> {
    const { promise, resolve } = Promise.withResolvers<FromHost>();
    this.#answer = resolve;
    this.#process?.send(message);
    const timer = setTimeout(() => {
      resolve({ type: 'broken', reason: `it did not answer within ${formatDuration(LOAD_TIMEOUT_MS)}` });
      this.#process?.kill();
    }, LOAD_TIMEOUT_MS);
    const answer = await promise;
    clearTimeout(timer);
    this.#answer = undefined;
    return answer;
  }

  #receive(message: FromHost): void {
    switch (message.type) {
      case 'outcome':
        this.#finish(message.delivery, message.outcome);
        return;
      case 'log':
        this.#log[message.level](message.message, message.fields);
        return;
      case 'configured':
      case 'refused':
      case 'broken':
      case 'ready':
        this.#answer?.(message);
        return;
    }
  }

  #finish(delivery: string, outcome: AttemptOutcome): void {
    this.#waiting.get(delivery)?.(outcome);
  }

  #ended(reason: string): void {
    this.#gone.resolve();
    this.#answer?.({ type: 'broken', reason });
    for (const delivery of [...this.#waiting.keys()]) this.#finish(delivery, failed(reason));
    if (!this.#closed.signal.aborted) this.#ready = this.#restart(reason);
  }

  /** Starts the process again, sooner the first time than the tenth. Undefined once it is ready. */
  async #restart(reason: string): Promise<string | undefined> {
    const delayMs = Math.min(RESTART_MS.last, RESTART_MS.first * 2 ** this.#deaths);
    this.#deaths += 1;
    this.#log.error(
      `The plugin of ${this.#plugin.handler} died: ${reason}; it is started again in ${formatDuration(delayMs)}`,
    );
    await pause(delayMs, this.#closed.signal);
    if (this.#closed.signal.aborted) return 'voeventd stops';
    const loaded = await this.load();
    if (loaded.state === 'configured') return await this.setup();
    return loaded.state === 'broken' ? loaded.reason : 'its options do not fit its schema any more';
  }
}

function failed(reason: string): AttemptOutcome {
  return { state: 'failed', reason, retryable: true, afterMs: undefined };
}

/** Resolves when the signal aborts. */
function abortReason(signal: AbortSignal): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const say = () => resolve('timeout: the plugin was not ready in time');
  if (signal.aborted) say();
  else signal.addEventListener('abort', say, { once: true });
  return promise;
}
