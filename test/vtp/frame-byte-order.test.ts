import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { encodeFrames, FrameDecoder, type FrameEvent } from '../../src/vtp/frame.ts';
import { frame, littleEndianFrame } from '../support/broker.ts';
import { transport, voevent } from '../support/packets.ts';

const MAX_FRAME = 512_000;

function feedByteByByte(decoder: FrameDecoder, bytes: Buffer): FrameEvent[] {
  return [...bytes].flatMap((byte) => decoder.feed(Buffer.of(byte)));
}

describe('a peer that writes lengths least significant byte first', () => {
  const alive = transport('iamalive');
  const event = voevent();
  const expected = [
    { type: 'little-endian', length: alive.length },
    { type: 'message', payload: alive },
    { type: 'message', payload: event },
  ];

  it('is recognised at its first message, told once, and followed', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    assert.equal(decoder.littleEndian, false);
    assert.deepEqual(decoder.feed(Buffer.concat([littleEndianFrame(alive), littleEndianFrame(event)])), expected);
    assert.equal(decoder.littleEndian, true);
  });

  it('is recognised byte by byte', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    const bytes = Buffer.concat([littleEndianFrame(alive), littleEndianFrame(event)]);
    assert.deepEqual(feedByteByByte(decoder, bytes), expected);
  });

  it('is answered in kind', () => {
    assert.deepEqual(encodeFrames(['<a/>'], true), littleEndianFrame('<a/>'));
  });

  it('is recognised by any payload that begins as XML does', () => {
    for (const begins of ['<', ' <', '\n<', '\ufeff<']) {
      const payload = Buffer.from(`${begins}VOEvent ivorn="ivo://example.org/s#1"/>`);
      const [first] = new FrameDecoder(MAX_FRAME).feed(littleEndianFrame(payload));
      assert.equal(first?.type, 'little-endian', JSON.stringify(begins));
    }
  });

  it('is recognised whatever the length of its first message, as far as the length can tell', () => {
    fc.assert(
      // Multiples of 256 read as a length that a frame can have, either way.
      fc.property(fc.integer({ min: 40, max: 60_000 }), (length) => {
        fc.pre(length % 256 !== 0);
        const payload = Buffer.alloc(length, '<');
        assert.deepEqual(new FrameDecoder(MAX_FRAME).feed(littleEndianFrame(payload)), [
          { type: 'little-endian', length },
          { type: 'message', payload },
        ]);
      }),
    );
  });
});

describe('a peer that writes lengths as the standard says', () => {
  it('is not taken for the other kind, whatever the length of its first message', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_FRAME + 100_000 }), (length) => {
        // Nine times 65 536 and the like above the limit: only a message before it can tell; see the next test.
        fc.pre(length <= MAX_FRAME || length % 65_536 !== 0);
        const decoder = new FrameDecoder(MAX_FRAME);
        decoder.feed(frame('<', length));
        assert.equal(decoder.littleEndian, false);
      }),
      { examples: [[0x10000], [0x20000], [512_000], [256], [1]] },
    );
  });

  it('is not taken for the other kind once one of its messages has been read', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    // 1 MiB, which read the other way would be 4 096 bytes.
    const large = Buffer.alloc(0x0010_0000, '<');
    const events = decoder.feed(encodeFrames([transport('iamalive'), large, '<after/>']));
    assert.deepEqual(
      events.map(({ type }) => type),
      ['message', 'oversized', 'message'],
    );
    assert.equal(decoder.littleEndian, false);
  });

  it('is not taken for the other kind by a swapped length before something that is not XML', () => {
    const decoder = new FrameDecoder(MAX_FRAME);
    assert.deepEqual(
      decoder.feed(littleEndianFrame('no XML here')).map(({ type }) => type),
      ['absurd'],
    );
  });
});
