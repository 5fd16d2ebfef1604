import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { encodeFrames, FrameDecoder, type FrameEvent } from '../../src/vtp/frame.ts';
import { frame } from '../support/broker.ts';
import { voevent } from '../support/packets.ts';
import { collectGarbage } from '../support/wait.ts';

const MAX_FRAME = 512_000;
const MIB = 1024 * 1024;

/** What this process holds, inside and outside the JavaScript heap. */
async function bytesHeld(): Promise<number> {
  await collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a frame above the limit', () => {
  it('is skipped, with how it began, and the stream goes on', () => {
    const decoder = new FrameDecoder(100);
    const large = voevent('ivo://example.org/large#1', 'observation', 'x'.repeat(5_000));
    const after = Buffer.from('<after/>');
    const events = decoder.feed(encodeFrames([large, after]));
    assert.deepEqual(events, [
      { type: 'oversized', length: large.length, head: large.subarray(0, 2_048) },
      { type: 'message', payload: after },
    ]);
  });

  it('is skipped byte by byte as well', () => {
    const decoder = new FrameDecoder(10);
    const events: FrameEvent[] = [];
    for (const byte of encodeFrames(['<eleven-11>', '<a/>'])) events.push(...decoder.feed(Buffer.of(byte)));
    assert.deepEqual(events, [
      { type: 'oversized', length: 11, head: Buffer.from('<eleven-11>') },
      { type: 'message', payload: Buffer.from('<a/>') },
    ]);
  });

  it('of 60 MB is never held in memory', async () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    const chunk = Buffer.alloc(64 * 1024, 'x');
    const length = 60_000_000;
    const before = await bytesHeld();
    const prefix = Buffer.alloc(4);
    prefix.writeUInt32BE(length);
    assert.deepEqual(decoder.feed(prefix), []);
    let left = length - 1;
    for (; left > chunk.length; left -= chunk.length) assert.deepEqual(decoder.feed(Buffer.from(chunk)), []);
    assert.deepEqual(decoder.feed(chunk.subarray(0, left)), []);
    const held = (await bytesHeld()) - before;
    assert.ok(held < MIB, `${held} bytes are held before the last one has come`);
    assert.deepEqual(
      decoder.feed(Buffer.concat([Buffer.from('x'), frame('<after/>')])).map(({ type }) => type),
      ['oversized', 'message'],
    );
  });
});

describe('a frame within the limit', () => {
  it('allocates nothing for bytes that are only claimed', async () => {
    const decoders = Array.from({ length: 200 }, () => new FrameDecoder(MAX_FRAME));
    const before = await bytesHeld();
    for (const decoder of decoders) decoder.feed(frame('<', MAX_FRAME));
    const held = (await bytesHeld()) - before;
    assert.ok(held < 2 * MIB, `${held} bytes are held for 200 bytes that came`);
    assert.equal(decoders.length, 200);
  });

  it('that comes a byte at a time is held in little more than its size', async () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    const before = await bytesHeld();
    decoder.feed(frame('', 300_000));
    // Each byte in a buffer of its own, as a socket gives it.
    for (let byte = 0; byte < 299_999; byte++) decoder.feed(Buffer.from(new ArrayBuffer(1)));
    const held = (await bytesHeld()) - before;
    assert.ok(held < 2 * MIB, `${held} bytes are held for 300 000 that came`);
    assert.deepEqual(decoder.feed(Buffer.alloc(1)), [{ type: 'message', payload: Buffer.alloc(300_000) }]);
  });
});

describe('an absurd length', () => {
  it('loses the position in the stream: nothing after it is believed', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    assert.deepEqual(decoder.feed(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), [
      { type: 'absurd', length: Buffer.from('HTTP').readUInt32BE() },
    ]);
    assert.deepEqual(decoder.feed(frame('<a/>')), []);
    assert.equal(decoder.unfinished(), undefined);
  });

  it('is one above 64 MiB', () => {
    assert.deepEqual(new FrameDecoder(MAX_FRAME).feed(frame('x', 64 * MIB)), []);
    assert.deepEqual(new FrameDecoder(MAX_FRAME).feed(frame('x', 64 * MIB + 1)), [
      { type: 'absurd', length: 64 * MIB + 1 },
    ]);
  });

  it('is none within a limit that the user has set higher', () => {
    assert.deepEqual(new FrameDecoder(100 * MIB).feed(frame('x', 100 * MIB)), []);
  });
});
