import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import type { OpenDelivery } from '../../src/dispatch/deliveries.ts';
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

function open(seq: number, attempts: number, dueAt: number, changes: Partial<OpenDelivery> = {}): OpenDelivery {
  const usual = { pretends: false, retracts: false, failedAt: undefined, forgiven: 0, anyAge: false };
  return { seq, attempts, dueAt, ...usual, because: undefined, withdrawn: undefined, ...changes };
}

function attemptsIn(path: string): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database
      .prepare('SELECT * FROM attempt')
      .all()
      .map((row) => Object.values(row));
  } finally {
    database.close();
  }
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
    assert.deepEqual(ledger.open('slew', 10), [open(1, 0, NOW + 1), open(2, 0, NOW + 2)]);
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
      assert.deepEqual(ledger.open('slew', 10), [open(1, 1, NOW + 1)], 'also while it runs');
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
    assert.deepEqual(ledger.open('slew', 10), [open(2, 0, NOW + 2), open(1, 1, NOW + 5_000, { failedAt: NOW })]);
  });

  it('of one handler has nothing to do with another’s', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew', 'chat'])]);
    ledger.begin(1, 'slew', NOW);
    ledger.end(1, 'slew', { state: 'done', outcome: '', endedAt: NOW });
    assert.deepEqual(ledger.open('chat', 10), [open(1, 0, NOW + 1)]);
  });

  it('that was running when the process died is open when the journal is opened again', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew'])]);
    ledger.begin(1, 'slew', NOW);
    const again = new Ledger(path);
    assert.deepEqual(again.open('slew', 10), [open(1, 1, NOW + 1)]);
    again.close();
  });
});

describe('an attempt', () => {
  it('is kept with its times, how it ended and what it printed; also when it never ended', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew'])]);
    const output = 'homing\nstuck';
    ledger.begin(1, 'slew', NOW);
    const first = { number: 1, state: 'failed', output, because: undefined } as const;
    ledger.end(1, 'slew', { state: 'retrying', outcome: 'busy', endedAt: NOW + 5, dueAt: NOW + 9, attempt: first });
    ledger.begin(1, 'slew', NOW + 9);
    ledger.begin(1, 'slew', NOW + 20);
    const last = { number: 3, state: 'done', output: undefined, because: undefined } as const;
    ledger.end(1, 'slew', { state: 'done', outcome: 'well', endedAt: NOW + 21, attempt: last });
    assert.deepEqual(attemptsIn(path), [
      [1, 'slew', 1, NOW, NOW + 5, 'failed', 'busy', output],
      [1, 'slew', 2, NOW + 9, null, null, null, null],
      [1, 'slew', 3, NOW + 20, NOW + 21, 'done', 'well', null],
    ]);
  });

  it('is none where the delivery is skipped', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew'])]);
    ledger.end(1, 'slew', { state: 'skipped', outcome: 'too old', endedAt: NOW });
    assert.deepEqual(attemptsIn(path), []);
  });
});

