import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { UserError } from '../../src/common/errors.ts';
import { openJournalFile } from '../../src/journal/open.ts';
import { directoryFor } from './journal.ts';

/** The error for the user that opening ends with. */
function refusal(path: string): UserError {
  try {
    openJournalFile(path, 'FULL').close();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  return assert.fail('it was opened');
}

describe('the journal file', () => {
  it('is made with its directories, for this user and group alone', (t) => {
    const directory = join(directoryFor(t), 'a', 'b');
    openJournalFile(join(directory, 'journal.db'), 'FULL').close();
    assert.equal(statSync(directory).mode & 0o007, 0);
  });

  it('waits for the disk at each commit when told to', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    for (const [synchronous, value] of [
      ['FULL', 2],
      ['NORMAL', 1],
    ] as const) {
      const database = openJournalFile(path, synchronous);
      assert.equal(database.prepare('PRAGMA synchronous').get()?.synchronous, value);
      assert.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal');
      database.close();
    }
  });

  it('is refused when it is another program’s database, which is left alone', (t) => {
    const path = join(directoryFor(t), 'mail.db');
    const foreign = new DatabaseSync(path);
    foreign.exec('CREATE TABLE mail (id INTEGER)');
    const error = refusal(path);
    assert.equal(error.code, 'journal.foreign');
    assert.match(error.message, /it is another program's SQLite database\. Set journal\.path to another file\.$/);
    assert.deepEqual(
      foreign
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map(({ name }) => name),
      ['mail'],
    );
    foreign.close();
  });

  it('is refused when a newer voeventd wrote it', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const database = openJournalFile(path, 'FULL');
    database.exec('PRAGMA user_version = 99');
    database.close();
    const error = refusal(path);
    assert.equal(error.code, 'journal.newer');
    assert.match(error.message, /a newer voeventd wrote it \(version 99, this one knows \d+\)/);
  });

  it('is refused when it is no database', (t) => {
    const path = join(directoryFor(t), 'notes.txt');
    writeFileSync(path, 'These are my notes, and they are longer than a header. '.repeat(20));
    assert.match(refusal(path).message, /^Cannot open the journal .*notes\.txt: file is not a database/);
  });

  it('is refused when it is a directory, or lies below a file', (t) => {
    const directory = directoryFor(t);
    assert.equal(refusal(directory).code, 'journal.open');
    writeFileSync(join(directory, 'file'), '');
    assert.match(
      refusal(join(directory, 'file', 'x', 'journal.db')).message,
      /^Cannot make the journal's directory .*ENOTDIR/,
    );
  });

  const isRoot = process.getuid?.() === 0;
  it('is refused when the directory cannot be written', { skip: isRoot && 'root may write anywhere' }, (t) => {
    const directory = join(directoryFor(t), 'closed');
    mkdirSync(directory);
    chmodSync(directory, 0o500);
    assert.match(refusal(join(directory, 'journal.db')).message, /^Cannot open the journal .*: unable to open/);
    assert.match(refusal(join(directory, 'a', 'journal.db')).message, /permission denied \(EACCES\)/);
  });
});
