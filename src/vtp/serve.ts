import { pause } from '../common/abort.ts';
import { formatDuration } from '../common/durations.ts';
import { explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { type Caller, Listener, type ListenSettings } from './listener.ts';

/** A side that is connected to, while nobody can connect. */
export type Deaf =
  | { readonly state: 'idle' }
  | { readonly state: 'failed'; readonly address: string; readonly reason: string }
  | { readonly state: 'stopped' };

/** Times in milliseconds since 1970. */
export interface Listening {
  readonly state: 'listening';
  readonly address: string;
  readonly since: number;
}

export type ServiceState = Deaf | Listening;

/** Why nobody can connect, as a clause for a person. */
export function describeDeaf(state: Deaf): string {
  switch (state.state) {
    case 'idle':
      return 'not started yet';
    case 'failed':
      return `cannot listen on ${state.address}: ${state.reason}`;
    case 'stopped':
      return 'stopped';
  }
}

export interface ServiceEvents {
  called(caller: Caller): void;
  /** Once a second while it listens. @param steady milliseconds, by a clock that nobody sets */
  tick(steady: number): void;
  /** It listens no more: end the connections there are. */
  stopping(): void;
}

const TICK_MS = 1_000;
const RETRY_MS = 5_000;

/** What listens, and goes on trying to when it cannot. */
export class Service {
  readonly #settings: ListenSettings;
  readonly #does: string;
  readonly #who: string;
  readonly #events: ServiceEvents;
  readonly #log: Log;
  readonly #started = Promise.withResolvers<string | undefined>();
  #state: ServiceState = { state: 'idle' };

  /** @param does what it does, as in `Broadcasting to` @param who those who call, in the plural */
  constructor(settings: ListenSettings, does: string, who: string, events: ServiceEvents, log: Log) {
    this.#settings = settings;
    this.#does = does;
    this.#who = who;
    this.#events = events;
    this.#log = log;
  }

  get state(): ServiceState {
    return this.#state;
  }

  /** Resolves when it has tried to listen: why it could not, or nothing. It goes on trying by itself. */
  get started(): Promise<string | undefined> {
    return this.#started.promise;
  }

  /** Runs until the signal aborts and every connection has ended. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { text } = this.#settings.listen;
    while (!signal.aborted) {
      const listener = new Listener(this.#settings, this.#who, (caller) => this.#events.called(caller), this.#log);
      try {
        const address = await listener.start();
        this.#log.info(`${this.#does} ${this.#who} on ${address}`, { address });
        this.#state = { state: 'listening', address, since: Date.now() };
      } catch (error) {
        const reason = explain(error);
        this.#state = { state: 'failed', address: text, reason };
        this.#started.resolve(reason);
        this.#log.error(
          `Cannot listen for ${this.#who} on ${text}: ${reason}; trying again in ${formatDuration(RETRY_MS)}`,
        );
        await pause(RETRY_MS, signal);
        continue;
      }
      this.#started.resolve(undefined);
      await this.#serve(listener, signal);
    }
    this.#started.resolve(undefined);
    this.#state = { state: 'stopped' };
  }

  async #serve(listener: Listener, signal: AbortSignal): Promise<void> {
    const ticks = setInterval(() => this.#events.tick(performance.now()), TICK_MS);
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    await stopped;
    const closed = listener.close();
    this.#events.stopping();
    await closed;
    clearInterval(ticks);
  }
}
