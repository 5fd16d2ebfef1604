import { setImmediate } from 'node:timers/promises';
import type { Log } from '../../common/log.ts';
import type { Caller, ListenSettings } from '../listener.ts';
import { Service } from '../serve.ts';
import type { Backlog, FilterDesk, Memory, Outgoing } from './outgoing.ts';
import type { BroadcasterStatus } from './status.ts';
import { Subscription, type SubscriptionSettings } from './subscription.ts';

export interface BroadcasterSettings extends ListenSettings, SubscriptionSettings {}

export interface BroadcasterPorts {
  readonly backlog: Backlog;
  readonly filters: FilterDesk;
  /** Who has gone, where subscribers may go on where they were. */
  readonly memory: Memory | undefined;
  readonly log: Log;
  /** The number of the alert after which one who connects now begins. */
  readonly begin: () => number;
  /** Some subscriber can take more than it could. */
  readonly relieved: () => void;
}

/**
 * Feeds subscribers (VTP 2.0 §7.3). It is idle until `start`, and stops when the signal aborts: it listens no more and
 * closes every connection.
 */
export class Broadcaster {
  readonly #settings: BroadcasterSettings;
  readonly #ports: BroadcasterPorts;
  readonly #subscriptions = new Set<Subscription>();
  readonly #service: Service;

  constructor(settings: BroadcasterSettings, ports: BroadcasterPorts) {
    this.#settings = settings;
    this.#ports = ports;
    const events = {
      called: (caller: Caller) => this.#welcome(caller),
      tick: (steady: number) => this.#each((subscription) => subscription.tick(steady)),
      stopping: () => this.#each((subscription) => subscription.close('voeventd stops')),
    };
    this.#service = new Service(settings, 'Broadcasting to', 'subscribers', events, ports.log);
  }

  get status(): BroadcasterStatus {
    const { state } = this.#service;
    if (state.state !== 'listening') return state;
    return { ...state, subscribers: [...this.#subscriptions].map(({ status }) => status) };
  }

  /** Resolves when it has tried to listen: why it could not, or nothing. It goes on trying by itself. */
  get started(): Promise<string | undefined> {
    return this.#service.started;
  }

  /** Whether anybody gets alerts as they are published. */
  get hasAudience(): boolean {
    for (const subscription of this.#subscriptions) if (subscription.isLive) return true;
    return false;
  }

  /** Every connected subscriber has its alerts up to here. @param head the last one that was published */
  settled(head: number): number {
    let settled = head;
    // One with filters is live at a number that passed them; those after it are not for it.
    for (const one of this.#subscriptions) if (!one.isIdle) settled = Math.min(settled, one.settled);
    return settled;
  }

  /** Whether anybody who gets them as they are published is waiting for more. */
  get isHungry(): boolean {
    for (const subscription of this.#subscriptions) if (subscription.isHungry) return true;
    return false;
  }

  /** Runs until the signal aborts. Never rejects. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#service.run(signal);
    // A server says that it has closed before its last sockets do, which have something to remember.
    while (this.#subscriptions.size > 0) await setImmediate();
  }

  /**
   * Publishes alerts, in order: to those without filters when `matched` is not given, and to the others when it is.
   *
   * @param matched for each the ids of the filters that hold
   */
  publish(items: readonly Outgoing[], matched?: readonly (readonly number[])[]): void {
    if (items.length === 0) return;
    const frames = Buffer.concat(items.map(({ frame }) => frame));
    this.#each((subscription) => subscription.offer(items, frames, matched));
  }

  /** A filter turned out to be of no use: those who have it get it no more. */
  dropFilter(id: number): void {
    this.#each((subscription) => subscription.dropFilter(id));
  }

  #each(action: (subscription: Subscription) => void): void {
    for (const subscription of this.#subscriptions) action(subscription);
  }

  #welcome(caller: Caller): void {
    const { backlog, filters, memory, log, begin, relieved } = this.#ports;
    const subscription = new Subscription(this.#settings, caller, begin(), {
      ...{ backlog, filters, memory, log, relieved },
      ended: () => this.#subscriptions.delete(subscription),
    });
    this.#subscriptions.add(subscription);
    log.info(`${caller.name} subscribes`, { subscriber: caller.name });
  }
}
