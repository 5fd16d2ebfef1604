import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { it } from 'node:test';
import { openJournalFile } from '../../src/journal/open.ts';
import { JournalReader } from '../../src/journal/reader.ts';
import { directoryFor } from './journal.ts';

/** The tables of version 1 that have changed since. */
const VERSION_1 = `
CREATE TABLE alert (seq INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, source TEXT NOT NULL, peer TEXT NOT NULL,
  ivorn TEXT, role TEXT, received_at INTEGER NOT NULL, packet BLOB NOT NULL) STRICT;
CREATE TABLE decision (seq INTEGER PRIMARY KEY REFERENCES alert (seq), decided_at INTEGER NOT NULL, problem TEXT,
  verdicts TEXT NOT NULL) STRICT;
CREATE TABLE delivery (seq INTEGER NOT NULL REFERENCES alert (seq), handler TEXT NOT NULL, state TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0, due_at INTEGER NOT NULL, started_at INTEGER, ended_at INTEGER, outcome TEXT,
  PRIMARY KEY (seq, handler)) STRICT, WITHOUT ROWID;
INSERT INTO alert VALUES (1, x'${'01'.repeat(32)}', 'campus', 'b', 'ivo://Org.Example/S#One', NULL, 1000, x'00'),
  (2, x'${'02'.repeat(32)}', 'campus', 'b', 'ivo://org.example/s?two', 'drill', 2000, x'00'),
  (3, x'${'03'.repeat(32)}', 'campus', 'b', NULL, NULL, 3000, x'00');
INSERT INTO decision VALUES (1, 1001, NULL, '[]'), (2, 2001, NULL, '[]'), (3, 3001, 'It is empty', '[]');
INSERT INTO delivery VALUES (1, 'slew', 'done', 1, 1, 1, 5, 'ok'), (2, 'slew', 'dead', 1, 1, 1, 6, 'no'),
  (3, 'slew', 'pending', 0, 1, NULL, NULL, NULL);
PRAGMA application_id = 0x564f4564;
PRAGMA user_version = 1;
`;

it('a journal of version 1 is brought to the present one with everything in it, once', (t) => {
  const path = join(directoryFor(t), 'journal.db');
  const old = new DatabaseSync(path);
  old.exec(VERSION_1);
  old.close();
  openJournalFile(path, 'FULL').close();
  openJournalFile(path, 'FULL').close();
  const reader = new JournalReader(path);
  assert.deepEqual(
    reader.list({}, 9).map(({ seq, role, stream, source, problem }) => [seq, role, stream, source, problem]),
    [
      [3, undefined, undefined, 'campus', 'It is empty'],
      [2, 'test', 'org.example/s', 'campus', undefined],
      [1, 'observation', 'Org.Example/S', 'campus', undefined],
    ],
  );
  assert.deepEqual(reader.named('ivo://org.example/s#One', 9).length, 1);
  const [slew] = reader.handlers();
  assert.deepEqual([slew?.done, slew?.dead, slew?.skipped, slew?.lastEndedAt], [1, 1, 0, 6]);
  reader.close();
});
