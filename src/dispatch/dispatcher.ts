import { explain } from '../common/errors.ts';
import { Histogram, type HistogramCounts } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import type { DeliveryJournal, NewDelivery } from './deliveries.ts';
import type { Hold } from './gate.ts';
import { Lane } from './lane.ts';
import type { LaneSettings } from './lane-settings.ts';
import { RenewableRunner } from './renewable.ts';
import type { Runner, RunnerTrouble } from './runner.ts';

/** A handler that can be run. */
export interface LaneSpec {
  readonly settings: LaneSettings;
  /** Two specs with the same text are the same handler, and its lane goes on through a reload. */
  readonly fingerprint: string;
  readonly createRunner: () => Promise<Runner>;
}

/** A handler that is being run. */
interface Running {
  readonly lane: Lane;
  readonly runner: RenewableRunner;
  readonly fingerprint: string;
}

/** What became of handlers, by their names. */
export interface Configured {
  /** Those that could not be set up, and why; their deliveries wait in the journal. */
  readonly troubles: ReadonlyMap<string, string>;
  /** Those whose changed code could not be set up, and why; they go on with what they had. */
  readonly refusals: ReadonlyMap<string, string>;
  /** Those whose spec was not needed, because they go on or could not be set up. */
  readonly unused: ReadonlySet<string>;
}

/** The lanes of all handlers. */
export class Dispatcher {
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
  readonly #lanes = new Map<string, Running>();
  /** Whose last attempts may still run. */
  readonly #ending = new Map<string, { readonly lane: Lane; readonly ended: Promise<void> }>();
  /** Also of handlers that do not run now: one that comes back counts on. */
  readonly #starts = new Map<string, Histogram>();
  #stopped = false;

  constructor(journal: DeliveryJournal, log: Log) {
    this.#journal = journal;
    this.#log = log;
  }

