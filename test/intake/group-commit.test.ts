import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { digestOf } from '../../src/alert/digest.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { GroupCommit } from '../../src/intake/group-commit.ts';
import type { Entry } from '../../src/journal/log/record.ts';
import type { AlertStore } from '../../src/vtp/store.ts';
import { voevent } from '../support/packets.ts';
import { recordLog, steadyByMock } from '../support/wait.ts';

/** A journal in memory that fails when told to. */
class MemoryJournal {
  readonly batches: string[][] = [];
  failure: Error | undefined;

  append(entries: readonly Entry[]): void {
    if (this.failure !== undefined) throw this.failure;
    this.batches.push(entries.map(({ source, ivorn }) => `${source}/${ivorn}`));
  }
}

/** A group commit whose clock is the test's: nothing runs until `turn`. */
function setUp(context: TestContext) {
  context.mock.timers.enable({ apis: ['setImmediate', 'setTimeout', 'Date'] });
  const journal = new MemoryJournal();
  const log = recordLog();
  /** After each commit: how many documents had been stored. */
  const commits: number[] = [];
  const stored: string[] = [];
  /** What came by itself. */
  const lone: string[] = [];
  const commit = new GroupCommit(
    journal,
    log,
    () => commits.push(stored.length),
    ({ ivorn }) => lone.push(`${ivorn}, ${stored.length} stored`),
  );
  /** What the sources were told of: its digest. */
  const digests: Uint8Array[] = [];
  /** Whether they can send an acknowledgement. */
  const wire = { isOpen: true };
  const give = (store: AlertStore, name: string, packet = voevent(name)): boolean => {
    const arrival = { packet, envelope: scanEnvelope(packet), peer: 'broker:8099' };
    return store.store({ ...arrival, receivedAt: Date.now(), arrivedAt: performance.now() }, (digest) => {
      stored.push(name);
      digests.push(digest());
      return wire.isOpen;
    });
  };
  return { journal, log, commits, stored, lone, digests, wire, commit, give, turn: () => context.mock.timers.tick(0) };
}

describe('the group commit', () => {
  it('acknowledges nothing before the journal has it', (t) => {
    const { journal, stored, commit, give, turn } = setUp(t);
    const order: string[] = [];
    const append = journal.append.bind(journal);
    t.mock.method(journal, 'append', (entries: readonly Entry[]) => {
      order.push(`append with ${stored.length} stored`);
      return append(entries);
    });
    assert.equal(give(commit.storeFor('a'), 'ivo://a#1'), true);
    assert.deepEqual([order, stored], [[], []]);
    turn();
    assert.deepEqual([order, stored], [['append with 0 stored'], ['ivo://a#1']]);
  });

  it('writes what arrives in one turn, from any source, in one append, and tells each in order', (t) => {
    const { journal, stored, commits, commit, give, turn } = setUp(t);
    const [a, b] = [commit.storeFor('a'), commit.storeFor('b')];
    give(a, 'ivo://a#1');
    give(b, 'ivo://b#1');
    give(a, 'ivo://a#2');
    turn();
    give(b, 'ivo://b#2');
    turn();
    turn();
    assert.deepEqual(journal.batches, [['a/ivo://a#1', 'b/ivo://b#1', 'a/ivo://a#2'], ['b/ivo://b#2']]);
    assert.deepEqual(stored, ['ivo://a#1', 'ivo://b#1', 'ivo://a#2', 'ivo://b#2']);
    assert.deepEqual(commits, [3, 4]);
  });

  it('tells of a document that comes by itself before it is written, and not again while it cannot be', (t) => {
    const { journal, lone, commit, give, turn } = setUp(t);
    const store = commit.storeFor('a');
    journal.failure = new Error('no space left');
    give(store, 'ivo://a#1');
    turn();
    t.mock.timers.tick(1_000);
    assert.deepEqual(lone, ['ivo://a#1, 0 stored']);
    journal.failure = undefined;
    t.mock.timers.tick(1_000);
    give(store, 'ivo://a#2');
    give(store, 'ivo://a#3');
    turn();
    give(store, 'ivo://a#4');
    turn();
    assert.deepEqual(lone, ['ivo://a#1, 0 stored', 'ivo://a#4, 3 stored']);
  });

  it('acknowledges the same bytes again', (t) => {
    const { stored, commit, give, turn } = setUp(t);
    const store = commit.storeFor('a');
    give(store, 'ivo://a#1');
    give(store, 'ivo://a#1');
    turn();
    give(store, 'ivo://a#1');
    turn();
    assert.equal(stored.length, 3);
  });

  it('tells a source the digest that the journal will have, for the same bytes again too', (t) => {
    const { digests, commit, give, turn } = setUp(t);
    const packet = voevent('ivo://a#1');
    for (const _ of ['first', 'again']) give(commit.storeFor('a'), 'ivo://a#1', packet);
    turn();
    const digest = digestOf(packet, scanEnvelope(packet).element);
    assert.deepEqual(digests, [digest, digest]);
  });

  it('asks for a pause at the high-water mark, and ends it after the commit', (t) => {
    const { commit, give, turn, stored } = setUp(t);
    const store = commit.storeFor('a');
    const half = (name: string) => voevent(name, 'observation', 'x'.repeat(4 * 1024 * 1024));
    assert.equal(give(store, 'ivo://a#1', half('ivo://a#1')), true);
    assert.equal(give(store, 'ivo://a#2', half('ivo://a#2')), false);
    const ready: string[] = [];
    store.whenReady(() => ready.push(`ready with ${stored.length} stored`));
    assert.deepEqual(ready, []);
    turn();
    assert.deepEqual(ready, ['ready with 2 stored']);
    assert.equal(give(store, 'ivo://a#3'), true);
    turn();
    assert.equal(ready.length, 1, 'called once');
  });
});

