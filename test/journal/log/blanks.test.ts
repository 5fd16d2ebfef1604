import assert from 'node:assert/strict';
import { closeSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Blanks, takeBlank } from '../../../src/journal/log/blanks.ts';
import { SEGMENT_BYTES, segmentPath } from '../../../src/journal/log/segments.ts';
import { LogWriter } from '../../../src/journal/log/writer.ts';
import { until } from '../../support/wait.ts';
import { directoryFor, entry } from '../journal.ts';

function setUp(context: TestContext) {
  const path = join(directoryFor(context), 'journal.db');
  const disk = { freeBytes: 1e12 };
  const blanks = new Blanks(path, () => disk.freeBytes);
  context.after(() => blanks.stop());
  const names = () => readdirSync(dirname(path)).toSorted();
  const segment = (number: number, bytes = SEGMENT_BYTES): string => {
    writeFileSync(segmentPath(path, number), Buffer.alloc(bytes, 'x'));
    return segmentPath(path, number);
  };
  return { path, disk, blanks, names, segment };
}

describe('the blanks of the intake log', () => {
  it('are made one by one, as large as a segment, and become one', async (t) => {
    const { path, blanks, names } = setUp(t);
    blanks.tend();
    blanks.tend();
    await until(() => names().includes('journal.db-intake-blank-1'), 'a blank');
    assert.deepEqual(names(), ['journal.db-intake-blank-1']);
    const file = takeBlank(path, segmentPath(path, 7));
    assert.ok(file !== undefined);
    closeSync(file);
    assert.deepEqual(names(), ['journal.db-intake-00000007']);
    assert.equal(statSync(segmentPath(path, 7)).size, SEGMENT_BYTES);
    assert.equal(takeBlank(path, segmentPath(path, 8)), undefined);
  });

  it('are segments that nobody needs any more, a few of them, and none that is small', (t) => {
    const { blanks, names, segment } = setUp(t);
    for (let number = 1; number <= 6; number++) blanks.give(segment(number));
    blanks.give(segment(7, 1_000));
    assert.deepEqual(
      names(),
      [1, 2, 3, 4].map((number) => `journal.db-intake-blank-${number}`),
    );
  });

  it('go when there is little room on the disk, and none is made', (t) => {
    const { disk, blanks, names, segment } = setUp(t);
    blanks.give(segment(1));
    blanks.tend();
    assert.deepEqual(names(), ['journal.db-intake-blank-1', 'journal.db-intake-blank-new']);
    disk.freeBytes = 40_960;
    blanks.tend();
    assert.deepEqual(names(), []);
    blanks.tend();
    blanks.give(segment(2));
    assert.deepEqual(names(), []);
  });

  it('that cannot be used keep nothing from being written', (t) => {
    const { path, names } = setUp(t);
    // Whoever opens it is refused, be it root.
    mkdirSync(`${path}-intake-blank-1`);
    const writer = new LogWriter(path, 1);
    t.after(() => writer.close());
    writer.append([entry(1)]);
    assert.deepEqual(names(), ['journal.db-intake-00000001']);
    assert.ok(statSync(segmentPath(path, 1)).isFile());
  });

  it('are not left half made', (t) => {
    const { blanks, names } = setUp(t);
    blanks.tend();
    assert.deepEqual(names(), ['journal.db-intake-blank-new']);
    blanks.stop();
    assert.deepEqual(names(), []);
  });
});
