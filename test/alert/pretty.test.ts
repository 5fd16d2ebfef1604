import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { createPrettyPrinter, type PrettyPrinter } from '../../src/alert/pretty.ts';
import { FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1 } from '../support/packets.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/voevent');
const ALL = 1_000_000;

/** The document without the white space that lies between elements, as libxml2 sees it. */
function meaningOf(document: string | Buffer): string {
  using read = XmlDocument.fromBuffer(Buffer.from(document));
  const blanks = read.find('//text()[normalize-space()="" and ../* and not(../text()[normalize-space()])]');
  for (const blank of blanks) blank.remove();
  return read.toString({ format: false });
}

/** Elements with and without text, mixed, empty, with comments and CDATA. */
const { element } = fc.letrec<{ element: string; content: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom('a', 'v:b', 'Param'),
      fc.constantFrom('', ' n="1 > 0"', ' n=\'a&#10;b\'\n m="/"'),
      fc.option(tie('content')),
    )
    .map(([name, attributes, content]) =>
      content === null ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name} >`,
    ),
  content: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom('', ' ', '\n  ', 'text', ' t ', '&amp;', '<![CDATA[<x>]] >]]>', '<!-- <a> -->', '<?p > ?>'),
    tie('element'),
    fc.array(fc.oneof(tie('element'), tie('content')), { maxLength: 4 }).map((parts) => parts.join('')),
  ),
}));

describe('a packet laid out', () => {
  let pretty: PrettyPrinter;
  before(async () => {
    pretty = await createPrettyPrinter();
  });
  const xml = (body: string): string => {
    const { text, language, isCut } = pretty(Buffer.from(body), ALL);
    assert.deepEqual({ language, isCut }, { language: 'xml', isCut: false });
    return text;
  };

  it('has each element of an XML document on a line of its own', () => {
    assert.equal(
      xml('<?xml version="1.0"?><v:VOEvent xmlns:v="x"  role=\'test\'><Who><Date>2026</Date></Who><What/></v:VOEvent>'),
      [
        '<?xml version="1.0"?>',
        '<v:VOEvent xmlns:v="x"  role=\'test\'>',
        '  <Who>',
        '    <Date>2026</Date>',
        '  </Who>',
        '  <What/>',
        '</v:VOEvent>',
      ].join('\n'),
    );
    assert.equal(xml('<a>\n\n\n      <b></b>\t<c> </c></a>\n\n'), '<a>\n  <b></b>\n  <c> </c>\n</a>');
  });

  it('keeps comments, instructions, CDATA sections and references as they are', () => {
    assert.equal(
      xml('<!-- one --><a><!-- two\n > --><?p x="<"?><b><![CDATA[<c> & ]]></b><d>&lt;&#233;</d></a><!-- three -->'),
      '<!-- one -->\n<a>\n  <!-- two\n > -->\n  <?p x="<"?>\n  <b><![CDATA[<c> & ]]></b>\n  <d>&lt;&#233;</d>\n</a>\n<!-- three -->',
    );
  });

  it('leaves text with elements in it alone, and what asks for it', () => {
    const mixed = '<p><b>bold</b> <i>and</i>  <u><x>1</x> <y/></u> text</p>';
    assert.equal(xml(`<a>${mixed}<c/></a>`), `<a>\n  ${mixed}\n  <c/>\n</a>`);
    const preserved = '<p xml:space="preserve"> <b/> </p>';
    assert.equal(xml(`<a>${preserved}</a>`), `<a>\n  ${preserved}\n</a>`);
  });

  it('says what it said before', () => {
    for (const packet of [FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1]) {
      assert.equal(meaningOf(xml(packet.toString())), meaningOf(packet));
    }
    fc.assert(
      fc.property(element, (body) => {
        const document = `<v:r xmlns:v="x">${body}</v:r>`;
        const text = xml(document);
        assert.equal(meaningOf(text), meaningOf(document));
        assert.equal(xml(text), text);
      }),
    );
  });

  it('is laid out also when it is a real one', () => {
    const names = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));
    assert.ok(names.length > 0);
    for (const name of names) {
      const packet = readFileSync(join(FIXTURES, name));
      const { text, language } = pretty(packet, ALL);
      if (language === 'xml') assert.equal(meaningOf(text.replace(/^<\?xml.*\?>/, '')), meaningOf(packet), name);
    }
  });

  it('is read in the encoding it declares', () => {
    const latin1 = '<?xml version="1.0" encoding="ISO-8859-1"?><a>caf\u00e9</a>';
    assert.match(pretty(Buffer.from(latin1, 'latin1'), ALL).text, /<a>café<\/a>$/);
    const wide = pretty(Buffer.from('\ufeff<a><b>é</b></a>', 'utf16le'), ALL);
    assert.deepEqual(wide, { text: '<a>\n  <b>é</b>\n</a>', language: 'xml', isCut: false });
  });

  it('has JSON as JSON.stringify lays it out', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (inner) => {
        const value = { a: inner, b: [inner] };
        const { text, language } = pretty(Buffer.from(JSON.stringify(value)), ALL);
        assert.equal(language, 'json');
        assert.equal(text, JSON.stringify(JSON.parse(JSON.stringify(value)), null, 2));
      }),
    );
  });

  it('may be a list', () => {
    assert.equal(pretty(Buffer.from('[1,{}]'), ALL).text, '[\n  1,\n  {}\n]');
  });

  it('keeps what JSON.parse would lose', () => {
    assert.equal(
      pretty(Buffer.from('\ufeff{"a":1.0,"a":12345678901234567890,"b":"\\u00e9\\"{,"}'), ALL).text,
      '{\n  "a": 1.0,\n  "a": 12345678901234567890,\n  "b": "\\u00e9\\"{,"\n}',
    );
  });

  it('is as it came when it can be read as neither', () => {
    for (const text of ['', 'plain', '<a><b></a>', '{"a":', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', '<a>&x;</a>']) {
      assert.deepEqual(pretty(Buffer.from(text), ALL), { text, language: 'text', isCut: false });
    }
    const unknown = '<?xml version="1.0" encoding="x-none"?><a>\u00e9</a>';
    assert.deepEqual(pretty(Buffer.from(unknown, 'latin1'), ALL), { text: unknown, language: 'text', isCut: false });
  });

  it('is cut where it becomes too long, never within a character', () => {
    const document = `<a>${'<b>😀</b>'.repeat(1_000)}</a>`;
    const whole = xml(document);
    for (let most = 0; most < 60; most += 1) {
      const { text, isCut } = pretty(Buffer.from(document), most);
      assert.ok(isCut && text.length <= most && text.length >= most - 1 && text.isWellFormed());
      assert.ok(whole.startsWith(text));
    }
    assert.equal(pretty(Buffer.from(document), whole.length).isCut, false);
    assert.deepEqual(pretty(Buffer.from('{"a":1}'), 5), { text: '{\n  "', language: 'json', isCut: true });
    assert.deepEqual(pretty(Buffer.from('abcdef'), 5), { text: 'abcde', language: 'text', isCut: true });
  });

  it('costs little, whatever the document', () => {
    const megabytes = 4 * 1024 * 1024;
    const documents = [
      `<a>${'<b/>'.repeat(megabytes / 4)}</a>`,
      `<a>${'<b>'.repeat(200)}${' '.repeat(megabytes)}${'</b>'.repeat(200)}</a>`,
      `<a b="${'>'.repeat(megabytes)}">${'x'.repeat(megabytes)}</a>`,
      `<a>${'<'.repeat(megabytes)}`,
      `<a><!--${' -'.repeat(megabytes / 2)}`,
      `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1_000)}">]><a>${'&b;'.repeat(megabytes / 3)}</a>`,
      `{"a":"${'\\"'.repeat(megabytes / 2)}"}`,
      `{"a":[${'1,'.repeat(megabytes / 2)}1]}`,
      '['.repeat(megabytes),
    ];
    for (const document of documents) {
      const packet = Buffer.from(document);
      const began = performance.now();
      pretty(packet, 200_000);
      const tookMs = performance.now() - began;
      assert.ok(tookMs < 5_000, `${document.slice(0, 20)}: ${Math.round(tookMs)} ms`);
    }
  });
});
