import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { JournalImporter } from '../../src/journal/import.ts';
import { Ledger } from '../../src/journal/ledger.ts';
import { Blanks } from '../../src/journal/log/blanks.ts';
import { afterAll, segmentPath, segments } from '../../src/journal/log/segments.ts';
import { LogWriter } from '../../src/journal/log/writer.ts';
import { Taking } from '../../src/keeper/taking.ts';
import { directoryFor, entry } from '../journal/journal.ts';
import { recordLog, steadyByMock, until } from '../support/wait.ts';

/** A daemon's intake log and journal; each `begin` is as after a start. */
function setUp(context: TestContext) {
  const path = join(directoryFor(context), 'journal.db');
  const log = recordLog();
  const told: [added: number, duplicates: Readonly<Record<string, number>>][] = [];
  const ledger = new Ledger(path);
  context.after(() => ledger.close());
  const open = new Set<JournalImporter>();
  const blanks = new Blanks(path);
  const begin = () => {
    const importer = new JournalImporter(path);
    const segment = Math.max(afterAll(path).segment, ledger.intakePosition().segment + 1);
    const writer = new LogWriter(path, segment);
    const taking = new Taking(path, importer, { segment, offset: 0 }, blanks, log, (...one) => told.push(one));
    const kill = () => {
      if (open.delete(importer)) importer.close();
      writer.close();
    };
    open.add(importer);
    context.after(kill);
    return { importer, writer, taking, kill };
  };
  const ivorns = () => ledger.undecided(100_000).map(({ ivorn }) => ivorn?.slice(ivorn.indexOf('#')));
  return { path, log, told, ledger, begin, ivorns };
}

function blankNames(path: string): string[] {
  return readdirSync(dirname(path)).flatMap((name) => /-intake-(blank.*)$/.exec(name)?.[1] ?? []);
}

