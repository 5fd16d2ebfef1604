import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { escapeXml } from '../../src/alert/envelope.ts';
import { visible } from '../../src/common/visible.ts';

/** Code points that must not be left, from the standards' tables and not from the pattern. */
const UNSEEN: readonly (readonly [number, number])[] = [
  [0x00, 0x08],
  [0x0b, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x2064],
  [0x2066, 0x206f],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xfdd0, 0xfdef],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
  [0xfffe, 0xffff],
  [0x1fffe, 0x1ffff],
  [0xe0001, 0xe007f],
];
const isUnseen = (point: number): boolean => UNSEEN.some(([first, last]) => point >= first && point <= last);

/** Texts in which what is unseen is as frequent as what is seen. */
const hostile = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(...UNSEEN.flat()).map((point) => String.fromCodePoint(point)),
      fc.constantFrom(
        '\ud83d',
        '\ude00',
        '😀',
        '⟨',
        '⟨U+',
        '\r\n',
        '\r',
        '\n',
        '\t',
        ']]>',
        '<b>',
        '&#0;',
        'a',
        '\u0301\u0301',
      ),
    ),
  )
  .map((parts) => parts.join(''));

describe('visible text', () => {
  it('is as it was where all of it can be seen', () => {
    for (const text of [
      '',
      'ivo://org.example/stream#1',
      'é ü 漢字 עברית العربية 😀',
      'a\n\tb',
      '<b>&amp;</b>',
      'x²±°−',
    ]) {
      assert.equal(visible(text), text);
    }
  });

  it('has a mark for each character that cannot be seen', () => {
    assert.equal(visible('a\u202egpj.exe'), 'a⟨U+202E⟩gpj.exe');
    assert.equal(visible('\0\x1b[31m\x7f\x85'), '⟨U+0000⟩⟨U+001B⟩[31m⟨U+007F⟩⟨U+0085⟩');
    assert.equal(visible('a\u200bb\ufeffc\u2028d\ufffe'), 'a⟨U+200B⟩b⟨U+FEFF⟩c⟨U+2028⟩d⟨U+FFFE⟩');
    assert.equal(visible('\ud800x\udc00'), '⟨U+D800⟩x⟨U+DC00⟩');
    assert.equal(visible('\u{e0041}'), '⟨U+E0041⟩');
    for (const [first, last] of UNSEEN) {
      for (let point = first; point <= last; point += 1) {
        assert.match(visible(String.fromCodePoint(point)), /^⟨U\+[0-9A-F]{4,6}⟩$/, point.toString(16));
      }
    }
  });

  it('has a mark for each accent that makes a tower, and leaves those of real languages', () => {
    assert.equal(visible(`e${'\u0301'.repeat(6)}x`), `e${'\u0301'.repeat(4)}⟨U+0301⟩⟨U+0301⟩x`);
    for (const text of ['Việt', 'e\u0323\u0302', 'שִׁ֔', 'น้ำ', 'བརྒྱུད', 'क्ष्म्य']) assert.equal(visible(text), text);
    assert.equal(visible('a\u20dd\u0301b\u20dd\u0301'.repeat(5)), 'a\u20dd\u0301b\u20dd\u0301'.repeat(5));
  });

  it('has line feeds for line ends, and a mark for a lone carriage return, which overwrites on a terminal', () => {
    assert.equal(visible('a\r\nb\rc'), 'a\nb⟨U+000D⟩c');
  });

  it('ends in an ellipsis where it is cut, and neither splits a pair nor a mark', () => {
    assert.equal(visible('abcdef', 6), 'abcdef');
    assert.equal(visible('abcdefg', 6), 'abcde…');
    assert.equal(visible('abcd😀g', 6), 'abcd…');
    assert.equal(visible('a\u202ebcdefgh', 6), 'a…');
    assert.equal(visible('a\r\nb\r\nc', 5), 'a\nb\nc');
    assert.equal(visible('abc', 1), '…');
    assert.equal(visible('abc', 0), '');
  });

  it('is well-formed, shows all, and is text of XML 1.0, whatever it was made from', () => {
    fc.assert(
      fc.property(hostile, fc.option(fc.nat({ max: 60 }), { nil: undefined }), (text, maxLength) => {
        const shown = visible(text, maxLength);
        assert.ok(shown.isWellFormed());
        assert.ok(shown.length <= (maxLength ?? Number.POSITIVE_INFINITY));
        assert.ok(![...shown].some((character) => isUnseen(character.codePointAt(0) ?? 0)));
        assert.equal(visible(shown), shown);
        using document = XmlDocument.fromString(`<a>${escapeXml(shown)}</a>`);
        assert.equal(document.root.content, shown);
      }),
    );
  });

  it('costs next to nothing for the first characters of a long text, and little for all of it', () => {
    const longs = ['\u202e\r\n<', '\u0301'].map((unit) => unit.repeat(5_000_000));
    const began = performance.now();
    for (const long of longs) {
      for (let count = 0; count < 100; count += 1) visible(long, 300);
      for (let count = 0; count < 10; count += 1) visible(long.slice(0, 100_000));
    }
    const tookMs = performance.now() - began;
    assert.ok(tookMs < 2_000, `${Math.round(tookMs)} ms`);
  });
});
