import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it } from 'node:test';
import { JournalImporter } from '../../src/journal/import.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { voevent } from '../support/packets.ts';
import { directoryFor, entry, openJournal, TestAppender } from './journal.ts';

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
      const appender = new TestAppender(path);
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

  it('has taken in as much of the intake log as the alerts it holds, though the process is killed', (t) => {
    const path = join(directoryFor(t), 'journal.db');
    const module = new URL('./journal.ts', import.meta.url).href;
    const program = `
      import { JournalImporter } from ${JSON.stringify(new URL('../../src/journal/import.ts', import.meta.url).href)};
      import { entry } from ${JSON.stringify(module)};
      const importer = new JournalImporter(${JSON.stringify(path)});
      importer.take([entry(1), entry(2)], { segment: 3, offset: 700 });
      process.kill(process.pid, 'SIGKILL');`;
    const { signal, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
    });
    assert.equal(signal, 'SIGKILL', stderr);
    const importer = new JournalImporter(path);
    t.after(() => importer.close());
    assert.deepEqual(importer.position(), { segment: 3, offset: 700 });
    assert.deepEqual(importer.take([entry(1), entry(3)], { segment: 3, offset: 900 }), [false, true]);
    assert.deepEqual(importer.position(), { segment: 3, offset: 900 });
  });

  it('says whether all that was committed is in its file, on disk', (t) => {
    const { path, appender } = openJournal(t);
    appender.append([entry(1)]);
    assert.equal(appender.importer.checkpoint(), true);
    const reader = new DatabaseSync(path, { readOnly: true });
    t.after(() => reader.close());
    reader.exec('BEGIN; SELECT * FROM alert');
    appender.append([entry(2)]);
    assert.equal(appender.importer.checkpoint(), false, 'somebody still reads what was before');
    assert.equal(appender.importer.restartLog(), false);
    reader.exec('COMMIT');
    assert.equal(appender.importer.checkpoint(), true);
    assert.equal(appender.importer.restartLog(), true);
  });
});