describe('what the group commit counts', () => {
  const nothing = { received: 0, bytes: 0, acks: 0, lastAlertAt: undefined };

  it('is what each source has received, when, and what of it was acknowledged, whatever stores it had', (t) => {
    const { commit, give, turn, wire } = setUp(t);
    t.mock.timers.setTime(1_000);
    const [a, b] = [commit.storeFor('a'), commit.storeFor('b')];
    assert.deepEqual(commit.totalsOf('a'), nothing);
    give(a, 'ivo://a#1');
    const before = commit.totalsOf('a');
    give(a, 'ivo://a#2');
    give(b, 'ivo://a#1');
    turn();
    t.mock.timers.setTime(2_000);
    // Its settings have changed.
    const again = commit.storeFor('a');
    wire.isOpen = false;
    give(again, 'ivo://a#2');
    turn();
    const { length } = voevent('ivo://a#1');
    const arrived = { received: 1, bytes: length, acks: 0, lastAlertAt: 1_000 };
    assert.deepEqual(before, arrived, 'it is received before it is stored');
    assert.deepEqual(commit.totalsOf('a'), {
      ...{ received: 3, bytes: 3 * length, acks: 2, lastAlertAt: 2_000 },
    });
    assert.deepEqual(commit.totalsOf('b'), { ...arrived, acks: 1 });
    assert.deepEqual(commit.totalsOf('c'), nothing);
  });

  it('is how long it took from the last byte until the acks were written, of those that were sent', async (t) => {
    const { commit, turn, give, wire } = setUp(t);
    let now = 50;
    t.mock.method(performance, 'now', () => now);
    const store = commit.storeFor('a');
    const packet = voevent('ivo://a#0');
    const arrival = { packet, envelope: scanEnvelope(packet), peer: 'broker:8099', receivedAt: 0, arrivedAt: now };
    store.store(arrival, () => {
      // As a connection does, which writes what it was told to send when the turn is over.
      queueMicrotask(() => {
        now += 4;
      });
      return true;
    });
    now = 52;
    give(store, 'ivo://a#1');
    wire.isOpen = false;
    turn();
    await Promise.resolve();
    const counts = () => commit.ack.counts.reduce((total, count) => total + count, 0);
    assert.deepEqual([counts(), commit.ack.sum], [1, 0.006]);
    wire.isOpen = true;
    give(store, 'ivo://a#1');
    now += 1;
    turn();
    await Promise.resolve();
    assert.deepEqual([counts(), Number(commit.ack.sum.toFixed(6))], [2, 0.007]);
  });
});