  /**
   * Runs exactly these handlers. A changed one ends first, so that no delivery is ever run by two at once; one that only has
   * other code by now gets it while it runs.
   *
   * @param drainMs how long running attempts of ended handlers may go on
   */
  async configure(specs: readonly LaneSpec[], drainMs: number): Promise<Configured> {
    const kept = new Set(specs.filter((spec) => this.#runsAlready(spec)).map((spec) => spec.settings.handler));
    const ending = [...this.#lanes].filter(([handler]) => !kept.has(handler));
    await Promise.all(ending.map(([handler, running]) => this.#end(handler, running, drainMs)));
    const configured = {
      troubles: new Map<string, string>(),
      refusals: new Map<string, string>(),
      unused: new Set(kept),
    };
    // At once: one that is long set up, or never, keeps no other from its deliveries.
    const renewed = specs.map(async (spec) => {
      const { handler } = spec.settings;
      if (kept.has(handler) && !(await this.#isOutdated(handler))) return;
      const problem = await this.renew(spec, drainMs);
      if (problem === undefined) configured.unused.delete(handler);
      else configured.unused.add(handler);
      if (problem !== undefined) (kept.has(handler) ? configured.refusals : configured.troubles).set(handler, problem);
    });
    await Promise.all(renewed);
    return configured;
  }

  /**
   * Runs this handler with the runner of the spec. One that runs already goes on until that is set up, and so do its
   * attempts.
   *
   * @returns why it cannot be set up; what ran before goes on
   */
  async renew(spec: LaneSpec, drainMs: number): Promise<string | undefined> {
    const { handler } = spec.settings;
    let runner: Runner;
    try {
      runner = await spec.createRunner();
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    const running = this.#lanes.get(handler);
    if (running?.fingerprint === spec.fingerprint) {
      running.runner.replace(runner);
      return undefined;
    }
    if (running !== undefined) await this.#end(handler, running, drainMs);
    if (this.#stopped) await runner.close();
    else this.#begin(spec, new RenewableRunner(runner));
    return undefined;
  }

  #begin({ settings, fingerprint }: LaneSpec, runner: RenewableRunner): void {
    const starts = this.#startsOf(settings.handler);
    const lane = new Lane(settings, runner, this.#journal, this.#log, starts, (other) => this.recheck(other));
    this.#lanes.set(settings.handler, { lane, runner, fingerprint });
    lane.start();
  }

  async #end(handler: string, { lane }: Running, drainMs: number): Promise<void> {
    this.#lanes.delete(handler);
    const ended = lane.stop(drainMs);
    this.#ending.set(handler, { lane, ended });
    await ended;
    this.#ending.delete(handler);
  }

  /** Whether a handler of this name is being run. */
  runs(handler: string): boolean {
    return this.#lanes.has(handler);
  }

  /** Of each handler that is being run: from an alert's reception to the start of its first attempt. */
  startHistograms(): Record<string, HistogramCounts> {
    return Object.fromEntries([...this.#lanes.keys()].map((handler) => [handler, this.#startsOf(handler).snapshot]));
  }

  /** What holds handlers up that are being run, by their names. */
  holds(): ReadonlyMap<string, Hold> {
    const found = [...this.#lanes].map(([handler, { lane }]) => [handler, lane.hold] as const);
    return new Map(found.filter((entry): entry is [string, Hold] => entry[1] !== undefined));
  }

  /** Why handlers that are being run make no attempts at present, by their names. */
  troubles(): ReadonlyMap<string, RunnerTrouble> {
    const found = [...this.#lanes].map(([handler, { runner }]) => [handler, runner.trouble] as const);
    return new Map(found.filter((entry): entry is [string, RunnerTrouble] => entry[1] !== undefined));
  }

  #startsOf(handler: string): Histogram {
    const starts = this.#starts.get(handler) ?? new Histogram();
    this.#starts.set(handler, starts);
    return starts;
  }

  async #isOutdated(handler: string): Promise<boolean> {
    return (await this.#lanes.get(handler)?.runner.isOutdated()) ?? false;
  }

  /** Whether this very handler is running already. */
  #runsAlready(spec: LaneSpec): boolean {
    return this.#lanes.get(spec.settings.handler)?.fingerprint === spec.fingerprint;
  }

  /** Whether any handler is at work. */
  get isDelivering(): boolean {
    return [...this.#lanes.values()].some(({ lane }) => lane.isDelivering);
  }

  /** Hands on a delivery that the journal has just recorded as pending. */
  offer(handler: string, delivery: NewDelivery): void {
    this.#lanes.get(handler)?.lane.offer(delivery);
  }

  /** Others have changed deliveries of the handler in the journal, for it to be taken up. */
  recheck(handler: string): void {
    this.#lanes.get(handler)?.lane.recheck();
  }

  /** Ends a delivery that nobody wants any more, as the journal has recorded. */
  withdraw(handler: string, seq: number, reason: string): void {
    const { lane } = this.#lanes.get(handler) ?? this.#ending.get(handler) ?? {};
    if (lane !== undefined) {
      lane.withdraw(seq, reason);
      return;
    }
    try {
      this.#journal.end(seq, handler, { state: 'skipped', outcome: reason, endedAt: Date.now() });
      this.#log.warn(`${handler} was not run: ${reason}`, { delivery: `${seq}/${handler}`, handler });
    } catch (error) {
      // Its lane finds it withdrawn, once there is one.
      this.#log.error(
        `Cannot write the journal: ${explain(error)}; ${handler} ends ${seq}/${handler} when it runs again`,
      );
    }
  }

  /** Lets what runs finish within the time, and ends. */
  async stop(drainMs: number): Promise<void> {
    this.#stopped = true;
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    const ending = [...this.#ending.values()].map(({ ended }) => ended);
    await Promise.all([...ending, ...lanes.map(({ lane }) => lane.stop(drainMs))]);
  }
}