describe('the keeper', () => {
  it('takes into the journal what is on disk, once, and tells how much was new', async (t) => {
    const { told, ivorns, begin } = setUp(t);
    const { writer, taking } = begin();
    writer.append([entry(1), entry(2), entry(1, { source: 'other' })]);
    taking.reach(writer.position);
    await until(() => told.length === 1, 'the first');
    writer.append([entry(2), entry(3)]);
    taking.reach(writer.position);
    await until(() => told.length === 2, 'the second');
    assert.deepEqual(ivorns(), ['#1', '#2', '#3']);
    assert.deepEqual(told, [
      [2, { other: 1 }],
      [1, { campus: 1 }],
    ]);
  });

  it('takes in what a killed daemon has left, before what is new, wherever it was killed', async (t) => {
    const { path, told, ivorns, begin, log } = setUp(t);
    const killed = begin();
    killed.writer.append([entry(1), entry(2)]);
    killed.taking.reach(killed.writer.position);
    await until(() => told.length === 1, 'what it took in');
    killed.writer.append([entry(3)]);
    killed.kill();
    const { writer, taking } = begin();
    writer.append([entry(4), entry(3)]);
    taking.reach(writer.position);
    await until(() => ivorns().length === 4, 'all of them');
    assert.deepEqual(ivorns(), ['#1', '#2', '#3', '#4']);
    taking.end();
    assert.deepEqual(segments(path), [], 'nobody needs them any more');
    assert.deepEqual(log.lines, []);
  });

  it('takes in nothing twice after a clean stop, and new alerts come after old ones', async (t) => {
    const { ivorns, begin, told } = setUp(t);
    const first = begin();
    first.writer.append([entry(1)]);
    first.taking.end();
    first.kill();
    const second = begin();
    second.writer.append([entry(2)]);
    second.taking.end();
    assert.deepEqual([ivorns(), told.length], [['#1', '#2'], 2]);
  });

  it('removes a segment only when all of it is in the journal’s file', async (t) => {
    const { path, told, begin } = setUp(t);
    const { writer, taking } = begin();
    const large = (number: number) => entry(number, { packet: Buffer.alloc(9 * 1024 * 1024, number) });
    for (let number = 1; number <= 3; number++) {
      writer.append([large(number)]);
      taking.reach(writer.position);
    }
    await until(() => told.length === 3, 'all of them');
    const reader = new DatabaseSync(path, { readOnly: true });
    t.after(() => reader.close());
    assert.deepEqual(segments(path), [1, 2]);
    reader.exec('BEGIN; SELECT count(*) FROM intake');
    writer.append([entry(4)]);
    taking.reach(writer.position);
    await until(() => told.length === 4, 'the last');
    taking.tidy();
    assert.deepEqual(segments(path), [1, 2], 'somebody reads, so that SQLite’s log cannot all be moved');
    reader.exec('COMMIT');
    taking.tidy();
    assert.deepEqual(segments(path), [2]);
    assert.deepEqual(blankNames(path), ['blank-1'], 'it is written over next');
  });

  it('keeps no segment of an earlier run for another use, nor one that is small', async (t) => {
    const { path, begin } = setUp(t);
    const killed = begin();
    killed.writer.append([entry(1, { packet: Buffer.alloc(17 * 1024 * 1024) })]);
    killed.kill();
    const { writer, taking } = begin();
    writer.append([entry(2)]);
    taking.end();
    assert.deepEqual([segments(path), blankNames(path)], [[], []]);
  });

  it('leaves out what is damaged, says so, and keeps the file', async (t) => {
    const { path, log, told, ivorns, begin } = setUp(t);
    const killed = begin();
    for (let number = 1; number <= 3; number++) killed.writer.append([entry(number)]);
    const { offset } = killed.writer.position;
    killed.kill();
    const file = segmentPath(path, 1);
    const bytes = readFileSync(file).subarray(0, offset);
    bytes[Math.floor(bytes.length / 2)] = 0;
    writeFileSync(file, Buffer.concat([bytes, Buffer.from('VOEs')]));
    const { taking } = begin();
    taking.end();
    assert.deepEqual([ivorns(), told.length], [['#1', '#3'], 2]);
    assert.match(
      log.lines[0]?.message ?? '',
      /^Cannot read an alert that was acknowledged: \d+ bytes from byte \d+ of /,
    );
    assert.match(
      log.lines[1]?.message ?? '',
      /^The last 4 bytes from byte \d+ of .*most likely they were being written/,
    );
    assert.deepEqual([existsSync(file), existsSync(`${file}.damaged`)], [false, true]);
  });

  it('says once that the journal cannot be written, forgets nothing, and goes on when it can', async (t) => {
    const { path, log, told, begin, ivorns } = setUp(t);
    const { importer, writer, taking } = begin();
    t.mock.timers.enable({ apis: ['setTimeout', 'setImmediate', 'Date'] });
    steadyByMock(t);
    const take = t.mock.method(importer, 'take', () => {
      throw Object.assign(new Error('database or disk is full'), { code: 'ENOSPC' });
    });
    writer.append([entry(1)]);
    taking.reach(writer.position);
    t.mock.timers.tick(0);
    for (let second = 0; second < 3; second++) t.mock.timers.tick(1_000);
    assert.equal(take.mock.callCount(), 4);
    assert.equal(taking.problem, 'the disk is full (ENOSPC)');
    assert.deepEqual(
      log.lines.map(({ message }) => message),
      [
        'Cannot take alerts into the journal: the disk is full (ENOSPC). They are kept beside it and acknowledged, but nobody decides on them yet; voeventd tries again every 1s',
      ],
    );
    taking.tidy();
    assert.deepEqual(segments(path), [1]);
    take.mock.restore();
    t.mock.timers.tick(1_000);
    assert.deepEqual([ivorns(), told.length, taking.problem], [['#1'], 1, undefined]);
    assert.match(log.lines[1]?.message ?? '', /^Alerts are taken into the journal again, after 4s/);
  });
});
