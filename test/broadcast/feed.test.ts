import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Feed, type FeedInspection } from '../../src/broadcast/feed.ts';
import type { Verdict } from '../../src/inspect/messages.ts';
import type { StoredAlert } from '../../src/journal/stored.ts';
import type { Outgoing } from '../../src/vtp/broadcaster/outgoing.ts';
import { voevent } from '../support/packets.ts';
import { recordLog, turns, until } from '../support/wait.ts';

const ivornOf = (seq: number) => `ivo://example.org/s#${seq}`;
const stored = (seq: number): StoredAlert => ({
  ...{ seq, source: 'campus', peer: 'p', ivorn: ivornOf(seq), receivedAt: seq },
  packet: voevent(ivornOf(seq)),
});

/** An inspection whose outcome is the test's to give, in whatever order. */
class HeldInspection implements FeedInspection {
  readonly looking = new Map<number, { say: (verdict: Verdict) => void; resolve: (matched: number[]) => void }>();
  known: (alert: StoredAlert) => Verdict | undefined = () => undefined;

  relay({ seq }: StoredAlert, say: (verdict: Verdict) => void): Promise<readonly number[]> {
    const { promise, resolve } = Promise.withResolvers<readonly number[]>();
    this.looking.set(seq, { say, resolve });
    return promise;
  }

  verdict(seq: number, verdict: Verdict = { relay: true, ivorn: ivornOf(seq) }): void {
    this.looking.get(seq)?.say(verdict);
  }

  matched(seq: number, ...filters: number[]): void {
    this.looking.get(seq)?.resolve(filters);
  }
}

function open({ count = 0, audience = true } = {}) {
  const alerts = Array.from({ length: count }, (_, index) => stored(index + 1));
  const composed: Uint8Array[] = [];
  const journal = {
    fails: false,
    head: () => alerts.length,
    after: (seq: number, limit: number) => {
      if (journal.fails) throw new Error('disk I/O error');
      return alerts.slice(seq, seq + limit);
    },
    addComposed: (digest: Uint8Array) => composed.push(digest),
  };
  const inspection = new HeldInspection();
  const plain: number[] = [];
  const filtered: [number, readonly number[]][] = [];
  const listeners = {
    hasAudience: audience,
    isHungry: true,
    publish: (items: readonly Outgoing[], matched?: readonly (readonly number[])[]) => {
      for (const [index, { seq }] of items.entries()) {
        if (matched === undefined) plain.push(seq);
        else filtered.push([seq, matched[index] ?? []]);
      }
    },
  };
  const log = recordLog();
  const feed = new Feed(journal, inspection, listeners, log);
  const add = (more: number): void => {
    for (let index = 0; index < more; index++) alerts.push(stored(alerts.length + 1));
    feed.wake();
  };
  return { feed, journal, inspection, listeners, plain, filtered, log, add, composed, alerts };
}

