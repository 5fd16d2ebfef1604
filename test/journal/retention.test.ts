import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { JournalReader } from '../../src/journal/reader.ts';
import { JournalRetention, type Retention } from '../../src/journal/retention.ts';
import { entry, openJournal } from './journal.ts';

const START = 1_790_000_000_000;
const TABLES = ['alert', 'decision', 'delivery', 'attempt', 'citation'] as const;

function setUp(context: TestContext, count: number, packetBytes?: number) {
  const journal = openJournal(context);
  const retention = new JournalRetention(journal.path);
  const database = new DatabaseSync(journal.path);
  context.after(() => {
    retention.close();
    database.close();
  });
  const make = (number: number) =>
    entry(number, packetBytes === undefined ? {} : { packet: Buffer.alloc(packetBytes, `<${number}>`) });
  const receive = (first: number, last: number) => {
    const numbers = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    return journal.appender.append(numbers.map(make));
  };
  const decide = (first: number, last: number, handler = 'slew') => {
    for (let seq = first; seq <= last; seq++) {
      const cites = [{ name: 'ivo://example.org/s#0', cite: 'followup' }];
      const told = { name: `n${seq}`, role: 'observation', kind: 'new', format: 'voevent', stream: 's', cites };
      const unknown = { date: undefined, time: undefined, ra: undefined, dec: undefined, errorRadius: undefined };
      const verdicts = [{ handler, fired: true, why: 'its rule is true' }];
      const summary = { ...told, ...unknown };
      journal.ledger.decide([{ seq, decidedAt: START, problem: undefined, verdicts, summary }]);
    }
  };
  const finish = (first: number, last: number, handler = 'slew') => {
    for (let seq = first; seq <= last; seq++) {
      journal.ledger.begin(seq, handler, START);
      journal.ledger.end(seq, handler, { state: 'done', outcome: 'slewed', endedAt: START });
    }
  };
  const removeAll = (rules: Partial<Retention>, now = START + 1_000_000): number => {
    let total = 0;
    for (;;) {
      const { removed, isMore } = retention.remove(
        { keep: undefined, maxSize: undefined, broadcasts: false, ...rules },
        now,
      );
      total += removed;
      if (!isMore) return total;
    }
  };
  const seqs = (table: string): number[] =>
    database
      .prepare(`SELECT DISTINCT seq FROM ${table} ORDER BY seq`)
      .all()
      .map(({ seq }) => Number(seq));
  receive(1, count);
  return { ...journal, retention, database, receive, decide, finish, removeAll, seqs };
}

describe('retention', () => {
  it('removes what is older than `keep`, in every table, and leaves the rest', (t) => {
    const { decide, finish, removeAll, seqs } = setUp(t, 5);
    decide(1, 5);
    finish(1, 5);
    // Alert n came n milliseconds after the start.
    assert.equal(removeAll({ keep: 1_000 }, START + 1_003), 2);
    for (const table of TABLES) assert.deepEqual(seqs(table), [3, 4, 5], table);
  });

  it('removes nothing unless told', (t) => {
    const { decide, finish, removeAll } = setUp(t, 3);
    decide(1, 3);
    finish(1, 3);
    assert.equal(removeAll({}), 0);
  });

  it('keeps what a handler waits for, what was asked for again and what is undecided, and removes around it', (t) => {
    const { database, decide, finish, removeAll, seqs, ledger } = setUp(t, 7);
    decide(1, 6);
    finish(1, 1);
    finish(3, 6);
    database.exec(`INSERT INTO request (asked_at, what, seq, handler) VALUES (0, 'replay', 4, 'slew')`);
    assert.equal(removeAll({ keep: 1 }), 3);
    assert.deepEqual(seqs('alert'), [2, 4, 6, 7], '6 is the last decision, and 7 waits for one');
    assert.deepEqual(
      ledger.undecided(10).map(({ seq }) => seq),
      [7],
    );
    database.exec('DELETE FROM request');
    finish(2, 2);
    assert.equal(removeAll({ keep: 1 }), 2);
    assert.deepEqual(seqs('alert'), [6, 7]);
  });

  it('keeps what was not handed on to subscribers, where there may be any', (t) => {
    const { database, decide, finish, removeAll, seqs } = setUp(t, 5);
    decide(1, 5);
    finish(1, 5);
    assert.equal(removeAll({ keep: 1, broadcasts: true }), 0, 'nothing was, yet');
    database.exec('INSERT INTO broadcast VALUES (0, 2)');
    assert.equal(removeAll({ keep: 1, broadcasts: true }), 2);
    assert.deepEqual(seqs('alert'), [3, 4, 5]);
    assert.equal(removeAll({ keep: 1 }), 2, 'nobody subscribes any more');
  });

  it('knows what was removed when it comes again, and gives no number twice', (t) => {
    const { decide, finish, removeAll, receive, seqs } = setUp(t, 4);
    decide(1, 4);
    finish(1, 4);
    removeAll({ keep: 1 });
    assert.deepEqual(receive(1, 5), [false, false, false, false, true]);
    assert.deepEqual(seqs('alert'), [4, 5]);
  });

  it('forgets digests a year after the alerts were removed', (t) => {
    const { database, decide, finish, removeAll } = setUp(t, 3);
    decide(1, 3);
    finish(1, 3);
    removeAll({ keep: 1 });
    const count = () => Number(database.prepare('SELECT count(*) AS n FROM removed').get()?.n);
    assert.equal(count(), 2);
    removeAll({ keep: 1 }, START + 1_000_000 + 365 * 86_400_000 + 1);
    assert.equal(count(), 0);
  });

  it('holds the file within maxSize for as long as alerts come, the oldest going first', (t) => {
    const maxSize = 4_000_000;
    const { path, appender, database, receive, decide, finish, removeAll, seqs } = setUp(t, 0, 20_000);
    for (let first = 1; first <= 1_001; first += 50) {
      receive(first, first + 49);
      decide(first, first + 49);
      finish(first, first + 49);
      removeAll({ maxSize });
      appender.importer.checkpoint();
    }
    assert.ok(statSync(path).size <= maxSize + 50 * 24_000, `the file has ${statSync(path).size} bytes`);
    const kept = seqs('alert');
    assert.equal(kept.at(-1), 1_050);
    assert.equal(kept.length, 1_050 - (kept[0] ?? 0) + 1, 'the newest, without a gap');
    assert.ok(kept.length > 100, `${kept.length} are as many as fit`);
    assert.equal(database.prepare('PRAGMA integrity_check').get()?.integrity_check, 'ok');
  });

  it('says by how much the file is too large where nothing more may go', (t) => {
    const { retention, decide } = setUp(t, 20, 20_000);
    decide(1, 20);
    const { removed, isMore, excess } = retention.remove(
      { keep: undefined, maxSize: 100_000, broadcasts: false },
      START,
    );
    assert.deepEqual([removed, isMore, excess > 300_000], [0, false, true]);
  });

  it('is seen by those who count', (t) => {
    const { path, decide, finish, removeAll } = setUp(t, 5);
    decide(1, 5);
    finish(1, 1);
    finish(3, 5);
    removeAll({ keep: 1 });
    const reader = new JournalReader(path);
    t.after(() => reader.close());
    const { alerts, undecided } = reader.tally();
    assert.deepEqual([alerts, undecided], [2, 0]);
  });
});
