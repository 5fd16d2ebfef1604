import assert from 'node:assert/strict';
import fs, { appendFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Blanks, takeBlank } from '../../../src/journal/log/blanks.ts';
import { LogReader } from '../../../src/journal/log/reader.ts';
import type { Entry } from '../../../src/journal/log/record.ts';
import { afterAll, type LogPosition, segmentPath, segments } from '../../../src/journal/log/segments.ts';
import { LogWriter } from '../../../src/journal/log/writer.ts';
import { directoryFor, entry } from '../journal.ts';

const START: LogPosition = { segment: 0, offset: 0 };

function open(context: TestContext, segment = 1) {
  const path = join(directoryFor(context), 'journal.db');
  const writer = new LogWriter(path, segment);
  context.after(() => writer.close());
  return { path, writer };
}

/** Everything before a place, and what was told of damage: its span, and whether it is the segment's end. */
function readAll(path: string, until = afterAll(path), from = START) {
  const damage: [from: number, to: number, isEnd: boolean][] = [];
  const reader = new LogReader(path, { damaged: (_, { from, to, isEnd }) => damage.push([from, to, isEnd]) });
  const entries: Entry[] = [];
  let position = from;
  for (let isLast = false; !isLast; ) {
    const batch = reader.read(position, until);
    entries.push(...batch.entries);
    ({ position, isLast } = batch);
  }
  reader.close();
  return { ivorns: entries.map(({ ivorn }) => ivorn?.slice(ivorn.indexOf('#'))), entries, damage, position };
}

const numbers = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `#${from + index}`);
const many = (from: number, count: number): Entry[] =>
  Array.from({ length: count }, (_, index) => entry(from + index, { packet: Buffer.alloc(3_000, from + index) }));

