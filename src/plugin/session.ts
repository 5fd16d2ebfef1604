import { withoutRaw } from '../alert/text.ts';
import { formatDuration } from '../common/durations.ts';
import type { Log } from '../common/log.ts';
import type { Attempt, AttemptOutcome } from '../dispatch/runner.ts';
import { PluginProcess } from './child.ts';
import type { PluginCode } from './confinement.ts';
import type { Stamp } from './edition.ts';
import type { Answer, Imported, ToHost, Wish } from './messages.ts';
import type { FullPermissions } from './permissions.ts';
import { ServedPlugin } from './served.ts';
import type { Services } from './services.ts';

/** How long things may take. */
export interface SessionTimes {
  /** Loading, and `setup`. */
  readonly loadMs: number;
  /** After an attempt's signal aborted. */
  readonly killAfterMs: number;
  readonly closeMs: number;
}

export interface SessionEvents {
  imported(stamps: readonly Stamp[]): void;
  /** The process is gone, or about to be: a clause. Perhaps twice, and before the attempts end that it was making. */
  lost(reason: string): void;
}

/** One process of a plugin, from its start to its end: what it is asked, what it answers, what is done for it. */
export class PluginSession {
  readonly #plugin: PluginCode & { readonly handler: string };
  readonly #times: SessionTimes;
  readonly #events: SessionEvents;
  readonly #process: PluginProcess;
  readonly #gone = Promise.withResolvers<void>();
  readonly #waiting = new Map<string, (outcome: AttemptOutcome) => void>();
  #answer: ((message: Answer) => void) | undefined;
  #served: ServedPlugin | undefined;
  #end = '';

  /** @param environment of the process, all of it */
  constructor(
    plugin: PluginCode & { readonly handler: string },
    environment: Record<string, string>,
    times: SessionTimes,
    log: Log,
    events: SessionEvents,
  ) {
    this.#plugin = plugin;
    this.#times = times;
    this.#events = events;
    const heard = {
      message: (message: Answer | Wish | Imported) => this.#receive(message),
      ended: (reason: string) => this.#ended(reason),
    };
    this.#process = new PluginProcess(log, environment, heard, plugin.memoryBytes);
  }

  /** Resolves when the process is gone. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  kill(): void {
    this.#process.kill();
  }

  /** Loads the plugin with its options. */
  async configure(): Promise<Answer> {
    const { name, file, handler, options, baseDirectory } = this.#plugin;
    return await this.#ask({ type: 'configure', name, file, handler, options, baseDirectory });
  }

  /** Loads the plugin, and asks it what it is with its options. */
  async describe(): Promise<Answer> {
    const { file, options, baseDirectory } = this.#plugin;
    return await this.#ask({ type: 'describe', file, options, baseDirectory });
  }

  /** Calls the plugin's `setup`; undefined, or why it cannot run. */
  async setUp(services: Services, permissions: FullPermissions): Promise<string | undefined> {
    this.#served = new ServedPlugin(services, permissions, (message) => this.#process.send(message));
    const answer = await this.#ask({ type: 'setup', given: { net: permissions.net, site: services.site } });
    if (answer.type === 'ready') return undefined;
    return answer.type === 'broken' ? answer.reason : 'it did not answer';
  }

  /** Makes an attempt. Never rejects; a process that does not heed the signal is killed. */
  async run({ alert, delivery, because, link, signal, ...rest }: Attempt): Promise<AttemptOutcome> {
    const { promise, resolve } = Promise.withResolvers<AttemptOutcome>();
    // Of what others printed it tells nothing.
    if (this.#waiting.size === 0) this.#process.tail.clear();
    this.#waiting.set(delivery, resolve);
    this.#tellBusy();
    this.#process.send({ type: 'attempt', alert: withoutRaw(alert), delivery, because, link, ...rest });
    // It may have ended since it was last heard of.
    if (this.#process.ended) resolve(failed(this.#end));
    const watch = this.#watch(delivery, signal);
    const outcome = await promise;
    watch.cancel();
    this.#waiting.delete(delivery);
    this.#tellBusy();
    return outcome;
  }

  /** Lets the plugin close, within its time. */
  async close(): Promise<void> {
    if (this.#process.ended) return;
    this.#process.send({ type: 'close' });
    const timer = setTimeout(() => this.kill(), this.#times.closeMs);
    await this.gone;
    clearTimeout(timer);
  }

  /** Passes an abort on, and kills a process that does not heed it. */
  #watch(delivery: string, signal: AbortSignal): { cancel(): void } {
    let timer: NodeJS.Timeout | undefined;
    const abort = () => {
      const reason = signal.reason instanceof Error ? signal.reason : new Error('aborted');
      this.#process.send({ type: 'abort', delivery, name: reason.name, message: reason.message });
      timer = setTimeout(() => this.#killFor(delivery), this.#times.killAfterMs);
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

  #killFor(delivery: string): void {
    const reason = 'timeout: it did not end when told to, so its process was killed';
    // Before the outcome, so that the next attempt waits for the new process.
    this.#events.lost(reason);
    this.#finish(delivery, { ...failed(reason), ...this.#process.tail.kept });
    this.kill();
  }

  async #ask(message: ToHost): Promise<Answer> {
    if (this.#process.ended) return { type: 'broken', reason: this.#end };
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#answer = resolve;
    this.#tellBusy();
    this.#process.send(message);
    const timer = setTimeout(() => {
      resolve({ type: 'broken', reason: `it did not answer within ${formatDuration(this.#times.loadMs)}` });
      this.kill();
    }, this.#times.loadMs);
    const answer = await promise;
    clearTimeout(timer);
    this.#answer = undefined;
    this.#tellBusy();
    return answer;
  }

  #tellBusy(): void {
    this.#process.isBusy = this.#waiting.size > 0 || this.#answer !== undefined;
  }

  #receive(message: Answer | Wish | Imported): void {
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
      case 'imported':
        this.#events.imported(message.stamps);
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
    this.#end = reason;
    this.#gone.resolve();
    this.#served?.end();
    this.#answer?.({ type: 'broken', reason });
    this.#events.lost(reason);
    const outcome = { ...failed(reason), ...this.#process.tail.kept };
    for (const delivery of [...this.#waiting.keys()]) this.#finish(delivery, outcome);
  }
}

export function failed(reason: string): AttemptOutcome {
  return { state: 'failed', reason, retryable: true, afterMs: undefined };
}
