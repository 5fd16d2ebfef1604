import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { createDecoder, DecodeError, type Decoder } from '../../src/alert/decode.ts';
import { FULL_2_0 } from '../support/packets.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

/** The error that decoding ends with; undefined when it does not. */
function refusal(packet: string | Buffer): DecodeError | undefined {
  try {
    decoder.decode(Buffer.from(packet as string), { source: 's', receivedAt: '' });
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  return undefined;
}

const event = (inside: string) => `<VOEvent ivorn="ivo://a.b/c#d">${inside}</VOEvent>`;
const nested = (depth: number) => event(`${'<a>'.repeat(depth - 1)}${'</a>'.repeat(depth - 1)}`);

describe('a document that is no XML', () => {
  const WRONG: readonly [name: string, packet: string | Buffer, reason: string, line: number, column: number][] = [
    ['unclosed', event('\n<What>'), '<What>, opened at line 2, is closed by </VOEvent>', 2, 17],
    ['mismatched', event('\n<What>\n</Who>'), '<What>, opened at line 2, is closed by </Who>', 3, 7],
    [
      'cut off',
      '<VOEvent ivorn="x">\n <What>',
      'it ends before </What>, which line 2 has opened: it was cut off',
      2,
      8,
    ],
    ['an unknown entity', event('&foo;'), 'there is no entity &foo;', 1, 37],
    ['a bare ampersand', event('\nR & V'), 'there is an & on its own; it is written &amp;', 2, 4],
    ['an unfinished reference', event('a&amp b'), 'there is an & that begins no entity; it is written &amp;', 1, 37],
    ['trailing garbage', `${event('')}\nxx`, 'something follows the end of the root element', 2, 1],
    ['two roots', `${event('')}${event('')}`, 'something follows the end of the root element', 1, 42],
    ['an attribute twice', event('<a b="1" b="2"/>'), 'the attribute b is given twice', 1, 46],
    ['an attribute without quotes', event('<a b=1/>'), 'the value of an attribute has no quotes', 1, 37],
    ['a < in an attribute', event('<a b="<"/>'), 'there is a < in an attribute; it is written &lt;', 1, 38],
    ['an unbound prefix', event('<x:a/>'), 'the prefix of x:a is not declared', 1, 36],
    ['a control character', event('\u0001'), 'it has a character that XML does not allow (1)', 1, 32],
    ['a reference to none', event('&#1;'), 'it refers to a character that XML does not allow (number 1)', 1, 36],
    ['an open CDATA', event('<![CDATA[x'), 'a CDATA section is not finished', 1, 52],
    ['an open comment', event('<!-- x'), 'a comment is not finished', 1, 48],
    ['invalid UTF-8', Buffer.from(event('\n\u00e9'), 'latin1'), 'it has bytes that its encoding does not allow', 2, 1],
    [
      'an unknown encoding',
      `<?xml version="1.0" encoding="klingon"?>${event('')}`,
      'the encoding klingon is not known',
      1,
      39,
    ],
    [
      'a late declaration',
      `\n<?xml version="1.0"?>${event('')}`,
      'the XML declaration is not at the very beginning',
      2,
      6,
    ],
    ['an attribute without a value', event('<a b/>'), 'the attribute b has no value', 1, 36],
    ['a name with two colons', event('<a:b:c/>'), 'the name a:b:c has a colon where none belongs', 1, 38],
    ['an open instruction', event('<?a b'), 'an instruction is not finished', 1, 47],
    ['a ]]> in a text', event('a ]]> b'), 'there is a ]]> in a text; it is written ]]&gt;', 1, 34],
    ['a reference too high', event('&#x110000;'), 'there is a reference to no character', 1, 42],
    ['a text too long', event('x'.repeat(10_100_000)), 'it has a text of over ten million characters', 1, 10_004_001],
    ['a name that is none', event('<1/>'), 'there is a < that begins no element; it is written &lt;', 1, 33],
  ];

  for (const [name, packet, reason, line, column] of WRONG) {
    it(`is told so with line and column: ${name}`, () => {
      const error = refusal(packet);
      assert.equal(error?.message, `It is not well-formed XML: ${reason} at line ${line}, column ${column}`);
      assert.deepEqual([error?.line, error?.column], [line, column]);
    });
  }

  it('is refused for a DOCTYPE, with its place', () => {
    const bomb = `<!DOCTYPE VOEvent [<!ENTITY a "ha">${'bcdefghij'.replace(/./g, (name, index: number) => `<!ENTITY ${name} "${`&${'abcdefghi'[index]};`.repeat(10)}">`)}]>`;
    const places: [string, number, number][] = [
      [`<!DOCTYPE VOEvent>${event('')}`, 1, 1],
      [`<?xml version="1.0"?>\n  <!DOCTYPE VOEvent SYSTEM "file:///etc/passwd">${event('')}`, 2, 3],
      [`<!--${'x'.repeat(100_000)}-->\n<!DOCTYPE VOEvent [<!ENTITY a "b">]>${event('&a;')}`, 2, 1],
      [`${bomb}${event('&j;')}`, 1, 1],
      [`<!DOCTYPE VOEvent [<!ENTITY a "${'x'.repeat(100_000)}">]>${event('&a;'.repeat(10_000))}`, 1, 1],
    ];
    for (const [packet, line, column] of places) {
      const error = refusal(packet);
      assert.match(error?.message ?? '', /^It has a DOCTYPE, which no VOEvent needs/);
      assert.deepEqual([error?.line, error?.column], [line, column]);
    }
  });
});

describe('what stands in a comment', () => {
  it('is not taken for the packet, however long the comment is', () => {
    const fake = `<!-- <VOEvent ivorn="ivo://fake.org/a#1" role="test"> <!DOCTYPE x> ${'x'.repeat(70_000)} -->`;
    const { ivorn, role } = decoder.decode(Buffer.from(fake + event('')), { source: 's', receivedAt: '' });
    assert.deepEqual([ivorn, role], ['ivo://a.b/c#d', 'observation']);
  });
});

describe('depth', () => {
  it('of 64 is enough, and of 65 refused with the place of the first element too deep', () => {
    assert.equal(refusal(nested(64)), undefined);
    const error = refusal(nested(65));
    assert.equal(error?.message, `Its elements are nested deeper than 64 at line 1, column ${32 + 3 * 63}`);
    const markup = '<!-- <a><a> --><![CDATA[<a>]]><?x <a>?>\n<b c=">"/>';
    const tricky = event(`${markup}${'<a>'.repeat(64)}${'</a>'.repeat(64)}`);
    assert.deepEqual([refusal(tricky)?.line, refusal(tricky)?.column], [2, 11 + 3 * 63]);
  });

  it('of hundreds and thousands is refused as well', () => {
    for (const depth of [300, 100_000])
      assert.match(refusal(nested(depth))?.message ?? '', /nested (?:too deep|deeper)/);
  });
});

describe('a packet that was cut off', () => {
  it('anywhere is refused with line and column', () => {
    const whole = FULL_2_0.toString().trimEnd();
    for (let length = 1; length < whole.length; length += 1) {
      const error = refusal(whole.slice(0, length));
      assert.ok(error !== undefined, `${length} bytes were decoded`);
      assert.ok(error.line !== undefined && error.column !== undefined, `${length}: ${error.message}`);
    }
    assert.equal(refusal(whole), undefined);
    assert.equal(refusal(`${whole} \n\n`), undefined);
    assert.match(refusal('')?.message ?? '', /^It is empty$/);
  });
});
