import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { parseEndpoint } from '../../../src/vtp/address.ts';
import { Broadcaster, type BroadcasterSettings } from '../../../src/vtp/broadcaster/broadcaster.ts';
import type { Backlog, FilterDesk, Memory, Outgoing, Stretch } from '../../../src/vtp/broadcaster/outgoing.ts';
import { encodeFrames } from '../../../src/vtp/frame.ts';
import { parseNetworks } from '../../../src/vtp/networks.ts';
import { voevent } from '../../support/packets.ts';
import { authenticate, Peer } from '../../support/peer.ts';
import { recordLog, turns, until, within } from '../../support/wait.ts';

export const ivornOf = (seq: number) => `ivo://example.org/s#${seq}`;
const item = (seq: number, bytes = 0): Outgoing => ({
  seq,
  ivorn: ivornOf(seq),
  frame: encodeFrames([voevent(ivornOf(seq), 'observation', 'x'.repeat(bytes))]),
});

/** A journal in memory, from which the test publishes. Filter 1 holds on even numbers, filter 2 on multiples of three. */
export class Shelf implements Backlog, FilterDesk, Memory {
  readonly items: Outgoing[] = [];
  readonly positions = new Map<string, number>();
  readonly released: number[] = [];
  reads = 0;
  published = 0;
  /** Resolved before a filter is installed. */
  gate: Promise<void> = Promise.resolve();
  readonly bad = new Set<string>();

  add(count: number, bytes = 0): Outgoing[] {
    const added = Array.from({ length: count }, (_, index) => item(this.items.length + 1 + index, bytes));
    this.items.push(...added);
    return added;
  }

  head(): number {
    return this.published;
  }

  async after(seq: number, filters: readonly number[] | undefined): Promise<Stretch> {
    this.reads += 1;
    await turns(1);
    const stretch = this.items.filter((one) => one.seq > seq).slice(0, 16);
    const items = stretch.filter((one) => filters === undefined || filters.some((id) => matches(id, one.seq)));
    return { items, upTo: stretch.at(-1)?.seq ?? Math.max(seq, this.published) };
  }

  async install(texts: readonly string[]): Promise<{ ids: number[]; problems: string[] }> {
    await this.gate;
    const good = texts.filter((text) => !this.bad.has(text));
    const problems = texts.filter((text) => this.bad.has(text)).map((text) => `the filter ${text} cannot be used`);
    return { ids: good.map((text) => (text === 'even' ? 1 : 2)), problems };
  }

  release(ids: readonly number[]): void {
    this.released.push(...ids);
  }

  recall(identity: string, address: string): number | undefined {
    return this.positions.get(`${identity} ${address}`);
  }

  remember(identity: string, address: string, seq: number): void {
    this.positions.set(`${identity} ${address}`, seq);
  }
}

export const matches = (filter: number, seq: number): boolean => seq % (filter === 1 ? 2 : 3) === 0;

/** A broadcaster that listens, and a journal for it; stopped after the test at the latest. */
export async function broadcast(context: TestContext, changes: Partial<BroadcasterSettings> = {}) {
  const log = recordLog();
  const shelf = new Shelf();
  const listen = parseEndpoint('127.0.0.1:0', 0);
  if (listen === undefined) throw new Error('There is no place to listen.');
  const settings: BroadcasterSettings = {
    ...{ identity: 'ivo://example.org/us', listen, allow: parseNetworks('127.0.0.1') ?? [], tls: undefined },
    ...{ maxConnections: 300, maxPerAddress: 300, iamaliveMs: 60_000, maxUnacknowledged: 10, maxQueue: 1_048_576 },
    ...changes,
  };
  const broadcaster = new Broadcaster(settings, {
    ...{ backlog: shelf, filters: shelf, memory: shelf, log, begin: () => shelf.published, relieved: () => {} },
  });
  const stop = new AbortController();
  const ended = broadcaster.start(stop.signal);
  context.after(async () => {
    stop.abort();
    await ended;
  });
  assert.equal(await within(broadcaster.started, 'the broadcaster to listen'), undefined);
  const { status } = broadcaster;
  const address = status.state === 'listening' ? status.address : '';
  /** Publishes as the feed does: to those without filters, and then to the others. */
  const publish = (items: readonly Outgoing[]): void => {
    shelf.published = items.at(-1)?.seq ?? shelf.published;
    broadcaster.publish(items);
    const matched = items.map(({ seq }) => [1, 2].filter((id) => matches(id, seq)));
    broadcaster.publish(
      items.filter((_, index) => matched[index]?.length !== 0),
      matched.filter((ids) => ids.length > 0),
    );
  };
  const subscriber = async (filters: readonly string[] = []): Promise<Peer> => {
    const peer = await Peer.connect(address);
    await peer.message(0);
    const before = live();
    peer.send(authenticate(filters));
    await until(() => live() > before, 'the subscriber to be fed');
    return peer;
  };
  const subscribers = () => (broadcaster.status.state === 'listening' ? broadcaster.status.subscribers : []);
  const live = () => subscribers().filter(({ isBehind }) => !isBehind).length;
  return { broadcaster, address, shelf, log, publish, subscriber, subscribers, stop: () => stop.abort(), ended };
}

const numbers = new WeakMap<Peer, number[]>();

/** The numbers of the alerts that came. Each is read once: a test may ask thousands of times. */
export function numbersOf(peer: Peer): number[] {
  const known = numbers.get(peer) ?? [];
  numbers.set(peer, known);
  for (const event of peer.events.slice(known.length)) {
    known.push(Number(/#(\d+)"/.exec(event.toString('latin1', 0, 300))?.[1]));
  }
  return known;
}
export const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);