describe('a decision that withdraws', () => {
  const told = (thread: string, changes: Partial<DecisionRecord> = {}) => ({
    thread: { thread, changed: [thread], merged: [] },
    ...changes,
  });
  const withdraws = (handlers: readonly string[], seqs?: readonly number[]) => ({
    withdraws: { handlers, reason: 'so', covers: ({ seq }: { seq: number }) => seqs?.includes(seq) ?? true },
  });

  it('names the open deliveries of its thread and handlers before it, and they are open until somebody ends them', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([1, 2, 3, 4, 5].map((number) => entry(number)));
    const earlier = [decision(1, ['slew', 'chat'], told('a')), decision(2, ['slew'], told('a'))];
    assert.deepEqual(ledger.decide([...earlier, decision(3, ['slew'], told('b'))]), []);
    ledger.begin(2, 'slew', NOW);
    const last = decision(4, ['slew'], told('a', withdraws(['slew'])));
    assert.deepEqual(ledger.decide([last, decision(5, ['slew'], told('a'))]), [
      { seq: 2, handler: 'slew', reason: 'so' },
      { seq: 1, handler: 'slew', reason: 'so' },
    ]);
    const again = new Ledger(path);
    t.after(() => again.close());
    assert.deepEqual(again.open('slew', 9), [
      open(1, 0, NOW + 1, { withdrawn: 'so' }),
      open(2, 1, NOW + 2, { withdrawn: 'so' }),
      open(3, 0, NOW + 3),
      open(4, 0, NOW + 4),
      open(5, 0, NOW + 5),
    ]);
    assert.deepEqual(again.open('chat', 9), [open(1, 0, NOW + 1)]);
  });

  it('leaves those that have ended, those that retract, and those it does not cover', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([1, 2, 3, 4].map((number) => entry(number)));
    const retracting = { verdicts: [{ handler: 'slew', fired: true, why: '', retraction: true as const }] };
    ledger.decide([decision(1, ['slew'], told('a')), decision(2, [], told('a', retracting))]);
    ledger.decide([decision(3, ['slew'], told('a'))]);
    ledger.end(1, 'slew', { state: 'done', outcome: '', endedAt: NOW });
    assert.deepEqual(ledger.decide([decision(4, [], told('a', withdraws(['slew'], [1, 2])))]), []);
    assert.deepEqual(ledger.open('slew', 9), [open(2, 0, NOW + 2, { retracts: true }), open(3, 0, NOW + 3)]);
  });

  it('reaches threads that it joins, and alerts before it in its own batch', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([1, 2, 3].map((number) => entry(number)));
    ledger.decide([decision(1, ['slew'], told('a'))]);
    const joining = { ...withdraws(['slew']), thread: { thread: 'b', changed: ['c'], merged: ['a'] } };
    const withdrawn = ledger.decide([decision(2, ['slew'], told('b')), decision(3, ['slew'], joining)]);
    assert.deepEqual(
      withdrawn.map(({ seq }) => seq),
      [2, 1],
    );
  });

  it('is not kept when the decision is not', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1)]);
    ledger.decide([decision(1, ['slew'], told('a'))]);
    assert.throws(() => ledger.decide([decision(7, [], told('a', withdraws(['slew'])))]));
    assert.deepEqual(ledger.open('slew', 9), [open(1, 0, NOW + 1)]);
  });
});

describe('what became of a thread', () => {
  it('is told of each alert that was for the handler, the last one first', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([1, 2, 3, 4, 5].map((number) => entry(number)));
    const thread = { thread: { thread: 'a', changed: ['a'], merged: [] } };
    ledger.decide([1, 2, 3, 4, 5].map((seq) => decision(seq, seq === 5 ? [] : ['slew'], thread)));
    for (const seq of [2, 3]) ledger.begin(seq, 'slew', NOW);
    ledger.end(3, 'slew', { state: 'skipped', outcome: 'superseded', endedAt: NOW });
    ledger.end(4, 'slew', { state: 'skipped', outcome: 'too old', endedAt: NOW });
    assert.deepEqual(
      ledger
        .deliveriesOf(['b', 'a'], 'slew')
        .map(({ seq, begun, isOpen, skipped }) => [seq, begun, isOpen, skipped].join(' ')),
      ['4 false false true', '3 true false true', '2 true true false', '1 false true false'],
    );
    assert.deepEqual(ledger.deliveriesOf(['a'], 'chat'), []);
  });

  it('has in it who supersedes an alert: who says so, or an update that was written later', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([1, 2, 3].map((number) => entry(number)));
    const summary = (name: string, kind: string, date: string, cited: readonly string[] = []) => ({
      ...{ name, role: 'observation', kind, format: 'voevent', stream: 's', date, time: undefined },
      ...{ ra: undefined, dec: undefined, errorRadius: undefined },
      cites: cited.map((one) => ({ name: one, cite: 'supersedes' })),
    });
    const thread = { thread: { thread: 'a', changed: ['a'], merged: [] } };
    ledger.decide([
      decision(1, [], { ...thread, summary: summary('ivo://a#new', 'new', '2026-11-22T10:00:09Z') }),
      decision(2, [], { ...thread, summary: summary('ivo://a#up', 'update', '2026-11-22T10:00:05.5Z', ['ivo://a#x']) }),
    ]);
    const superseder = (name: string, date?: string) => ledger.supersederOf(['a'], name, date);
    assert.equal(superseder('ivo://a#y', '2026-11-22T10:00:05Z'), 'ivo://a#up');
    assert.equal(superseder('ivo://a#y', '2026-11-22T10:00:05.5Z'), undefined);
    assert.equal(superseder('ivo://a#y'), undefined);
    assert.equal(superseder('ivo://a#x', '2026-11-22T10:00:07Z'), 'ivo://a#up');
    assert.equal(ledger.supersederOf(['b'], 'ivo://a#x', '2026-11-22T10:00:00Z'), undefined);
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
      appender.importer.checkpoint();
    }
    assert.equal(ledger.counts().deliveries.pending, 50);
  });
});