describe('the intake log', () => {
  it('holds what is appended, little or much, in order', async (t) => {
    const { path, writer } = open(t);
    writer.append([entry(1), entry(2)]);
    const little = writer.position;
    writer.append(many(3, 50));
    assert.deepEqual(readAll(path, little).ivorns, ['#1', '#2']);
    const { ivorns, entries, position } = readAll(path, writer.position);
    assert.deepEqual([ivorns, position], [numbers(1, 52), writer.position]);
    assert.deepEqual(entries[0], entry(1));
  });

  it('is read from where the last reader was, also within a segment', async (t) => {
    const { path, writer } = open(t);
    writer.append([entry(1)]);
    const { position } = readAll(path, writer.position);
    writer.append([entry(2)]);
    assert.deepEqual(readAll(path, writer.position, position).ivorns, ['#2']);
  });

  it('goes on in another segment when one is large, and is read as one', async (t) => {
    const { path, writer } = open(t);
    const large = (number: number) => entry(number, { packet: Buffer.alloc(9 * 1024 * 1024, number) });
    for (let number = 1; number <= 9; number++) writer.append([large(number)]);
    assert.deepEqual(segments(path), [1, 2, 3, 4, 5]);
    assert.deepEqual(readAll(path, writer.position).ivorns, numbers(1, 9));
    assert.equal(writer.position.segment, 5);
  });

  it('is read over segments that are gone', async (t) => {
    const { path, writer } = open(t, 5);
    writer.append([entry(1)]);
    assert.deepEqual(readAll(path, writer.position, { segment: 2, offset: 77 }).ivorns, ['#1']);
    rmSync(segmentPath(path, 5));
    assert.deepEqual(readAll(path, { segment: 9, offset: 0 }), {
      ...{ ivorns: [], entries: [], damage: [], position: { segment: 9, offset: 0 } },
    });
  });

  it('leaves out a tail that a killed daemon was writing, and says which bytes', async (t) => {
    const { path, writer } = open(t);
    writer.append([entry(1), entry(2)]);
    const { offset } = writer.position;
    const whole = readFileSync(segmentPath(path, 1)).subarray(0, offset);
    for (const tail of [whole.subarray(0, 5), whole.subarray(0, 100), Buffer.alloc(64, 1)]) {
      writeFileSync(segmentPath(path, 1), Buffer.concat([whole, tail]));
      const { ivorns, damage } = readAll(path);
      assert.deepEqual([ivorns, damage], [['#1', '#2'], [[offset, offset + tail.length, true]]]);
    }
  });

  it('ends where nothing was written yet, and not where something that was is gone', async (t) => {
    const { path, writer } = open(t);
    writer.append([entry(1), entry(2)]);
    const middle = writer.position.offset;
    writer.append([entry(3)]);
    const whole = readFileSync(segmentPath(path, 1));
    for (const rest of [Buffer.alloc(0), Buffer.alloc(5_000), Buffer.alloc(5_000, 'VOEs')]) {
      writeFileSync(segmentPath(path, 1), Buffer.concat([whole, rest]));
      const { ivorns, damage } = readAll(path);
      assert.deepEqual([ivorns, damage], [numbers(1, 3), []]);
    }
    // A block of the disk that has lost what was on it.
    const bytes = Buffer.from(whole).fill(0, 0, middle);
    writeFileSync(segmentPath(path, 1), bytes);
    const { ivorns, damage } = readAll(path);
    assert.deepEqual([ivorns, damage], [['#3'], [[0, middle, false]]]);
  });

  it('is written over a blank, of which nothing is read', async (t) => {
    const { path, writer } = open(t);
    const blanks = new Blanks(path);
    t.after(() => blanks.stop());
    for (let number = 1; number <= 6; number++) writer.append(many(1_000 * number, 1_000));
    const old = segmentPath(path, 1);
    const size = statSync(old).size;
    blanks.give(old);
    assert.deepEqual(segments(path), []);
    const next = new LogWriter(path, 3);
    t.after(() => next.close());
    next.append([entry(1)]);
    next.append([entry(2)]);
    assert.equal(statSync(segmentPath(path, 3)).size, size);
    const { ivorns, damage } = readAll(path, afterAll(path), { segment: 3, offset: 0 });
    assert.deepEqual([ivorns, damage], [['#1', '#2'], []]);
    // Killed before anything was written to it.
    blanks.give(segmentPath(path, 3));
    takeBlank(path, segmentPath(path, 4));
    assert.deepEqual(readAll(path, afterAll(path), { segment: 4, offset: 0 }).damage, []);
  });

  it('loses only the record that is damaged', async (t) => {
    const { path, writer } = open(t);
    const ends: number[] = [];
    for (const number of [1, 2, 3]) {
      writer.append([entry(number)]);
      ends.push(writer.position.offset);
    }
    const [first = 0, second = 0] = ends;
    const file = segmentPath(path, 1);
    const whole = readFileSync(file);
    // Its mark, its length, its checksum, its head, its packet.
    for (const at of [0, 4, 7, 8, 12, 44, second - first - 1]) {
      const bytes = Buffer.from(whole);
      bytes[first + at] = (bytes[first + at] ?? 0) ^ 0x81;
      writeFileSync(file, bytes);
      const { ivorns, damage } = readAll(path, writer.position);
      assert.deepEqual([ivorns, damage], [['#1', '#3'], [[first, second, false]]], `byte ${at} of it`);
    }
  });

  it('is read to its end when the file is shorter than it was', async (t) => {
    const { path, writer } = open(t);
    writer.append([entry(1), entry(2)]);
    const { offset } = writer.position;
    truncateSync(segmentPath(path, 1), offset - 10);
    const { ivorns, damage, position } = readAll(path, writer.position);
    assert.deepEqual([ivorns, position], [['#1'], writer.position]);
    assert.equal(damage.length, 1);
  });

  it('takes back what of a batch was written when the rest could not be', async (t) => {
    const { path, writer } = open(t);
    writer.append([entry(1)]);
    const { offset } = writer.position;
    // As a write does that found no more room.
    appendFileSync(segmentPath(path, 1), 'VOEr and then no space left');
    writer.append([entry(2)]);
    const { ivorns, damage } = readAll(path, writer.position);
    assert.deepEqual([ivorns, damage], [['#1', '#2'], []]);
    assert.ok(statSync(segmentPath(path, 1)).size > offset);
  });

  it('can be written again when there was no place for it', async (t) => {
    const directory = directoryFor(t);
    const path = join(directory, 'later', 'journal.db');
    const writer = new LogWriter(path, 1);
    t.after(() => writer.close());
    assert.throws(() => writer.append([entry(1)]), /ENOENT/);
    fs.mkdirSync(join(directory, 'later'));
    writer.append([entry(1)]);
    assert.deepEqual(readAll(path, writer.position).ivorns, ['#1']);
  });
});
