import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecisionRecord } from '../../src/journal/ledger.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { entry, openJournal } from './journal.ts';

const NOW = 1_790_000_100_000;

/** A decision that gives the alert to these handlers, and not to `idle`. */
function decision(seq: number, handlers: readonly string[], changes: Partial<DecisionRecord> = {}): DecisionRecord {
  const fired = handlers.map((handler) => ({ handler, fired: true, why: 'its rule is true' }));
  const verdicts = [...fired, { handler: 'idle', fired: false, why: 'its rule is false' }];
  return { seq, decidedAt: NOW + seq, problem: undefined, verdicts, ...changes };
}

describe('decisions', () => {
  it('are made once for each alert, oldest first', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2), entry(3)]);
    assert.deepEqual(
      ledger.undecided(2).map(({ seq }) => seq),
      [1, 2],
    );
    ledger.decide([decision(1, []), decision(2, [])]);
    assert.deepEqual(
      ledger.undecided(2).map(({ seq }) => seq),
      [3],
    );
    assert.throws(() => ledger.decide([decision(3, []), decision(1, ['slew'])]), /UNIQUE/);
    assert.deepEqual(
      ledger.undecided(2).map(({ seq }) => seq),
      [3],
      'all of a batch or nothing',
    );
    assert.equal(ledger.openHandlers().size, 0);
  });

  it('are only made for alerts that are there', (t) => {
    const { ledger } = openJournal(t);
    assert.throws(() => ledger.decide([decision(7, ['slew'])]), /FOREIGN KEY/);
  });

  it('make a delivery for each handler whose rule fired', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2)]);
    ledger.decide([decision(1, ['slew', 'chat']), decision(2, ['slew'])]);
    assert.deepEqual(
      ledger.openHandlers(),
      new Map([
        ['chat', 1],
        ['slew', 2],
      ]),
    );
    assert.deepEqual(ledger.open('slew', 10), [
      { seq: 1, attempts: 0, dueAt: NOW + 1 },
      { seq: 2, attempts: 0, dueAt: NOW + 2 },
    ]);
    assert.deepEqual(ledger.open('slew', 1).length, 1);
    assert.deepEqual(ledger.open('idle', 10), []);
  });

  it('say why an alert cannot be read', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2), entry(3)]);
    ledger.decide([decision(1, [], { problem: 'It is empty' }), decision(2, [])]);
    const { alerts, undecided, quarantined, deliveries } = ledger.counts();
    assert.deepEqual([alerts, undecided, quarantined, deliveries], [3, 1, 1, {}]);
  });
});

describe('a delivery', () => {
  it('is open until it has ended one way or another', (t) => {
    for (const state of ['done', 'dead', 'skipped'] as const) {
      const { appender, ledger } = openJournal(t);
      appender.append([entry(1)]);
      ledger.decide([decision(1, ['slew'])]);
      ledger.begin(1, 'slew', NOW);
      assert.deepEqual(ledger.open('slew', 10), [{ seq: 1, attempts: 1, dueAt: NOW + 1 }], 'also while it runs');
      ledger.end(1, 'slew', { state, outcome: 'so', endedAt: NOW });
      assert.deepEqual(ledger.open('slew', 10), []);
      assert.deepEqual(ledger.counts().deliveries, { [state]: 1 });
    }
  });

  it('that is to be tried again is open, with its attempts, at its time', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2)]);
    ledger.decide([decision(1, ['slew']), decision(2, ['slew'])]);
    ledger.begin(1, 'slew', NOW);
    ledger.end(1, 'slew', { state: 'retrying', outcome: 'exit code 1', endedAt: NOW, dueAt: NOW + 5_000 });
    assert.deepEqual(ledger.open('slew', 10), [
      { seq: 2, attempts: 0, dueAt: NOW + 2 },
      { seq: 1, attempts: 1, dueAt: NOW + 5_000 },
    ]);
  });

  it('of one handler has nothing to do with another’s', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew', 'chat'])]);
    ledger.begin(1, 'slew', NOW);
    ledger.end(1, 'slew', { state: 'done', outcome: '', endedAt: NOW });
    assert.deepEqual(ledger.open('chat', 10), [{ seq: 1, attempts: 0, dueAt: NOW + 1 }]);
  });

  it('that was running when the process died is open when the journal is opened again', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew'])]);
    ledger.begin(1, 'slew', NOW);
    const again = new Ledger(path);
    assert.deepEqual(again.open('slew', 10), [{ seq: 1, attempts: 1, dueAt: NOW + 1 }]);
    again.close();
  });
});

describe('threads', () => {
  it('are followed through every join, also after the journal was opened again', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2)]);
    const joined = (thread: string, changed: string[], merged: string[] = []) => ({
      thread: { thread, changed, merged },
    });
    assert.equal(ledger.threadOf('a'), undefined);
    ledger.decide([decision(1, [], joined('a', ['a', 'x']))]);
    ledger.decide([decision(2, [], joined('b', ['b', 'y'], ['a']))]);
    for (const journal of [ledger, new Ledger(path)]) {
      assert.deepEqual(
        ['a', 'x', 'b', 'y', 'z'].map((key) => journal.threadOf(key)),
        ['b', 'b', 'b', 'b', undefined],
      );
      if (journal !== ledger) journal.close();
    }
  });

  it('are not joined when the decision is not kept', (t) => {
    const { ledger } = openJournal(t);
    assert.throws(() => ledger.decide([decision(7, [], { thread: { thread: 'a', changed: ['a'], merged: [] } })]));
    assert.equal(ledger.threadOf('a'), undefined);
  });
});

describe('the ledger', () => {
  it('sees at once what the intake has appended, and does not disturb it', (t) => {
    const { appender, ledger } = openJournal(t);
    for (let number = 1; number <= 50; number++) {
      assert.deepEqual(appender.append([entry(number)]), [true]);
      const [alert, ...more] = ledger.undecided(10);
      assert.deepEqual(more, []);
      ledger.decide([decision(alert?.seq ?? 0, ['slew'])]);
      ledger.checkpoint();
    }
    assert.equal(ledger.counts().deliveries.pending, 50);
  });
});
