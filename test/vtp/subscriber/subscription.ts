import type { TestContext } from 'node:test';
import type { BrokerAddress } from '../../../src/vtp/address.ts';
import type { AlertStore, Arrival, Stored } from '../../../src/vtp/store.ts';
import { Subscriber, type SubscriberSettings } from '../../../src/vtp/subscriber/subscriber.ts';
import { type RecordedLog, recordLog, until } from '../../support/wait.ts';

/** Of everything that these stores keep. */
export const digest = (): Buffer => Buffer.from('0123456789abcdef'.repeat(4), 'hex');

/** A store whose disk is the test's: nothing is stored until it says so. */
export class HeldStore implements AlertStore {
  readonly arrivals: Arrival[] = [];
  /** What `store` returns. */
  mayGoOn = true;
  readonly #stored: Stored[] = [];
  readonly #waiting: (() => void)[] = [];

  store(arrival: Arrival, stored: Stored): boolean {
    // A copy: the test looks at it long after.
    this.arrivals.push({ ...arrival, packet: Buffer.from(arrival.packet) });
    this.#stored.push(stored);
    return this.mayGoOn;
  }

  whenReady(ready: () => void): void {
    this.#waiting.push(ready);
  }

  /** Arrival number `index` is on disk. @returns whether it was acknowledged */
  stored(index: number): boolean | undefined {
    return this.#stored[index]?.(digest);
  }

  ready(): void {
    for (const ready of this.#waiting.splice(0)) ready();
  }

  async arrived(count: number): Promise<void> {
    await until(() => this.arrivals.length >= count, `${count} arrivals`);
  }
}

/** A store that has everything on disk in the next turn, as the group commit does. */
export class QuickStore extends HeldStore {
  override store(arrival: Arrival, stored: Stored): boolean {
    setImmediate(stored, digest);
    return super.store(arrival, () => false);
  }
}

export interface Subscription<Store extends AlertStore> {
  readonly subscriber: Subscriber;
  readonly store: Store;
  readonly log: RecordedLog;
  /** Aborts, and resolves when the subscriber has stopped. */
  stop(): Promise<void>;
}

/** A subscriber that has started, with short times; stopped after the test at the latest. */
export function subscribe<Store extends AlertStore>(
  context: TestContext,
  brokers: readonly BrokerAddress[],
  store: Store,
  changes: Partial<SubscriberSettings> = {},
): Subscription<Store> {
  const log = recordLog();
  const settings: SubscriberSettings = {
    ...{ brokers, identity: 'ivo://example.org/us', dialect: 'vtp', silenceMs: 150_000, maxFrame: 512_000 },
    ...{ connectTimeoutMs: 10_000, reconnect: { initialMs: 5, maxMs: 10 }, tls: undefined },
    ...changes,
  };
  const subscriber = new Subscriber(settings, store, log);
  const controller = new AbortController();
  const ended = subscriber.start(controller.signal);
  const stop = async (): Promise<void> => {
    controller.abort();
    await ended;
  };
  context.after(stop);
  return { subscriber, store, log, stop };
}
