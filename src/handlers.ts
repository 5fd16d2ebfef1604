import { pause } from './common/abort.ts';
import { explain } from './common/errors.ts';
import type { Log } from './common/log.ts';
import { sentence } from './common/sentence.ts';
import type { Dispatcher, LaneSpec } from './dispatch/dispatcher.ts';
import { laneSpec, testsAt } from './lane-spec.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import type { Services } from './plugin/services.ts';
import { PluginRenewal } from './plugin-renewal.ts';
import { discard, type Prepared, type PreparedHandler } from './prepare.ts';
import type { Requests } from './requests/requests.ts';
import { selectionOf } from './selection.ts';
import type { Settings } from './settings.ts';
import { SetupRetries } from './setup-retries.ts';
import type { HandlerSnapshot } from './web/snapshot.ts';

/** What is told which handlers there are. */
export interface HandlerParts {
  readonly dispatcher: Dispatcher;
  readonly pipeline: Pipeline;
  readonly requests: Requests;
  services(handler: PreparedHandler, sites: Settings['sites']): Services;
}

/** The handlers of the configuration, with the plugins that run: also those that change, and those that cannot be set up yet. */
export class Handlers {
  readonly #parts: HandlerParts;
  readonly #log: Log;
  readonly #pretend: boolean;
  readonly #renewal: PluginRenewal;
  readonly #retries: SetupRetries;
  #settings: Settings;
  /** With the plugins that run. */
  #handlers: readonly PreparedHandler[] = [];
  /** Why handlers cannot run. */
  readonly #broken = new Map<string, string>();
  /** What changes handlers, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #isStopping = false;

  /** @param pretend nothing runs, whatever the configuration says */
  constructor(parts: HandlerParts, settings: Settings, log: Log, pretend: boolean) {
    this.#parts = parts;
    this.#settings = settings;
    this.#log = log;
    this.#pretend = pretend;
    const port = {
      inTurn: (work: () => Promise<void>) =>
        void this.inTurn(work).catch((error) => log.error(`Cannot look after plugins: ${explain(error)}`)),
      runs: (handler: string) => parts.dispatcher.runs(handler),
      take: (handler: PreparedHandler) => this.#take(handler),
    };
    this.#renewal = new PluginRenewal(port, log);
    this.#retries = new SetupRetries(port, log);
  }

  /** Does this when nothing else changes handlers. @returns false, and nothing is done, once they are being stopped */
  async inTurn(work: () => Promise<void>): Promise<boolean> {
    const done = this.#turn.then(async () => {
      if (this.#isStopping) return false;
      await work();
      return true;
    });
    this.#turn = done.then(
      () => {},
      () => {},
    );
    return await done;
  }

  /** Runs these handlers, and no others. */
  async configure({ handlers, settings }: Prepared): Promise<void> {
    const { dispatcher, pipeline, requests } = this.#parts;
    this.#settings = settings;
    this.#broken.clear();
    const specs: LaneSpec[] = [];
    for (const handler of handlers) {
      const spec = this.#specOf(handler);
      if (spec !== undefined) specs.push(spec);
      else if (handler.plugin.kind === 'broken') this.#waits(handler.name, handler.plugin.reason, 'mend the plugin');
    }
    // Before the lanes change, so that nothing is decided for a handler that is gone.
    pipeline.configure(handlers.map((handler) => selectionOf(handler, settings, this.#pretend)));
    requests.configure((name) => {
      const handler = settings.handlers[name];
      return handler === undefined ? undefined : testsAt(handler);
    });
    // What is there already need not wait for the slowest plugin.
    pipeline.wake();
    const { troubles, refusals, unused } = await dispatcher.configure(specs, settings.shutdown);
    for (const [name, reason] of troubles) this.#waits(name, reason, 'it is tried again');
    const before = new Map(this.#handlers.map((handler) => [handler.name, handler]));
    this.#handlers = handlers.map((handler) => {
      const running = unused.has(handler.name) && !troubles.has(handler.name) ? before.get(handler.name) : undefined;
      return running === undefined ? handler : { ...handler, plugin: running.plugin, retraction: running.retraction };
    });
    const refused = handlers.flatMap((handler) => {
      const reason = refusals.get(handler.name);
      return reason === undefined ? [] : [{ handler, reason }];
    });
    this.#renewal.configure(this.#handlers, refused, settings.watchPlugins);
    this.#retries.configure(handlers.filter(({ name }) => troubles.has(name)));
    await discard(handlers.filter(({ name }) => unused.has(name)));
  }

  /** What they do, for whoever looks. */
  get snapshots(): HandlerSnapshot[] {
    const holds = this.#parts.dispatcher.holds();
    const troubles = this.#parts.dispatcher.troubles();
    const { refusals } = this.#renewal;
    return this.#handlers.map(({ name, settings: { plugin } }) => ({
      ...{ name, plugin, broken: this.#broken.get(name), refused: refusals.get(name) },
      ...{ hold: holds.get(name), trouble: troubles.get(name) },
    }));
  }

  /** Changes nothing any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#renewal.stop();
    this.#retries.stop();
    // What is being changed would start again what is about to be stopped.
    const changed = new AbortController();
    await Promise.race([this.#turn, pause(this.#settings.shutdown, changed.signal)]);
    changed.abort();
  }

  /** Has a handler run with its plugin as it has been loaded. @returns why it cannot; then all is as before */
  async #take(handler: PreparedHandler): Promise<string | undefined> {
    const { name } = handler;
    const spec = this.#isStopping ? undefined : this.#specOf(handler);
    const problem = spec ? await this.#parts.dispatcher.renew(spec, this.#settings.shutdown) : 'voeventd stops';
    if (problem !== undefined) {
      await discard([handler]);
      return problem;
    }
    this.#handlers = this.#handlers.map((one) => (one.name === name ? handler : one));
    this.#broken.delete(name);
    this.#renewal.took(handler);
    this.#retries.forget(name);
    return undefined;
  }

  #specOf(handler: PreparedHandler): LaneSpec | undefined {
    const services = this.#parts.services(handler, this.#settings.sites);
    return laneSpec(handler, this.#settings, this.#log, services, this.#pretend);
  }

  #waits(handler: string, reason: string, then: string): void {
    this.#broken.set(handler, sentence(reason));
    this.#log.error(
      `The handler ${handler} cannot run: ${sentence(reason)} Its deliveries wait in the journal; ${then}`,
      {
        handler,
      },
    );
  }
}
