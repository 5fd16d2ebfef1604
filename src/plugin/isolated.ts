import { isDeepStrictEqual } from 'node:util';
import { withoutRaw } from '../alert/text.ts';
import { aborted, pause } from '../common/abort.ts';
import { formatDuration } from '../common/durations.ts';
import type { Log } from '../common/log.ts';
import type { Fault } from '../config/faults.ts';
import type { Attempt, AttemptOutcome, Runner } from '../dispatch/runner.ts';
import type { Permissions } from './api.ts';
import { PluginProcess } from './child.ts';
import { confinedEnvironment, type PluginCode } from './confinement.ts';
import { GRACE_MS } from './context.ts';
import { declaredPermissions } from './declared.ts';
import type { Answer, PluginDefaults, ToHost, Wish } from './messages.ts';
import { type FullPermissions, fullPermissions } from './permissions.ts';
import { ServedPlugin } from './served.ts';
import type { Services } from './services.ts';

export interface IsolatedPlugin extends PluginCode {
  readonly handler: string;
  /** What the handler grants. */
  readonly allow: Permissions;
}

/** What loading a plugin with its options came to. */
export type LoadOutcome =
  | { readonly state: 'configured'; readonly defaults: PluginDefaults }
  | { readonly state: 'refused'; readonly problems: readonly Fault[] }
  | { readonly state: 'broken'; readonly reason: string };

/** How long things may take. */
export interface IsolatedTimes {
  readonly loadMs: number;
  /** Before the process is started again; doubles with each death in a row. */
  readonly restart: { readonly firstMs: number; readonly lastMs: number };
  /** After an attempt's signal aborted. Longer than the plugin's own grace: a merely slow plugin ends by itself. */
  readonly killAfterMs: number;
  readonly closeMs: number;
}

const TIMES: IsolatedTimes = {
  loadMs: 15_000,
  restart: { firstMs: 500, lastMs: 60_000 },
  killAfterMs: GRACE_MS + 500,
  closeMs: 2_000,
};

/**
 * Runs a user's plugin in a process of its own: kept warm, and started again when it dies, once it has run.
 * A process that never came so far is its owner's to report.
 */
export class IsolatedRunner implements Runner {
  readonly #plugin: IsolatedPlugin;
  readonly #log: Log;
  readonly #times: IsolatedTimes;
  readonly #waiting = new Map<string, (outcome: AttemptOutcome) => void>();
  readonly #closed = new AbortController();
  #state: 'new' | 'serving' | 'restarting' = 'new';
  #process: PluginProcess | undefined;
  #answer: ((message: Answer) => void) | undefined;
  /** Of the process: what is granted until the plugin has said what it needs, and then that. */
  #permissions: FullPermissions;
  #services: Services | undefined;
  #served: ServedPlugin | undefined;
  /** Resolves when attempts can be sent: undefined, or why not. */
  #ready: Promise<string | undefined> = Promise.resolve('it has not been started');
  #trouble = '';
  #deaths = 0;
  #gone = Promise.withResolvers<void>();

  constructor(plugin: IsolatedPlugin, log: Log, times: Partial<IsolatedTimes> = {}) {
    this.#plugin = plugin;
    this.#permissions = fullPermissions(plugin.allow, plugin.baseDirectory);
    this.#log = log;
    this.#times = { ...TIMES, ...times };
  }

  get file(): string {
    return this.#plugin.file;
  }

