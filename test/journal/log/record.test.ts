import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { type Entry, nextMark, readRecord, roomFor, writeRecord } from '../../../src/journal/log/record.ts';
import { entry as entryOf } from '../journal.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const plain = { noNullPrototype: true };
const entries = fc.record(
  {
    ...{
      source: text,
      peer: text,
      ivorn: fc.option(text, { nil: undefined }),
      role: fc.option(text, { nil: undefined }),
    },
    receivedAt: fc.integer({ min: 0, max: 4e12 }),
    element: fc.record({ start: fc.nat(1_000), end: fc.nat(1_000) }, plain),
    packet: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  },
  plain,
);

const SEGMENT = 7;

function written(...given: readonly Entry[]): Buffer {
  const bytes = Buffer.alloc(given.reduce((room, entry) => room + roomFor(entry), 0));
  let end = 0;
  for (const entry of given) end = writeRecord(bytes, end, entry, SEGMENT);
  return bytes.subarray(0, end);
}

describe('a record of the intake log', () => {
  it('gives back what was written, whatever it was', () => {
    fc.assert(
      fc.property(entries, entries, (one, other) => {
        const bytes = written(one, other);
        const first = readRecord(bytes, 0, SEGMENT);
        assert.ok(first.state === 'record');
        assert.deepEqual(first.entry, one);
        const second = readRecord(bytes, first.end, SEGMENT);
        assert.ok(second.state === 'record');
        assert.deepEqual([second.entry, second.end], [other, bytes.length]);
      }),
    );
  });

  it('is known to be short wherever it is cut, and says how much it needs', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, at) => {
        const bytes = written(entry);
        const cut = at % bytes.length;
        const found = readRecord(bytes.subarray(0, cut), 0, SEGMENT);
        assert.deepEqual(found, { state: 'short', needed: cut < 12 ? 12 : bytes.length });
      }),
    );
  });

  it('is never taken for another when one of its bits is turned', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, at) => {
        const bytes = written(entry);
        const bit = at % (8 * bytes.length);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        assert.notEqual(readRecord(bytes, 0, SEGMENT).state, 'record');
      }),
    );
  });

  it('is none of another segment', () => {
    fc.assert(
      fc.property(entries, fc.integer({ min: 1, max: 99_999_999 }), (entry, other) => {
        fc.pre(other !== SEGMENT);
        assert.equal(readRecord(written(entry), 0, other).state, 'damaged');
      }),
    );
  });

  it('is read as earlier versions wrote it, in whatever segment', () => {
    const bytes = written(entryOf(1));
    bytes.write('VOEr', 'latin1');
    bytes.writeUInt32LE(crc32(bytes.subarray(12)), 8);
    const found = readRecord(bytes, 0, SEGMENT);
    assert.ok(found.state === 'record');
    assert.deepEqual(found.entry, entryOf(1));
  });

  it('is found behind bytes that are none', () => {
    fc.assert(
      fc.property(entries, fc.uint8Array({ minLength: 1, maxLength: 50 }), (entry, junk) => {
        const bytes = Buffer.concat([junk, written(entry)]);
        let at = nextMark(bytes, -1);
        while (at !== -1 && readRecord(bytes, at, SEGMENT).state !== 'record') at = nextMark(bytes, at);
        assert.equal(at, junk.length);
      }),
    );
  });
});
