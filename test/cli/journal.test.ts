import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ExportFilter, exportedAlerts } from '../../src/journal/export.ts';
import { lockJournal } from '../../src/journal/lock.ts';
import { segmentPath } from '../../src/journal/log/segments.ts';
import { LogWriter } from '../../src/journal/log/writer.ts';
import { entry, openJournal } from '../journal/journal.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const START = 1_790_000_000_000;

/** A journal with three alerts: one handled, one that a handler waits for, one undecided and in JSON. */
function setUp(context: TestContext) {
  const { path, appender, ledger } = openJournal(context);
  const directory = dirname(path);
  appender.append([entry(1), entry(2), entry(3, { packet: Buffer.from('{"a":1}') })]);
  for (const seq of [1, 2]) {
    const verdicts = [{ handler: 'slew', fired: true, why: 'its rule is true' }];
    const told = { name: `n${seq}`, role: seq === 1 ? 'observation' : 'test', kind: 'new', format: 'voevent' };
    const unknown = { date: undefined, time: undefined, ra: undefined, dec: undefined, errorRadius: undefined };
    const summary = { ...told, ...unknown, stream: `s${seq}`, cites: [] };
    ledger.decide([{ seq, decidedAt: START, problem: undefined, verdicts, summary }]);
  }
  ledger.begin(1, 'slew', START);
  ledger.end(1, 'slew', { state: 'done', outcome: 'slewed', endedAt: START });
  const change = (sql: string): void => {
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA foreign_keys = OFF; ${sql}`);
    database.close();
  };
  const journal = (...args: string[]): Promise<{ code: number | null; output: string; errors: string }> => {
    const { promise, resolve } = Promise.withResolvers<{ code: number | null; output: string; errors: string }>();
    const child = execFile(
      process.execPath,
      [MAIN, 'journal', ...args],
      { cwd: directory, timeout: 60_000 },
      (_, output, errors) => resolve({ code: child.exitCode, output, errors }),
    );
    return promise;
  };
  return { path, directory, change, journal, appender, ledger };
}

describe('voeventd journal stats', () => {
  it('says how large the journal is, what it holds and what waits beside it', async (t) => {
    const { path, journal } = setUp(t);
    const writer = new LogWriter(path, 1);
    writer.append([entry(4)]);
    writer.close();
    const { code, output, errors } = await journal('stats', '--journal', path);
    assert.equal(code, 0, errors);
    assert.match(output, /alerts {6}3: 1 undecided, 0 in quarantine; 0 removed ones are known/);
    assert.match(output, /intake log {2}\d+ B to be taken into the journal/);
    assert.match(output, /deliveries {2}1 done, 1 pending/);
    assert.match(output, /retention {3}everything is kept/);
  });

  it('says, as JSON too, what retention is to remove', async (t) => {
    const { path, directory, journal, ledger } = setUp(t);
    ledger.decide([{ seq: 3, decidedAt: START, problem: 'no alert', verdicts: [] }]);
    writeFileSync(join(directory, 'voeventd.yaml'), `journal: { path: ${path}, keep: 1h, maxSize: 1GB }\n`);
    const { code, output, errors } = await journal('stats', '--json');
    assert.equal(code, 0, errors);
    const { alerts, removable, deliveries } = JSON.parse(output);
    assert.deepEqual(removable, { expired: START < Date.now() - 3_600_000 ? 1 : 0, excess: 0 });
    assert.deepEqual([alerts.kept, alerts.quarantined, deliveries], [3, 1, { done: 1, pending: 1 }]);
    assert.equal(alerts.oldestAt, new Date(START + 1).toISOString());
  });

  it('says that there is no journal, and makes none', async (t) => {
    const { directory, journal } = setUp(t);
    const before = readdirSync(directory);
    const { code, errors } = await journal('stats', '--journal', 'other.db');
    assert.equal(code, 1);
    assert.match(errors, /^voeventd: Cannot read the journal other\.db: there is no such file\./);
    assert.deepEqual(readdirSync(directory), before);
  });
});

describe('voeventd journal export', () => {
  it('writes the exact bytes of each packet, with a line on each', async (t) => {
    const { path, directory, journal } = setUp(t);
    const { code, output, errors } = await journal('export', 'out', '--journal', path);
    assert.equal(code, 0, errors);
    assert.equal(output, 'out: 3 alerts\n');
    const lines = readFileSync(join(directory, 'out', 'index.jsonl'), 'utf8')
      .trim()
      .split('\n');
    const told = lines.map((line) => JSON.parse(line));
    for (const [index, { file, seq }] of told.entries()) {
      const packet = index === 2 ? Buffer.from('{"a":1}') : entry(index + 1).packet;
      assert.deepEqual(readFileSync(join(directory, 'out', file)), Buffer.from(packet));
      assert.equal(seq, index + 1);
    }
    assert.match(told[0].file, /^000000001-[0-9a-f]{16}\.xml$/);
    assert.match(told[2].file, /\.json$/);
    assert.deepEqual([told[0].role, told[0].stream, told[0].source], ['observation', 's1', 'campus']);
  });

  it('writes only what is asked for', (t) => {
    const { path } = setUp(t);
    const seqs = (filter: ExportFilter): number[] => [...exportedAlerts(path, filter)].map(({ seq }) => seq);
    assert.deepEqual(seqs({ role: 'test' }), [2]);
    assert.deepEqual(seqs({ stream: 's1' }), [1]);
    assert.deepEqual(seqs({ since: START + 2 }), [2, 3]);
    assert.deepEqual(seqs({ until: START + 2 }), [1]);
    assert.deepEqual(seqs({ since: START + 2, role: 'observation' }), []);
  });

  it('writes over nothing, and refuses a time that is none', async (t) => {
    const { path, journal } = setUp(t);
    await journal('export', 'out', '--journal', path);
    const again = await journal('export', 'out', '--journal', path);
    assert.equal(again.code, 1);
    assert.match(
      again.errors,
      /^voeventd: Cannot export into out: there is an export already\. Name another directory/,
    );
    const bad = await journal('export', 'other', '--journal', path, '--since', 'yesterday');
    assert.match(bad.errors, /Cannot use --since "yesterday": it is no time\. Write one in UTC, .*such as 2h\./);
  });
});

describe('voeventd journal verify', () => {
  it('finds nothing wrong with a whole journal', async (t) => {
    const { path, journal } = setUp(t);
    const { code, output } = await journal('verify', '--journal', path);
    assert.deepEqual([code, output], [0, `${path}: looked at 3 alerts, and at 0 in the intake’s log; all is well\n`]);
  });

  it('says what is wrong with packets, tables and the intake’s log', async (t) => {
    const { path, change, journal } = setUp(t);
    const writer = new LogWriter(path, 1);
    writer.append([entry(4), entry(5)]);
    writer.close();
    const segment = segmentPath(path, 1);
    const bytes = readFileSync(segment);
    bytes.writeUInt8(bytes.readUInt8(60) ^ 1, 60);
    writeFileSync(segment, bytes);
    change(`UPDATE alert SET packet = x'3c612f3e' WHERE seq = 2; DELETE FROM alert WHERE seq = 1`);
    const { code, output } = await journal('verify', '--journal', path, '--json');
    assert.equal(code, 1);
    const { alerts, logged, findings } = JSON.parse(output);
    assert.deepEqual([alerts, logged], [2, 1]);
    assert.deepEqual(findings.slice(0, 3), [
      'The packet of alert 2 is not what was received: its digest differs.',
      'There are 1 decisions without their alert.',
      'There are 1 deliveries without their alert.',
    ]);
    assert.match(findings[3], /^\d+ bytes from byte 0 of .*-intake-00000001 are no alert\.$/);
  });

  it('says what SQLite says of a file whose pages are damaged', async (t) => {
    const { path, appender, ledger, journal } = setUp(t);
    appender.importer.restartLog();
    appender.close();
    ledger.close();
    t.mock.method(appender, 'close', () => {});
    t.mock.method(ledger, 'close', () => {});
    const bytes = readFileSync(path);
    bytes.fill(0xff, 4096 * 2, 4096 * 6);
    writeFileSync(path, bytes);
    const { code, output } = await journal('verify', '--journal', path);
    assert.equal(code, 1, output);
    assert.match(output, /^ {2}(SQLite says of the file: |Cannot read )/m);
  });
});

describe('voeventd journal vacuum', () => {
  it('gives back what is free, and keeps everything', async (t) => {
    const { path, journal, appender, change } = setUp(t);
    appender.append([entry(9, { packet: Buffer.alloc(2_000_000, 9) })]);
    change('DELETE FROM alert WHERE seq = 4');
    appender.importer.checkpoint();
    const before = statSync(path).size;
    const { code, output, errors } = await journal('vacuum', '--journal', path);
    assert.equal(code, 0, errors);
    assert.match(output, /: 2\.\d MB before, \d+ kB now\n$/);
    assert.ok(statSync(path).size < before / 2);
    assert.equal((await journal('verify', '--journal', path)).code, 0);
  });

  it('is refused while a daemon uses the journal, with the daemon’s process', async (t) => {
    const { path, journal } = setUp(t);
    const lock = lockJournal(path);
    t.after(() => lock.release());
    const { code, errors } = await journal('vacuum', '--journal', path);
    assert.equal(code, 1);
    assert.ok(errors.includes(`another voeventd uses it (process ${process.pid})`), errors);
  });
});
