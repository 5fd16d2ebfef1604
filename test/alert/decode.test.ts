import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { createDecoder, DecodeError, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';
import { FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1, voevent } from '../support/packets.ts';

const RECEPTION = { source: 'campus', receivedAt: '2026-11-22T10:00:06.000Z' };
let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

function decode(packet: string | Buffer): Alert {
  return decoder.decode(Buffer.from(packet as string), RECEPTION);
}

/** The error that decoding ends with. */
function refusal(packet: string | Buffer): DecodeError {
  try {
    decode(packet);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  return assert.fail('it was decoded');
}

/** A VOEvent with this inside. */
function event(inside: string, attributes = ''): string {
  return `<VOEvent ivorn="ivo://example.org/s#1" ${attributes}>${inside}</VOEvent>`;
}

describe('text in a packet', () => {
  const described = (inside: string) => decode(event(`<Description>${inside}</Description>`)).description;

  it('has its references resolved once, and its CDATA taken as it is', () => {
    assert.equal(described('&lt;b&gt; &amp;lt; &#60; &#x3C; &quot;&apos;'), `<b> &lt; < < "'`);
    assert.equal(described('<![CDATA[a &amp; <b>]]> &amp; c'), 'a &amp; <b> & c');
  });

  it('goes on across comments and instructions, whatever stands in them', () => {
    assert.equal(described('a<!-- b --><?c d?>e'), 'ae');
    assert.equal(described(`a<?c don't?>b<?c 5" > <d> ?>c<!-- it's <?e --><![CDATA[<?f it's?>]]>d`), "abc<?f it's?>d");
    // A parser that took the apostrophe for a quote would skip what stands before the next one.
    const { params } = decode(event(`<?c don't?><What><Param name='a' value='1'/></What><?c can't?>`));
    assert.deepEqual(params, [{ name: 'a', value: '1', number: 1 }]);
  });

  it('has blanks for the line breaks in an attribute, also where there are references', () => {
    const { params } = decode(
      event('<What><Param name="a\r\nb" value="x&#10;y"\n unit=\'m\n>\'/></What><!-- \n --><Who>&#233;</Who>'),
    );
    assert.deepEqual(params, [{ name: 'a b', value: 'x\ny', unit: 'm >' }]);
  });

  it('may hold any number of references', () => {
    assert.equal(described('&amp;'.repeat(20_000))?.length, 20_000);
  });
});

describe('a packet in another encoding', () => {
  const text = event('<Description>Gödel</Description>');
  it('is read by its declaration or its byte order mark', () => {
    const packets = {
      'UTF-8': Buffer.from(text),
      'UTF-8 with a mark': Buffer.from(`\ufeff<?xml version="1.0" encoding="utf-8"?>${text}`),
      'ISO-8859-1': Buffer.from(`<?xml version='1.0' encoding='ISO-8859-1' ?>${text}`, 'latin1'),
      'UTF-16 LE': Buffer.from(`\ufeff<?xml version="1.0" encoding="UTF-16"?>${text}`, 'utf16le'),
      'UTF-16 BE': Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
      'UTF-16 LE without a mark': Buffer.from(`<?xml version="1.0" encoding="UTF-16LE"?>${text}`, 'utf16le'),
    };
    for (const [name, packet] of Object.entries(packets)) {
      assert.equal(decode(packet).description, 'Gödel', name);
      assert.equal(decode(packet).ivorn, 'ivo://example.org/s#1', name);
    }
  });

  it('that is not what it declares is refused', () => {
    assert.match(refusal(Buffer.from(text, 'latin1')).message, /not well-formed XML: .*UTF-8|encoding/i);
    assert.ok(refusal(`<?xml version="1.0" encoding="klingon"?>${text}`));
  });
});

describe('a document that is no alert', () => {
  it('is refused with the place of its first fault', () => {
    const error = refusal('<VOEvent ivorn="ivo://example.org/s#1">\n  <What>\n</VOEvent>');
    assert.deepEqual([error.line, error.column], [3, 11]);
    assert.match(error.message, /^It is not well-formed XML: .*What.* at line 3, column 11$/);
  });

  it('is refused for each of these, in words', () => {
    const refused: Record<string, RegExp> = {
      '': /^It is empty$/,
      ' \n': /^It is empty$/,
      hello: /^It is neither XML nor JSON at line 1, column 1$/,
      '\u0000\u0001': /^It is neither XML nor JSON at line 1, column 1$/,
      '<html/>': /^Its root is <html>, not <VOEvent> at line 1, column 1$/,
      '<!-- a -->\n <Transport role="ack"/>': /^Its root is <Transport>, not <VOEvent> at line 2, column 2$/,
      '<VOEvent/>': /^It has no ivorn at line 1, column 1$/,
      '<VOEvent ivorn="  "/>': /^It has no ivorn at line 1, column 1$/,
      [`${event('')}${event('')}`]:
        /not well-formed XML: something follows the end of the root element at line 1, column 51$/,
      [event('&nbsp;')]: /not well-formed XML: there is no entity &nbsp; at line 1, column/,
      '<voe:VOEvent ivorn="ivo://a#1"/>': /not well-formed XML: the prefix of voe:VOEvent is not declared/,
      [event('<a b=c/>')]: /not well-formed XML/,
      [event('<a b="1" b="2"/>')]: /not well-formed XML/,
    };
    for (const [text, words] of Object.entries(refused)) assert.match(refusal(text).message, words, text);
  });

  it('is refused for a DOCTYPE, which could declare an attack, wherever it hides', () => {
    const entities = [
      '<!DOCTYPE VOEvent>',
      '<!DOCTYPE VOEvent SYSTEM "file:///etc/passwd">',
      '<!DOCTYPE VOEvent [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
      '<!DOCTYPE VOEvent [<!ENTITY x "]">]>',
      `<!-- ${'x'.repeat(70_000)} --><!DOCTYPE VOEvent [<!ENTITY x "y">]>`,
    ];
    for (const doctype of entities) {
      assert.match(refusal(doctype + event('')).message, /DOCTYPE/, doctype.slice(0, 80));
    }
    const laughs = `<!DOCTYPE VOEvent [<!ENTITY a "ha">${'bcdefghij'.replace(/./g, (name, at: number) => `<!ENTITY ${name} "${`&${'abcdefghij'[at]};`.repeat(10)}">`)}]>`;
    assert.match(refusal(laughs + event('<Description>&j;</Description>')).message, /DOCTYPE/);
  });

  it('may mention one in its text', () => {
    assert.equal(
      decode(event('<Description><![CDATA[<!DOCTYPE html>]]></Description>')).description,
      '<!DOCTYPE html>',
    );
  });
});

describe('decoding', () => {
  it('ends with an alert or a DecodeError, whatever the bytes', () => {
    const packets = [FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1, voevent()];
    const mutated = fc
      .tuple(
        fc.constantFrom(...packets),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'<>/&;"\'=[]!-:? \n\0\u00ff', '#', 'a', '9')), { maxLength: 4 }),
        fc.nat(),
        fc.boolean(),
      )
      .map(([packet, changes, cut, isCut]) => {
        const bytes = Buffer.from(packet);
        for (const [at, character] of changes) bytes.write(character, at % bytes.length, 'latin1');
        return isCut ? bytes.subarray(0, cut % bytes.length) : bytes;
      });
    const any = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
    let decoded = 0;
    fc.assert(
      fc.property(fc.oneof({ weight: 9, arbitrary: mutated }, { weight: 1, arbitrary: any }), (packet) => {
        try {
          decode(packet);
          decoded += 1;
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }),
      { numRuns: 1_500 },
    );
    assert.ok(decoded > 100, `only ${decoded} were decoded: the property says little`);
  });

  it('gives an alert that is plain data', () => {
    const alert = decode(FULL_2_0);
    assert.deepEqual(JSON.parse(JSON.stringify(alert)), alert);
    assert.ok(Object.isFrozen(alert));
  });

  it('of names that JavaScript treats specially does no harm', () => {
    const alert = decode(
      event('<What><Param name="__proto__" value="1"/><Param name="constructor" value="2"/></What>'),
    );
    assert.deepEqual(
      alert.params.map(({ name, value }) => [name, value]),
      [
        ['__proto__', '1'],
        ['constructor', '2'],
      ],
    );
    assert.ok(refusal(event('<__proto__ polluted="1"/>')));
    assert.equal(({} as { polluted?: string }).polluted, undefined);
  });
});
