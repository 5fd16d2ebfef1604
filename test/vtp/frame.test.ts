import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeFrames, FrameDecoder, type FrameEvent } from '../../src/vtp/frame.ts';
import { ESTAR_IAMALIVE, transport, voevent } from '../support/packets.ts';

const MAX_FRAME = 4_096;

/** Feeds the bytes in pieces of these sizes, over and over, and gives the events. */
function feed(decoder: FrameDecoder, bytes: Buffer, sizes: readonly number[]): FrameEvent[] {
  const events: FrameEvent[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    events.push(...decoder.feed(bytes.subarray(at, at + size)));
    at += size;
  }
  return events;
}

function messagesIn(events: readonly FrameEvent[]): Buffer[] {
  return events.map((event) => (event.type === 'message' ? event.payload : assert.fail(`an event ${event.type}`)));
}

describe('the frames of a stream', () => {
  const sent = [transport('iamalive'), voevent(), ESTAR_IAMALIVE, voevent('ivo://example.org/stream#é')];
  const bytes = encodeFrames(sent);

  it('are four bytes of length, most significant first, and the payload', () => {
    assert.deepEqual(
      encodeFrames(['<a/>', Buffer.from('é')]),
      Buffer.from('\0\0\0\x04<a/>\0\0\0\x02\xc3\xa9', 'latin1'),
    );
  });

  it('come out of one chunk that holds them all', () => {
    assert.deepEqual(messagesIn(feed(new FrameDecoder(MAX_FRAME), bytes, [bytes.length])), sent);
  });

  it('come out of a stream of single bytes', () => {
    assert.deepEqual(messagesIn(feed(new FrameDecoder(MAX_FRAME), bytes, [1])), sent);
  });

  it('come out whole wherever one chunk ends and the next begins', () => {
    for (let cut = 1; cut < bytes.length; cut++) {
      assert.deepEqual(
        messagesIn(feed(new FrameDecoder(MAX_FRAME), bytes, [cut, bytes.length])),
        sent,
        `cut at ${cut}`,
      );
    }
  });

  it('are the same for any payloads and any chunks', () => {
    // A payload larger than the joining of small parts, so that both ways of keeping them are taken.
    const payload = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 200 }),
      fc.uint8Array({ minLength: 6_000, maxLength: 20_000, size: 'max' }),
    );
    fc.assert(
      fc.property(
        fc.array(payload, { maxLength: 6 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9_000 })), {
          minLength: 1,
          maxLength: 20,
        }),
        (payloads, sizes) => {
          const buffers = payloads.map((bytes) => Buffer.from(bytes));
          const decoder = new FrameDecoder(20_000);
          assert.deepEqual(messagesIn(feed(decoder, encodeFrames(buffers), sizes)), buffers);
          assert.equal(decoder.unfinished(), undefined);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('can have a length of zero, and go on', () => {
    const events = feed(new FrameDecoder(MAX_FRAME), encodeFrames(['', '<a/>', '']), [3]);
    assert.deepEqual(events, [{ type: 'empty' }, { type: 'message', payload: Buffer.from('<a/>') }, { type: 'empty' }]);
  });

  it('may be exactly as long as the limit', () => {
    const longest = Buffer.alloc(MAX_FRAME, '<');
    assert.deepEqual(messagesIn(feed(new FrameDecoder(MAX_FRAME), encodeFrames([longest]), [1_000])), [longest]);
  });
});

describe('a stream that breaks off', () => {
  const bytes = encodeFrames(['<abc/>']);

  it('between frames leaves nothing unfinished', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    assert.equal(decoder.unfinished(), undefined);
    decoder.feed(bytes);
    assert.equal(decoder.unfinished(), undefined);
  });

  it('in the middle of a length tells so', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    decoder.feed(bytes.subarray(0, 3));
    assert.deepEqual(decoder.unfinished(), { received: 0, expected: undefined });
  });

  it('in the middle of a payload tells how much has come', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    decoder.feed(bytes.subarray(0, 4));
    assert.deepEqual(decoder.unfinished(), { received: 0, expected: 6 });
    decoder.feed(bytes.subarray(4, 9));
    assert.deepEqual(decoder.unfinished(), { received: 5, expected: 6 });
  });

  it('in the middle of a frame that is skipped tells how much has come', () => {
    const decoder = new FrameDecoder(5);
    decoder.feed(bytes.subarray(0, 7));
    assert.deepEqual(decoder.unfinished(), { received: 3, expected: 6 });
  });
});
