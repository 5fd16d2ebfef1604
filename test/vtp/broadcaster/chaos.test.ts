import assert from 'node:assert/strict';
import { it } from 'node:test';
import { ackFor, authenticate, type Peer } from '../../support/peer.ts';
import { turns, until } from '../../support/wait.ts';
import { broadcast, ivornOf, matches, numbersOf, upTo } from './shelf.ts';

/** Numbers in [0, 1) that a seed decides (mulberry32), so that a failure can be played again. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const COUNT = 3_000;

it('whatever subscribers do, each gets every alert it wants once and in order, and none waits for another', async (t) => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1e9));
  t.diagnostic(`seed ${seed}`);
  const random = randomFrom(seed);
  const chance = (probability: number) => random() < probability;
  const { shelf, publish, subscriber } = await broadcast(t);
  const [steady, moody, even, fickle] = [
    await subscriber(),
    await subscriber(),
    await subscriber(['even']),
    await subscriber(),
  ];
  const everybody = [steady, moody, even, fickle];
  const acknowledged = new Map<Peer, number>();
  /** Receipts for what came since the last ones, sometimes a little out of order. */
  const acknowledge = (peer: Peer) => {
    const from = acknowledged.get(peer) ?? 0;
    const numbers = numbersOf(peer).slice(from);
    acknowledged.set(peer, from + numbers.length);
    if (chance(0.3)) numbers.reverse();
    if (numbers.length > 0) peer.send(...numbers.map((seq) => ackFor(ivornOf(seq))));
  };
  while (shelf.items.length < COUNT) {
    publish(shelf.add(1 + Math.floor(random() * 60), Math.floor(random() * 8_000)));
    if (chance(0.2)) moody.socket.pause();
    if (chance(0.1)) moody.socket.resume();
    if (chance(0.05)) fickle.send(authenticate(chance(0.5) ? ['even'] : []));
    for (const peer of everybody) if (peer !== moody || chance(0.3)) acknowledge(peer);
    if (chance(0.3)) await turns(1);
  }
  const count = shelf.items.length;
  const keepsUp = until(() => {
    acknowledge(steady);
    return steady.events.length === count;
  }, 'the steady one to have everything');
  await keepsUp;
  moody.socket.resume();
  fickle.send(authenticate(['third']));
  publish(shelf.add(6));
  await until(() => {
    for (const peer of everybody) acknowledge(peer);
    const last = (peer: Peer) => numbersOf(peer).at(-1) ?? 0;
    return (
      last(moody) === count + 6 && last(steady) === count + 6 && last(even) >= count + 5 && last(fickle) >= count + 4
    );
  }, 'everybody to have what they want');
  const all = upTo(count + 6);
  assert.deepEqual(numbersOf(steady), all);
  assert.deepEqual(numbersOf(moody), all);
  assert.deepEqual(
    numbersOf(even),
    all.filter((seq) => matches(1, seq)),
  );
  const got = numbersOf(fickle);
  assert.deepEqual(
    got,
    [...new Set(got)].sort((a, b) => a - b),
  );
});
