import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { JournalAppender } from '../../src/journal/append.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { voevent } from '../support/packets.ts';
import { directoryFor, entry, openJournal } from './journal.ts';

describe('the journal', () => {
  it('keeps what is appended, in order, byte for byte', (t) => {
    const { appender, ledger } = openJournal(t);
    const packet = Buffer.from([0, 0xff, 0x3c, 0x0a, 0]);
    assert.deepEqual(appender.append([entry(1), entry(2, { packet, ivorn: undefined, role: undefined })]), [
      true,
      true,
    ]);
    assert.deepEqual(appender.append([entry(3)]), [true]);
    const kept = ledger.undecided(10);
    assert.deepEqual(
      kept.map(({ seq, ivorn }) => [seq, ivorn]),
      [
        [1, 'ivo://example.org/s#1'],
        [2, undefined],
        [3, 'ivo://example.org/s#3'],
      ],
    );
    assert.deepEqual(kept[0], {
      ...{ seq: 1, source: 'campus', peer: 'broker.example.org:8099', ivorn: 'ivo://example.org/s#1' },
      ...{ receivedAt: 1_790_000_000_001, packet: voevent('ivo://example.org/s#1') },
    });
    assert.deepEqual(kept[1]?.packet, packet);
    assert.deepEqual(ledger.alert(2), kept[1]);
    assert.equal(ledger.alert(4), undefined);
  });

  it('keeps the same bytes once, and tells which were new (R11, VTP 2.0 §8)', (t) => {
    const { appender, ledger } = openJournal(t);
    assert.deepEqual(appender.append([entry(1), entry(1), entry(2)]), [true, false, true]);
    assert.deepEqual(appender.append([entry(2), entry(3), entry(1)]), [false, true, false]);
    assert.equal(ledger.counts().alerts, 3);
  });

  it('keeps two packets that share an ivorn, as variants of versions 1.1 and 2.0 do', (t) => {
    const { appender } = openJournal(t);
    const ivorn = 'ivo://example.org/s#same';
    assert.deepEqual(appender.append([entry(1, { ivorn }), entry(2, { ivorn })]), [true, true]);
  });

  it('writes all of a batch or nothing, and can be written again', (t) => {
    const { appender, ledger } = openJournal(t);
    const bad = entry(2, { receivedAt: 'no number' as unknown as number });
    assert.throws(() => appender.append([entry(1), bad]));
    assert.equal(ledger.counts().alerts, 0);
    assert.deepEqual(appender.append([entry(1)]), [true]);
    assert.deepEqual(appender.append([]), []);
  });

  it('is the same after it was closed and opened again', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    for (const number of [1, 2]) {
      const appender = new JournalAppender(path);
      assert.deepEqual(appender.append([entry(1), entry(number)]), number === 1 ? [true, false] : [false, true]);
      appender.close();
    }
    const ledger = new Ledger(path);
    assert.deepEqual(
      ledger.undecided(10).map(({ seq }) => seq),
      [1, 2],
    );
    ledger.close();
  });

  it('has on disk what it said it appended, though the process is killed in the same moment', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const module = new URL('./journal.ts', import.meta.url).href;
    const program = `
      import { JournalAppender } from ${JSON.stringify(new URL('../../src/journal/append.ts', import.meta.url).href)};
      import { entry } from ${JSON.stringify(module)};
      const appender = new JournalAppender(${JSON.stringify(path)});
      appender.append([entry(1), entry(2)]);
      process.kill(process.pid, 'SIGKILL');`;
    const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    assert.equal(signal, 'SIGKILL', stderr);
    const appender = new JournalAppender(path);
    assert.deepEqual(appender.append([entry(1), entry(2), entry(3)]), [false, false, true]);
    appender.close();
  });

  it('is written so that a commit is on disk when it returns', (t) => {
    const { path } = openJournal(t);
    const database = new DatabaseSync(path, { readOnly: true });
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.journal_mode, 'wal');
    database.close();
    // That a connection waits for the disk is its own setting, which no other connection can read.
    const exec = t.mock.method(DatabaseSync.prototype, 'exec');
    new JournalAppender(path).close();
    assert.ok(exec.mock.calls.some(({ arguments: [sql] }) => /PRAGMA synchronous = FULL/.test(sql)));
  });
});
