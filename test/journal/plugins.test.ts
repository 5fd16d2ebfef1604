import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { digestOf, idOf } from '../../src/alert/digest.ts';
import { openToLook } from '../../src/journal/look.ts';
import { openJournalFile } from '../../src/journal/open.ts';
import { PluginJournal } from '../../src/journal/plugins.ts';
import { directoryFor, entry, openJournal } from './journal.ts';

function pluginJournal(test: TestContext, path: string): PluginJournal {
  const journal = PluginJournal.at(path);
  test.after(() => journal.close());
  return journal;
}

describe('what came before an alert', () => {
  const setUp = (test: TestContext, threads: readonly string[]) => {
    const { path, appender, ledger } = openJournal(test);
    appender.append(threads.map((_, index) => entry(index + 1)));
    const at = { decidedAt: 1, problem: undefined, verdicts: [] };
    const join = (thread: string) => ({ thread, changed: [thread], merged: [] });
    ledger.decide(threads.map((thread, index) => ({ ...at, seq: index + 1, thread: join(thread) })));
    const journal = pluginJournal(test, path);
    const numbers = (number: number, thread: string, limit = 9, maxBytes = 1e6) => {
      const { packet, element } = entry(number);
      const id = idOf(digestOf(packet, element));
      return journal.earlier({ id, thread }, limit, maxBytes).map(({ seq }) => seq);
    };
    return { numbers, appender, ledger };
  };

  it('is the rest of its thread, oldest first', (test) => {
    const { numbers } = setUp(test, ['a', 'b', 'a', 'a', 'b', 'a']);
    assert.deepEqual(numbers(4, 'a'), [1, 3]);
    assert.deepEqual(numbers(6, 'a'), [1, 3, 4]);
    assert.deepEqual(numbers(1, 'a'), []);
    assert.deepEqual(numbers(6, 'none'), []);
    // Of an alert that the journal does not have, all came before.
    assert.deepEqual(numbers(99, 'b'), [2, 5]);
  });

  it('is the newest of it where it is much', (test) => {
    const { numbers } = setUp(test, Array(6).fill('a'));
    const { length } = entry(1).packet;
    assert.deepEqual(numbers(6, 'a', 2), [4, 5]);
    assert.deepEqual(numbers(6, 'a', 9, 3 * length), [3, 4, 5]);
  });

  it('is found by a name that the thread had before it was joined to another', (test) => {
    const { numbers, appender, ledger } = setUp(test, ['a', 'b', 'a']);
    appender.append([entry(4)]);
    const joined = { thread: 'b', changed: [], merged: ['a'] };
    ledger.decide([{ seq: 4, decidedAt: 1, problem: undefined, verdicts: [], thread: joined }]);
    assert.deepEqual(numbers(3, 'a'), [1, 2]);
  });
});

describe('what plugins keep', () => {
  it('is there for the next one who opens the journal, each under its handler’s name', (test) => {
    const path = join(directoryFor(test), 'journal.db');
    const first = pluginJournal(test, path);
    first.set('slew', 'b', '1');
    first.set('slew', 'b', '2');
    first.set('slew', 'a', '{}');
    first.set('chat', 'b', 'null');
    first.set('slew', 'c', '3');
    first.delete('slew', 'c');
    first.delete('slew', 'none');
    const looking = new PluginJournal(() => openToLook(path));
    for (const journal of [first, pluginJournal(test, path), looking]) {
      assert.deepEqual(journal.keys('slew'), ['a', 'b']);
      assert.deepEqual(
        [journal.get('slew', 'b'), journal.get('chat', 'b'), journal.get('chat', 'a')],
        ['2', 'null', undefined],
      );
    }
    assert.throws(() => looking.set('slew', 'b', '4'), /readonly/);
    looking.close();
  });

  it('has room in a journal of version 2', (test) => {
    const path = join(directoryFor(test), 'journal.db');
    openJournalFile(path, 'FULL').close();
    const old = new DatabaseSync(path);
    old.exec('DROP TABLE plugin_state; PRAGMA user_version = 2');
    old.close();
    const journal = pluginJournal(test, path);
    journal.set('slew', 'a', '1');
    assert.equal(journal.get('slew', 'a'), '1');
    const database = openToLook(path);
    assert.equal(database.prepare('PRAGMA user_version').get()?.user_version, 3);
    database.close();
  });
});