describe('a journal that cannot be written', () => {
  const full = Object.assign(new Error('database or disk is full'), { code: 'ENOSPC' });

  it('acknowledges nothing, says so once, keeps everything, and acknowledges in order when it can', (t) => {
    const { journal, log, stored, commits, commit, give, turn } = setUp(t);
    steadyByMock(t);
    const store = commit.storeFor('a');
    journal.failure = full;
    give(store, 'ivo://a#1');
    turn();
    give(store, 'ivo://a#2');
    for (let second = 0; second < 5; second++) t.mock.timers.tick(1_000);
    assert.deepEqual([stored, commits], [[], []]);
    assert.deepEqual(
      log.lines.map(({ level, message }) => [level, message]),
      [
        [
          'error',
          'Cannot write the journal: the disk is full (ENOSPC). Nothing is acknowledged until it can be written; voeventd tries again every 1s',
        ],
      ],
    );
    journal.failure = undefined;
    t.mock.timers.tick(1_000);
    assert.deepEqual(stored, ['ivo://a#1', 'ivo://a#2']);
    assert.deepEqual(journal.batches, [['a/ivo://a#1', 'a/ivo://a#2']]);
    assert.deepEqual(commits, [2]);
    assert.deepEqual(log.lines.slice(1), [
      {
        level: 'warn',
        message: 'The journal can be written again, after 6s; what had arrived is stored and acknowledged',
        fields: {},
      },
    ]);
  });

  it('has its problem told for as long as it lasts, and counts as received what nothing acknowledges', (t) => {
    const { journal, commit, give, turn } = setUp(t);
    assert.equal(commit.problem, undefined);
    journal.failure = full;
    give(commit.storeFor('a'), 'ivo://a#1');
    turn();
    assert.equal(commit.problem, 'the disk is full (ENOSPC)');
    journal.failure = new Error('database is locked');
    t.mock.timers.tick(1_000);
    assert.equal(commit.problem, 'database is locked');
    assert.deepEqual([commit.totalsOf('a').received, commit.totalsOf('a').acks], [1, 0]);
    journal.failure = undefined;
    t.mock.timers.tick(1_000);
    assert.equal(commit.problem, undefined);
    assert.deepEqual([commit.totalsOf('a').received, commit.totalsOf('a').acks], [1, 1], 'counted once');
  });

  it('is tried again each second and not more often, however much arrives', (t) => {
    const { journal, commit, give, turn } = setUp(t);
    const store = commit.storeFor('a');
    journal.failure = full;
    const append = t.mock.method(journal, 'append');
    give(store, 'ivo://a#0');
    turn();
    for (let number = 1; number < 50; number++) {
      give(store, `ivo://a#${number}`);
      turn();
    }
    assert.equal(append.mock.callCount(), 1);
    t.mock.timers.tick(1_000);
    assert.equal(append.mock.callCount(), 2);
  });

  it('lets nothing more in once the high-water mark is reached, until it can be written', (t) => {
    const { journal, commit, give, turn } = setUp(t);
    const store = commit.storeFor('a');
    journal.failure = full;
    const large = voevent('ivo://a#1', 'observation', 'x'.repeat(9 * 1024 * 1024));
    assert.equal(give(store, 'ivo://a#1', large), false);
    let ready = false;
    store.whenReady(() => {
      ready = true;
    });
    turn();
    t.mock.timers.tick(10_000);
    assert.equal(ready, false);
    journal.failure = undefined;
    t.mock.timers.tick(1_000);
    assert.equal(ready, true);
  });

  it('says so again when it fails another time', (t) => {
    const { journal, log, commit, give, turn } = setUp(t);
    const store = commit.storeFor('a');
    for (const name of ['ivo://a#1', 'ivo://a#2']) {
      journal.failure = full;
      give(store, name);
      turn();
      journal.failure = undefined;
      t.mock.timers.tick(1_000);
    }
    assert.deepEqual(
      log.lines.map(({ level }) => level),
      ['error', 'warn', 'error', 'warn'],
    );
  });
});
