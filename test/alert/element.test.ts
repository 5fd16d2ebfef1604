import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { digestOf, idOf } from '../../src/alert/digest.ts';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { ESTAR_IAMALIVE, FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1 } from '../support/packets.ts';

/** The bytes that decide whether two packets are the same event. */
function elementOf(payload: Buffer): string {
  const { start, end } = scanEnvelope(payload).element;
  return payload.subarray(start, end).toString('latin1');
}

function digest(payload: Buffer): string {
  return digestOf(payload, scanEnvelope(payload).element).toString('hex');
}

const EVENT = '<v:VOEvent ivorn="ivo://a/b#c"><v:What>></v:What></v:VOEvent\n>';

/** What may stand before and after the root element (XML 1.0 §2.1), fake tags included. */
const misc = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '\r\n', '\t'),
      fc.constantFrom('<!-- c -->', '<!---->', '<!-- <v:VOEvent> -->', '<!-- </v:VOEvent> -->', '<!-- ?> -->'),
      fc.constantFrom('<?pi x?>', '<?pi </v:VOEvent> ?>', '<?pi --> ?>'),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''));

describe('the element, whose bytes say whether two packets are the same event (VTP 2.0 §8)', () => {
  it('is from the opening < to the closing > of the root', () => {
    assert.equal(elementOf(Buffer.from(`<?xml version="1.0"?>\n${EVENT}\n`)), EVENT);
    assert.equal(elementOf(Buffer.from('<!-- a --><VOEvent a="/>"/> ')), '<VOEvent a="/>"/>');
    assert.equal(elementOf(ESTAR_IAMALIVE), ESTAR_IAMALIVE.toString().slice(ESTAR_IAMALIVE.indexOf('\n') + 1));
  });

  it('is the same whatever stands before and after it', () => {
    fc.assert(
      fc.property(misc, misc, fc.constantFrom('', '\ufeff', '<?xml version="1.0"?>'), (before, after, prolog) => {
        assert.equal(elementOf(Buffer.from(prolog + before + EVENT + after)), EVENT);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the same whatever stands around it in UTF-16 as well', () => {
    fc.assert(
      fc.property(misc, misc, fc.boolean(), (before, after, swap) => {
        const wide = (text: string) => {
          const bytes = Buffer.from(text, 'utf16le');
          return swap ? bytes.swap16() : bytes;
        };
        const payload = wide(`\ufeff${before}${EVENT}${after}`);
        assert.equal(elementOf(payload), wide(EVENT).toString('latin1'));
      }),
      { numRuns: 500 },
    );
  });

  it('is another event when any byte of it changes', () => {
    for (const packet of [FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1]) {
      const { start, end } = scanEnvelope(packet).element;
      const before = digest(packet);
      for (let at = start; at < end; at++) {
        const changed = Buffer.from(packet);
        changed[at] = (changed[at] ?? 0) ^ 0x01;
        assert.notEqual(digest(changed), before, `byte ${at}`);
      }
    }
  });

  it('is the whole document where its bounds cannot be found', () => {
    for (const text of ['<VOEvent ivorn="ivo://a/b#c"><What>', '<VOEvent', 'nothing', '<VOEvent></VOEvent']) {
      assert.equal(elementOf(Buffer.from(text)), text);
    }
  });

  it('has an identifier of sixteen hexadecimal digits: the SHA-256 begins with them', () => {
    // printf '<VOEvent/>' | sha256sum
    const payload = Buffer.from('<VOEvent/>');
    const bytes = digestOf(payload, { start: 0, end: payload.length });
    assert.equal(bytes.length, 32);
    assert.equal(idOf(bytes), bytes.toString('hex').slice(0, 16));
  });
});
