import { explain } from '../common/errors.ts';
import { Histogram, type HistogramCounts } from '../common/histogram.ts';
import type { Log } from '../common/log.ts';
import type { DeliveryJournal, NewDelivery } from './deliveries.ts';
import type { Hold } from './gate.ts';
import { Lane } from './lane.ts';
import type { LaneSettings } from './lane-settings.ts';
import type { Runner } from './runner.ts';

/** A handler that can be run. */
export interface LaneSpec {
  readonly settings: LaneSettings;
  /** Two specs with the same text are the same handler, and its lane goes on through a reload. */
  readonly fingerprint: string;
  readonly createRunner: () => Promise<Runner>;
}

/** The lanes of all handlers. */
export class Dispatcher {
  readonly #journal: DeliveryJournal;
  readonly #log: Log;
  readonly #lanes = new Map<string, { lane: Lane; fingerprint: string }>();
  /** Whose last attempts may still run. */
  readonly #ending = new Map<string, Lane>();
  /** Also of handlers that do not run now: one that comes back counts on. */
  readonly #starts = new Map<string, Histogram>();
  #stopped = false;

  constructor(journal: DeliveryJournal, log: Log) {
    this.#journal = journal;
    this.#log = log;
  }

  /**
   * Runs exactly these handlers. A changed one ends first, so that no delivery is ever run by two at once.
   *
   * @param drainMs how long running attempts of ended handlers may go on
   * @returns `troubles`: the handlers that could not be set up, and why; their deliveries wait in the journal.
   *   `unused`: the handlers whose spec was not needed, because they go on or could not be set up
   */
  async configure(
    specs: readonly LaneSpec[],
    drainMs: number,
  ): Promise<{ troubles: Map<string, string>; unused: Set<string> }> {
    const kept = new Set(specs.filter((spec) => this.#runsAlready(spec)).map((spec) => spec.settings.handler));
    const ending = [...this.#lanes].filter(([handler]) => !kept.has(handler));
    for (const [handler, { lane }] of ending) {
      this.#lanes.delete(handler);
      this.#ending.set(handler, lane);
    }
    await Promise.all(ending.map(([, { lane }]) => lane.stop(drainMs)));
    for (const [handler] of ending) this.#ending.delete(handler);
    const troubles = new Map<string, string>();
    for (const spec of specs) {
      const { handler } = spec.settings;
      if (kept.has(handler)) continue;
      try {
        const runner = await spec.createRunner();
        if (this.#stopped) {
          await runner.close();
          continue;
        }
        const starts = this.#startsOf(handler);
        const lane = new Lane(spec.settings, runner, this.#journal, this.#log, starts, (other) => this.recheck(other));
        this.#lanes.set(handler, { lane, fingerprint: spec.fingerprint });
        lane.start();
      } catch (error) {
        troubles.set(handler, error instanceof Error ? error.message : String(error));
      }
    }
    return { troubles, unused: new Set([...kept, ...troubles.keys()]) };
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

  #startsOf(handler: string): Histogram {
    const starts = this.#starts.get(handler) ?? new Histogram();
    this.#starts.set(handler, starts);
    return starts;
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
    const lane = this.#lanes.get(handler)?.lane ?? this.#ending.get(handler);
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
    await Promise.all(lanes.map(({ lane }) => lane.stop(drainMs)));
  }
}
