import type { Log } from '../../common/log.ts';
import { Connection } from '../connection.ts';
import type { Caller } from '../listener.ts';
import type { Backlog, FilterDesk, Memory, Outgoing } from './outgoing.ts';
import { Outstanding } from './outstanding.ts';
import { OutgoingQueue } from './queue.ts';
import {
  type BroadcastOutput,
  type BroadcastSession,
  type BroadcastSessionSettings,
  type BroadcastStep,
  filterComplaint,
  heard,
  openBroadcastSession,
  tick,
} from './session.ts';
import type { SubscriptionStatus } from './status.ts';
import { Wishes } from './wishes.ts';

export interface SubscriptionSettings extends BroadcastSessionSettings {
  /** Bytes of alerts that may wait in memory for it; what is more waits in the journal. */
  readonly maxQueue: number;
}

export interface SubscriptionPorts {
  readonly backlog: Backlog;
  readonly filters: FilterDesk;
  readonly memory: Memory | undefined;
  readonly log: Log;
  /** It takes more than it did. */
  readonly relieved: () => void;
  /** The connection is over. */
  readonly ended: () => void;
}

/** Alerts that may wait for their receipt; the next ones are sent when some have come. */
const WINDOW = 1_024;
/** Written at once. */
const WRITE_BYTES = 256 * 1024;
/** More than this in its queue, and nobody needs to publish faster for its sake. */
const ENOUGH_BYTES = 4 * 1024 * 1024;
/** Less than this in its queue, and it is given more. */
const LOW_BYTES = 1024 * 1024;
/** Who has not said who it is by then does not say it, or has no filters. */
const GREETING_MS = 1_000;
const MAX_MESSAGE_BYTES = 262_144;

/**
 * How a subscriber gets its alerts. `held`: not at all, until it is known which ones it wants. `behind`: from the journal,
 * at its own pace. `live`: as they are published.
 */
type Mode = 'held' | 'behind' | 'live';

/** One subscriber: its connection, its session, and what it still has to get. What it does costs the others nothing. */
export class Subscription {
  readonly #settings: SubscriptionSettings;
  readonly #caller: Caller;
  readonly #ports: SubscriptionPorts;
  readonly #connection: Connection;
  readonly #outstanding = new Outstanding();
  readonly #queue = new OutgoingQueue();
  readonly #wishes: Wishes;
  readonly #greeting: NodeJS.Timeout;
  #session: BroadcastSession;
  #mode: Mode = 'held';
  #isWritable = true;
  /** Had more in its queue than those who publish wait for. */
  #wasFull = false;
  #isLoading = false;
  #hasEnded = false;
  /** Everything up to this number is sent, queued, or not wanted. */
  #position: number;
  #hasRecalled = false;
  #sent = 0;

