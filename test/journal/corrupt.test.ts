import assert from 'node:assert/strict';
import { existsSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { damageOf, salvage, setAside } from '../../src/journal/corrupt.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { directoryFor, entry, TestAppender } from './journal.ts';

const NOW = Date.parse('2026-11-27T03:04:05.678Z');

/** A closed journal: alert 1 was handled, 2 is awaited, 3 was handled and is the last decision, 4 is undecided. */
function journalIn(context: TestContext): string {
  const path = join(directoryFor(context), 'journal.db');
  const appender = new TestAppender(path);
  appender.append([1, 2, 3, 4].map((number) => entry(number)));
  const ledger = new Ledger(path);
  const verdicts = [{ handler: 'slew', fired: true, why: 'its rule is true', rule: '{"when":"true"}' }];
  ledger.decide([1, 2, 3].map((seq) => ({ seq, decidedAt: NOW, problem: undefined, verdicts })));
  for (const seq of [1, 3]) {
    ledger.begin(seq, 'slew', NOW);
    ledger.end(seq, 'slew', { state: 'done', outcome: 'slewed', endedAt: NOW });
  }
  ledger.close();
  appender.close();
  return path;
}

describe('a journal that is damaged', () => {
  it('is told from one that is whole, is not there, or is another program’s', (t) => {
    const path = journalIn(t);
    assert.equal(damageOf(path), undefined);
    assert.equal(damageOf(`${path}.none`), undefined);
    const foreign = join(directoryFor(t), 'mail.db');
    const database = new DatabaseSync(foreign);
    database.exec('CREATE TABLE mail (id INTEGER)');
    database.close();
    assert.equal(damageOf(foreign), undefined, 'it is refused, and not given another name');
  });

  it('is one that is no database, was cut off, or whose pages were written over', (t) => {
    const text = journalIn(t);
    writeFileSync(text, 'no database at all '.repeat(500));
    assert.match(damageOf(text) ?? '', /file is not a database/);
    const short = journalIn(t);
    truncateSync(short, 4_096);
    assert.match(damageOf(short) ?? '', /malformed/);
    const flipped = journalIn(t);
    const bytes = readFileSync(flipped);
    bytes.fill(0xff, 4_096);
    writeFileSync(flipped, bytes);
    assert.match(damageOf(flipped) ?? '', /malformed/);
  });

  it('gets another name, with the time', (t) => {
    const path = journalIn(t);
    writeFileSync(`${path}-wal`, 'x');
    assert.equal(setAside(path, new Date(NOW)), `${path}.corrupt-20261127T030405Z`);
    assert.deepEqual(
      ['', '-wal', '.corrupt-20261127T030405Z', '.corrupt-20261127T030405Z-wal'].map((suffix) =>
        existsSync(path + suffix),
      ),
      [false, false, true, true],
    );
  });

  it('gives to the new one what a handler waits for and what is undecided, and the digests of the rest', (t) => {
    const path = journalIn(t);
    const aside = setAside(path, new Date(NOW));
    assert.deepEqual(salvage(aside, path, NOW), { alerts: 3, known: 1, unread: [] });
    const ledger = new Ledger(path);
    t.after(() => ledger.close());
    assert.deepEqual(
      ledger.open('slew', 10).map(({ seq }) => seq),
      [2],
    );
    assert.deepEqual(
      ledger.undecided(10).map(({ seq }) => seq),
      [4],
    );
    const appender = new TestAppender(path);
    t.after(() => appender.close());
    assert.deepEqual(appender.append([1, 2, 3, 4, 5].map((number) => entry(number))), [
      false,
      false,
      false,
      false,
      true,
    ]);
  });

  it('gives what can be read, and says what cannot', (t) => {
    const path = journalIn(t);
    const aside = setAside(path, new Date(NOW));
    const database = new DatabaseSync(aside);
    const root = Number(database.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'attempt'`).get()?.rootpage);
    database.close();
    const bytes = readFileSync(aside);
    bytes.fill(0xff, (root - 1) * 4_096, root * 4_096);
    writeFileSync(aside, bytes);
    const { alerts, known, unread } = salvage(aside, path, NOW);
    assert.deepEqual([alerts, known], [3, 1]);
    assert.match(unread.join(), /^attempt: database disk image is malformed$/);
  });

  it('leaves an empty new one where nothing can be read', (t) => {
    const path = journalIn(t);
    writeFileSync(path, 'no database at all '.repeat(500));
    const { alerts, unread } = salvage(setAside(path, new Date(NOW)), path, NOW);
    assert.deepEqual([alerts, unread], [0, ['the whole file: file is not a database']]);
    assert.equal(damageOf(path), undefined);
  });
});