  /**
   * Starts the process and loads the plugin with its options, without setting it up. It has what the handler grants; if
   * it needs less than that, it is started again with what it needs.
   */
  async load(): Promise<LoadOutcome> {
    const answer = await this.#launch();
    if (answer.type !== 'configured') {
      this.#permissions = fullPermissions(this.#plugin.allow, this.#plugin.baseDirectory);
      return outcomeOf(answer);
    }
    const declared = declaredPermissions(answer.permissions, this.#plugin);
    if (typeof declared === 'string') {
      this.#process?.kill();
      return { state: 'broken', reason: declared };
    }
    const had = confinedEnvironment(this.#plugin, this.#permissions);
    this.#permissions = declared;
    if (isDeepStrictEqual(confinedEnvironment(this.#plugin, declared), had)) return outcomeOf(answer);
    this.#process?.kill();
    await this.#gone.promise;
    return outcomeOf(await this.#launch());
  }

  async #launch(): Promise<Answer> {
    this.#gone = Promise.withResolvers<void>();
    const environment = confinedEnvironment(this.#plugin, this.#permissions);
    this.#process = new PluginProcess(this.#log, environment, {
      message: (message) => this.#receive(message),
      ended: (reason) => this.#ended(reason),
    });
    const { name, file, handler, options, baseDirectory } = this.#plugin;
    return await this.#ask({ type: 'configure', name, file, handler, options, baseDirectory });
  }

  /** Calls the plugin's `setup`; undefined, or why it cannot run. */
  async setup(services: Services): Promise<string | undefined> {
    this.#services = services;
    if (this.#permissions.run.length > 0) services.programs.start();
    const problem = await this.#setUp();
    if (problem === undefined) this.#state = 'serving';
    this.#ready = Promise.resolve(problem);
    return problem;
  }

  async #setUp(): Promise<string | undefined> {
    const [child, services] = [this.#process, this.#services];
    if (services === undefined) return 'it has not been started';
    this.#served = new ServedPlugin(services, this.#permissions, (message) => child?.send(message));
    const given = { net: this.#permissions.net, site: services.site };
    const answer = await this.#ask({ type: 'setup', given });
    if (answer.type === 'ready') return undefined;
    return answer.type === 'broken' ? answer.reason : 'it did not answer';
  }

  async run(attempt: Attempt): Promise<AttemptOutcome> {
    const problem = await Promise.race([this.#ready, aborted(attempt.signal).then(() => this.#notReady())]);
    if (problem !== undefined) return failed(problem);
    const { promise, resolve } = Promise.withResolvers<AttemptOutcome>();
    const { alert, delivery, because, link, signal, ...rest } = attempt;
    // Of what others printed it tells nothing.
    if (this.#waiting.size === 0) this.#process?.tail.clear();
    this.#waiting.set(delivery, resolve);
    this.#process?.send({ type: 'attempt', alert: withoutRaw(alert), delivery, because, link, ...rest });
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
    const timer = setTimeout(() => child.kill(), this.#times.closeMs);
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
        const reason = 'timeout: it did not end when told to, so its process was killed';
        // Before the outcome, so that the next attempt waits for the new process.
        this.#restartAfter(reason);
        this.#finish(delivery, { ...failed(reason), ...this.#process?.tail.kept });
        this.#process?.kill();
      }, this.#times.killAfterMs);
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

  async #ask(message: ToHost): Promise<Answer> {
    const child = this.#process;
    if (child === undefined || child.ended) return { type: 'broken', reason: this.#trouble };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answer = resolve;
    child.send(message);
    const timer = setTimeout(() => {
      resolve({ type: 'broken', reason: `it did not answer within ${formatDuration(this.#times.loadMs)}` });
      child.kill();
    }, this.#times.loadMs);
    const answer = await promise;
    clearTimeout(timer);
    this.#answer = undefined;
    return answer;
  }

  #receive(message: Answer | Wish): void {
    switch (message.type) {
      case 'outcome':
        this.#finish(message.delivery, message.outcome);
        return;
      case 'configured':
      case 'described':
      case 'refused':
      case 'broken':
      case 'ready':
        this.#answer?.(message);
        return;
      case 'program':
      case 'ask':
      case 'unask':
        this.#served?.receive(message);
        return;
    }
  }

  #finish(delivery: string, outcome: AttemptOutcome): void {
    this.#waiting.get(delivery)?.(outcome);
  }

  #ended(reason: string): void {
    this.#trouble = reason;
    this.#gone.resolve();
    this.#served?.end();
    this.#answer?.({ type: 'broken', reason });
    const outcome = { ...failed(reason), ...this.#process?.tail.kept };
    for (const delivery of [...this.#waiting.keys()]) this.#finish(delivery, outcome);
    this.#restartAfter(reason);
  }

  #restartAfter(reason: string): void {
    if (this.#state !== 'serving' || this.#closed.signal.aborted) return;
    this.#state = 'restarting';
    this.#trouble = reason;
    this.#ready = this.#restart(reason);
  }

  /** Starts the process again, sooner the first time than the tenth, until the plugin is ready. */
  async #restart(firstReason: string): Promise<string | undefined> {
    let reason: string | undefined = firstReason;
    while (reason !== undefined) {
      await this.#gone.promise;
      if (this.#closed.signal.aborted) return 'voeventd stops';
      const { firstMs, lastMs } = this.#times.restart;
      const delayMs = Math.min(lastMs, firstMs * 2 ** this.#deaths);
      this.#deaths += 1;
      this.#log.error(
        `The plugin of ${this.#plugin.handler} died: ${reason}; it is started again in ${formatDuration(delayMs)}`,
      );
      await pause(delayMs, this.#closed.signal);
      if (this.#closed.signal.aborted) return 'voeventd stops';
      reason = await this.#startAgain();
    }
    this.#state = 'serving';
    this.#log.info(`The plugin of ${this.#plugin.handler} runs again`);
    return undefined;
  }

  /** Undefined, or why not; then the process is ended. */
  async #startAgain(): Promise<string | undefined> {
    const loaded = await this.load();
    const refusal = loaded.state === 'broken' ? loaded.reason : 'its options do not fit its schema any more';
    const reason = loaded.state === 'configured' ? await this.#setUp() : refusal;
    if (reason === undefined) return undefined;
    this.#process?.kill();
    this.#trouble = reason;
    return reason;
  }

  #notReady(): string {
    return `timeout: the plugin was not ready in time${this.#trouble === '' ? '' : ` (${this.#trouble})`}`;
  }
}

/** What it came to when it is not a matter of permissions. */
function outcomeOf(answer: Answer): LoadOutcome {
  switch (answer.type) {
    case 'configured':
      return { state: 'configured', defaults: answer.defaults };
    case 'refused':
      return { state: 'refused', problems: answer.problems };
    default:
      return { state: 'broken', reason: answer.type === 'broken' ? answer.reason : 'it did not answer' };
  }
}

function failed(reason: string): AttemptOutcome {
  return { state: 'failed', reason, retryable: true, afterMs: undefined };
}