  /** @param position number of the alert after which it begins */
  constructor(settings: SubscriptionSettings, caller: Caller, position: number, ports: SubscriptionPorts) {
    this.#settings = settings;
    this.#caller = caller;
    this.#ports = ports;
    this.#position = position;
    this.#wishes = new Wishes(ports.filters, caller.address);
    this.#connection = Connection.accept(caller.socket, 'subscriber', MAX_MESSAGE_BYTES, {
      frame: (event) => this.#take(heard(this.#session, event, settings, Date.now())),
      drained: () => {
        this.#isWritable = true;
        this.#pump();
      },
      closed: (reason) => this.#end(reason),
    });
    const opening = openBroadcastSession(settings, Date.now(), performance.now());
    this.#session = opening.session;
    this.#greeting = setTimeout(() => this.#release(0), GREETING_MS);
    this.#take(opening);
  }

  get status(): SubscriptionStatus {
    const { since, identity, lastMessageAt, receipts } = this.#session;
    return {
      ...{ address: this.#caller.name, identity, since, lastMessageAt, receipts },
      ...{ sent: this.#sent, owed: this.#outstanding.size, waiting: this.#queue.length, filters: this.#wishes.texts },
      isBehind: this.#mode !== 'live',
    };
  }

  /** Gets alerts as they are published. */
  get isLive(): boolean {
    return this.#mode === 'live';
  }

  /** It lives, and owes and awaits nothing. */
  get isIdle(): boolean {
    return this.#mode === 'live' && this.#outstanding.size === 0 && this.#queue.length === 0;
  }

  /** It has every alert that it wants up to this one, by its receipts. */
  get settled(): number {
    const next = this.#outstanding.oldest ?? this.#queue.oldest;
    return next === undefined ? this.#position : next - 1;
  }

  /** Gets alerts as they are published, and does not have enough of them. */
  get isHungry(): boolean {
    return this.#mode === 'live' && this.#queue.bytes < ENOUGH_BYTES;
  }

  /**
   * Alerts are published, in order. Those that it has, and all when it does not live, are passed over.
   *
   * @param frames all of their frames in one piece
   * @param matched for each the filters that hold; undefined: they go to those without filters
   */
  offer(items: readonly Outgoing[], frames: Buffer, matched?: readonly (readonly number[])[]): void {
    if (this.#mode !== 'live' || (this.#wishes.ids === undefined) !== (matched === undefined)) return;
    const [first] = items;
    if (first === undefined) return;
    if (matched === undefined && first.seq > this.#position && this.#canWriteAll(items)) {
      this.#write(items, frames);
      this.#position = items.at(-1)?.seq ?? this.#position;
      return;
    }
    for (const [index, item] of items.entries()) {
      if (item.seq <= this.#position) continue;
      // The queue is full: what comes is read from the journal when there is room.
      if (this.#queue.bytes > this.#settings.maxQueue) {
        this.#mode = 'behind';
        break;
      }
      this.#position = item.seq;
      if (matched === undefined || this.#wishes.holds(matched[index] ?? [])) this.#queue.push(item);
    }
    this.#pump();
  }

  /** Time has passed. @param steady milliseconds, by a clock that nobody sets */
  tick(steady: number): void {
    const { iamaliveMs } = this.#settings;
    const overdue = this.#outstanding.overdue(iamaliveMs, steady);
    this.#take(tick(this.#session, overdue, this.#settings, Date.now(), steady));
    this.#remember();
  }

  /** A filter that it may use turned out to be of no use: whoever installs it again is told why. */
  dropFilter(id: number): void {
    if (this.#wishes.ids?.includes(id) === true) void this.#want(this.#wishes.texts);
  }

  /** Ends the connection, after what has been written. */
  close(reason: string): void {
    this.#connection.close(reason);
  }

  #take(step: BroadcastStep): void {
    this.#session = step.session;
    for (const output of step.outputs) this.#carryOut(output);
  }

  #carryOut(output: BroadcastOutput): void {
    switch (output.type) {
      case 'send':
        this.#connection.send(output.payload);
        return;
      case 'receipt':
        if (this.#outstanding.settle(output.origin)) this.#pump();
        return;
      case 'authenticated':
        this.#recall();
        void this.#want(output.filters);
        return;
      case 'note':
        this.#ports.log[output.level](output.message, { subscriber: this.#caller.name, ...output.fields });
        return;
      case 'close':
        this.#connection.close(output.reason);
        return;
    }
  }

  /** From now on it gets those alerts on which one of the filters holds; all, when none can be used. */
  async #want(filters: readonly string[]): Promise<void> {
    this.#mode = 'held';
    const problems = await this.#wishes.change(filters);
    if (problems === undefined) return;
    if (problems.length > 0) this.#complain(problems);
    this.#release(this.#wishes.generation);
  }

  /** It is known what it wants, or will not be: it is given what it has missed, and then what comes. */
  #release(generation: number): void {
    if (this.#hasEnded || generation !== this.#wishes.generation) return;
    clearTimeout(this.#greeting);
    this.#mode = 'behind';
    this.#pump();
  }

  #complain(problems: readonly string[]): void {
    const reason = `${problems.join('; ')}. ${this.#wishes.ids === undefined ? 'You get all alerts' : 'Your other filters are heeded'}`;
    const { name } = this.#caller;
    this.#ports.log.warn(`Filters of ${name} are not heeded: ${problems.join('; ')}`, { subscriber: name });
    this.#connection.send(filterComplaint(this.#session, reason, this.#settings, Date.now()));
  }

  #canWriteAll(items: readonly Outgoing[]): boolean {
    return this.#isWritable && this.#queue.length === 0 && this.#outstanding.size + items.length <= WINDOW;
  }

  #write(items: readonly Outgoing[], frames: Buffer): void {
    const now = performance.now();
    for (const { seq, ivorn } of items) this.#outstanding.add(seq, ivorn, now);
    this.#sent += items.length;
    this.#isWritable = this.#connection.write(this.#connection.littleEndian ? swapLengths(items) : frames);
  }

  /** Writes what it can take, and reads on in the journal when that is where its next alerts are. */
  #pump(): void {
    if (this.#hasEnded) return;
    while (this.#isWritable && this.#queue.length > 0 && this.#outstanding.size < WINDOW) {
      const items = this.#queue.take(WINDOW - this.#outstanding.size, WRITE_BYTES);
      this.#write(items, Buffer.concat(items.map(({ frame }) => frame)));
    }
    if (this.#queue.bytes >= ENOUGH_BYTES) this.#wasFull = true;
    if (this.#queue.bytes > LOW_BYTES) return;
    if (this.#wasFull) {
      this.#wasFull = false;
      this.#ports.relieved();
    }
    if (this.#mode === 'behind' && !this.#isLoading) void this.#load();
  }

  async #load(): Promise<void> {
    const { generation, ids: filters } = this.#wishes;
    this.#isLoading = true;
    const { items, upTo } = await this.#ports.backlog.after(this.#position, filters);
    this.#isLoading = false;
    if (this.#hasEnded) return;
    if (generation === this.#wishes.generation) {
      for (const item of items) this.#queue.push(item);
      this.#position = Math.max(this.#position, upTo);
      // In the same turn in which it has caught up, so that nothing is published in between.
      if (this.#position >= this.#ports.backlog.head(filters !== undefined)) {
        this.#mode = 'live';
        this.#ports.relieved();
      }
    }
    this.#pump();
  }

  /** It may go on where it was when it went. */
  #recall(): void {
    const { identity } = this.#session;
    if (identity === undefined || this.#hasRecalled || this.#sent > 0) return;
    this.#hasRecalled = true;
    const seq = this.#ports.memory?.recall(identity, this.#caller.address);
    if (seq === undefined || seq === this.#position) return;
    this.#ports.log.info(`${this.#caller.name} is ${identity} and goes on where it was`, {
      subscriber: this.#caller.name,
    });
    this.#position = seq;
  }

  #remember(): void {
    const { identity } = this.#session;
    if (identity !== undefined) this.#ports.memory?.remember(identity, this.#caller.address, this.settled);
  }

  #end(reason: string): void {
    clearTimeout(this.#greeting);
    this.#remember();
    this.#hasEnded = true;
    this.#wishes.end();
    const { name } = this.#caller;
    const owed = this.#outstanding.size;
    this.#ports.log.info(`Subscriber ${name} has gone: ${reason}`, { subscriber: name, sent: this.#sent, owed });
    this.#ports.ended();
  }
}

/** For those who read lengths least significant byte first. */
function swapLengths(items: readonly Outgoing[]): Buffer {
  return Buffer.concat(
    items.map(({ frame }) => Buffer.concat([Buffer.from(frame.subarray(0, 4)).reverse(), frame.subarray(4)])),
  );
}