describe('the feed', () => {
  it('publishes in the journal’s order, whatever is known first', async () => {
    const { feed, inspection, plain, filtered, add } = open();
    add(3);
    await until(() => inspection.looking.size === 3, 'all to be looked at');
    inspection.verdict(2);
    inspection.verdict(3);
    inspection.matched(3);
    assert.deepEqual(plain, []);
    inspection.verdict(1);
    await turns();
    assert.deepEqual(plain, [1, 2, 3]);
    assert.deepEqual([feed.head(false), feed.head(true)], [3, 0]);
    inspection.matched(2, 7);
    await turns();
    assert.deepEqual(filtered, []);
    inspection.matched(1, 7, 8);
    await turns();
    assert.deepEqual(
      filtered,
      [
        [1, [7, 8]],
        [2, [7]],
      ],
      'the third passes no filter',
    );
    assert.deepEqual([feed.head(true), feed.isIdle], [3, true]);
  });

  it('publishes what becomes known in one turn at once', async () => {
    const { inspection, listeners, add } = open();
    const published: number[][] = [];
    listeners.publish = (items) => {
      if (items.length > 0) published.push(items.map(({ seq }) => seq));
    };
    add(3);
    await until(() => inspection.looking.size === 3, 'all to be looked at');
    for (const seq of [1, 2, 3]) inspection.verdict(seq);
    await turns();
    assert.deepEqual(published, [[1, 2, 3]]);
  });

  it('passes over what is not handed on, and says why', async () => {
    const { inspection, plain, add, log, feed } = open();
    add(2);
    await until(() => inspection.looking.size === 2, 'both to be looked at');
    inspection.verdict(1, { relay: false, why: 'it has a DOCTYPE' });
    inspection.verdict(2);
    await turns();
    assert.deepEqual([plain, feed.head(false)], [[2], 2]);
    assert.equal(log.lines[0]?.message, 'Not broadcast: ivo://example.org/s#1: it has a DOCTYPE');
  });

  it('does not look at what is known, and keeps its place in the order', async () => {
    const { inspection, plain, add } = open();
    inspection.known = ({ seq }) => (seq === 1 ? undefined : { relay: true, ivorn: ivornOf(seq) });
    add(40);
    await until(() => inspection.looking.size === 1, 'the first to be looked at');
    await turns();
    assert.deepEqual(plain, []);
    inspection.verdict(1);
    await turns();
    assert.deepEqual(
      plain,
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  it('has no more in hand than is good, and goes on when some is done', async () => {
    const { inspection, add, plain } = open();
    add(1_000);
    await until(() => inspection.looking.size >= 128, 'some to be looked at');
    await turns(20);
    assert.equal(inspection.looking.size, 128);
    for (let seq = 1; seq <= 1_000; seq++) {
      await until(() => inspection.looking.has(seq), `number ${seq} to be looked at`);
      inspection.verdict(seq);
      inspection.matched(seq);
    }
    await until(() => plain.length === 1_000, 'all to be published');
  });

  it('reads nothing for nobody, and waits for those that have enough', async () => {
    const { feed, inspection, add, listeners, plain } = open({ audience: false });
    inspection.known = ({ seq }) => ({ relay: true, ivorn: ivornOf(seq) });
    add(10);
    await until(() => feed.head(false) === 10, 'them to be passed over');
    assert.deepEqual(plain, []);
    listeners.hasAudience = true;
    listeners.isHungry = false;
    add(5);
    await turns(20);
    assert.deepEqual([plain, feed.head(false)], [[], 10]);
    listeners.isHungry = true;
    feed.wake();
    await until(() => plain.length === 5, 'the five to be published');
  });

  it('gives one that is behind what it wants of the journal', async () => {
    const { feed, inspection } = open({ count: 5 });
    const all = feed.after(2, undefined);
    for (const seq of [3, 4, 5]) {
      inspection.verdict(seq, seq === 4 ? { relay: false, why: 'x' } : undefined);
      inspection.matched(seq);
    }
    const { items, upTo } = await all;
    assert.deepEqual([items.map(({ seq }) => seq), upTo], [[3, 5], 5]);
    const some = feed.after(0, [7]);
    for (const seq of [1, 2, 3, 4, 5]) {
      inspection.verdict(seq);
      inspection.matched(seq, ...(seq % 2 === 0 ? [7] : [8]));
    }
    assert.deepEqual(
      (await some).items.map(({ seq }) => seq),
      [2, 4],
    );
    assert.deepEqual(await feed.after(5, undefined), { items: [], upTo: 5 });
  });

  it('keeps the digest of what it composes before anybody gets it', async () => {
    const { feed, inspection, composed } = open({ count: 1 });
    const bytes = readFileSync(new URL('../fixtures/voevent/chime-retraction.xml', import.meta.url));
    const looked = feed.after(0, undefined);
    inspection.verdict(1, { relay: true, ivorn: 'ivo://voeventd.composed/a#1', composed: new Uint8Array(bytes) });
    assert.equal(composed.length, 1);
    inspection.matched(1);
    const { items } = await looked;
    assert.deepEqual(items[0]?.frame.subarray(4), bytes);
  });

  it('says that the journal cannot be read, and tries again', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { feed, journal, inspection, add, plain, log } = open();
    inspection.known = ({ seq }) => ({ relay: true, ivorn: ivornOf(seq) });
    journal.fails = true;
    add(1);
    await log.said(/Cannot read the journal to broadcast: disk I\/O error; trying again in 1s/);
    journal.fails = false;
    t.mock.timers.tick(1_000);
    await until(() => plain.length === 1, 'it to be published');
    feed.stop();
  });
});
