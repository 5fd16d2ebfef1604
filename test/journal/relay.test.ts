import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { digestOf } from '../../src/alert/digest.ts';
import { RelayJournal } from '../../src/journal/relay.ts';
import { entry, openJournal } from './journal.ts';

function open(context: TestContext) {
  const { path, appender, ledger } = openJournal(context);
  const relay = new RelayJournal(path);
  context.after(() => relay.close());
  return { path, appender, ledger, relay };
}

describe('the broadcast’s end of the journal', () => {
  it('reads alerts in their order, so many and so many bytes at once', (t) => {
    const { appender, relay } = open(t);
    assert.deepEqual([relay.head(), relay.after(0, 10, 1e6)], [0, []]);
    appender.append(Array.from({ length: 5 }, (_, number) => entry(number)));
    const size = entry(0).packet.length;
    const seqs = (after: number, limit: number, bytes: number) =>
      relay.after(after, limit, bytes).map(({ seq }) => seq);
    assert.equal(relay.head(), 5);
    assert.deepEqual(seqs(0, 10, 1e6), [1, 2, 3, 4, 5]);
    assert.deepEqual(seqs(2, 2, 1e6), [3, 4]);
    assert.deepEqual(seqs(0, 10, 2 * size), [1, 2]);
    assert.deepEqual(seqs(0, 10, 1), [1], 'one at least');
    assert.deepEqual(relay.after(0, 1, 1e6)[0]?.packet, entry(0).packet);
    assert.deepEqual(seqs(0, 10, 1e6), [1, 2, 3, 4, 5], 'and again from the start');
  });

  it('knows how far alerts have been handed on, but for those that are old', (t) => {
    const { appender, relay } = open(t);
    appender.append([10, 20, 30].map((receivedAt, number) => entry(number, { receivedAt })));
    assert.equal(relay.position(0), undefined);
    relay.setPosition(1);
    assert.equal(relay.position(0), 1);
    assert.equal(relay.position(25), 2);
    assert.equal(relay.position(99), 3);
    relay.setPosition(3);
    assert.equal(relay.position(0), 3);
  });

  it('makes the intake know a VOEvent again that was composed', (t) => {
    const { appender, relay, ledger } = open(t);
    const composed = entry(7);
    const digest = digestOf(composed.packet, composed.element);
    relay.addComposed(digest);
    relay.addComposed(digest);
    assert.deepEqual(appender.append([composed, entry(8)]), [false, true]);
    assert.equal(ledger.counts().alerts, 1);
  });

  it('remembers where subscribers were, and forgets those that stayed away', (t) => {
    const { relay } = open(t);
    relay.keepSubscribers(
      new Map([
        ['a', 5],
        ['b', 6],
      ]),
      1_000,
      0,
    );
    assert.deepEqual(
      [relay.subscriber('a', 0), relay.subscriber('a', 1_001), relay.subscriber('c', 0)],
      [5, undefined, undefined],
    );
    relay.keepSubscribers(new Map([['a', 4]]), 2_000, 1_500);
    assert.equal(relay.subscriber('a', 0), 5, 'it never goes back');
    assert.equal(relay.subscriber('b', 0), undefined);
  });
});
