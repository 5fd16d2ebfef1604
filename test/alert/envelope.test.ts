import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { escapeXml, scanEnvelope, unescapeXml } from '../../src/alert/envelope.ts';
import { ESTAR_IAMALIVE, FULL_1_0, TRANSPORT_NAMESPACES, transport, voevent } from '../support/packets.ts';

const IVORN = 'ivo://example.org/s#1';
const EVENT = `<voe:VOEvent xmlns:voe="urn:x" role="test" ivorn="${IVORN}"><Who/></voe:VOEvent>`;

/** Kind, ivorn and role in one line. */
function scan(document: string | Buffer): string {
  const { kind, ivorn, role } = scanEnvelope(Buffer.from(document as string));
  return `${kind} ${ivorn} ${role}`;
}

const FOUND = `voevent ${IVORN} test`;

describe('the envelope of a document', () => {
  it('tells a VOEvent from a Transport by the local name, whatever the prefix and namespace', () => {
    assert.equal(scan(EVENT), FOUND);
    assert.equal(scan(EVENT.replaceAll('voe:', '')), FOUND);
    assert.equal(scan(ESTAR_IAMALIVE), 'voevent ivo://estar.example/alive#7 iamalive');
    for (const namespace of TRANSPORT_NAMESPACES) {
      const prefix = namespace === '' ? '' : 't';
      assert.equal(scan(transport('iamalive', { namespace, prefix })), 'transport undefined iamalive');
    }
    for (const other of [
      '<voevent/>',
      '<VOEvents/>',
      '<html><VOEvents/></html>',
      '<voe:/>',
      '<a:b:VOEvent ivorn="x">',
    ]) {
      assert.match(scan(other), /^unknown undefined/, other);
    }
  });

  it('is found behind whatever may stand before the root', () => {
    const prologs = {
      'a byte order mark': '\ufeff',
      'white space': ' \r\n\t',
      'a declaration': `<?xml version = '1.0' encoding = 'UTF-8' standalone="yes"?>\n`,
      'a comment with a root tag in it': '<!-- <VOEvent ivorn="ivo://false#1" role="observation"> -->',
      'a comment that closes a tag': '<!-- > --><!---->',
      instructions: `<?xml-stylesheet href="a.xsl" type="text/xsl"?><?pi <VOEvent ivorn="ivo://false#1"> ?>`,
      'a DOCTYPE': '<!DOCTYPE voe:VOEvent SYSTEM "voevent.dtd">',
      'a DOCTYPE with declarations': '<!DOCTYPE a [<!ENTITY b "<VOEvent ivorn=\'ivo://false#1\'>">]>\n',
      'all of it': '\ufeff<?xml version="1.0"?> <!-- a --> <!DOCTYPE a> <!-- b --><?c d?>\n',
      'a long comment': `<!-- > ${'x'.repeat(5_000)} -->`,
      'a long instruction': `<?pi > ${'x'.repeat(5_000)} ?>`,
      'a very long comment': `<!-- ${'x'.repeat(60_000)} -->`,
    };
    for (const [name, prolog] of Object.entries(prologs)) {
      assert.equal(scan(prolog + EVENT), FOUND, name);
      assert.equal(scanEnvelope(Buffer.from(prolog + EVENT)).hasDoctype, prolog.includes('DOCTYPE'), name);
    }
  });

  it('is read from attributes in either quotes, spaced in any way, in any order', () => {
    const roots = [
      `<VOEvent role='test' ivorn='${IVORN}'>`,
      `<VOEvent\n\trole = "test"\r\n ivorn\n=\n'${IVORN}'\n>`,
      `<VOEvent title="a > b 'c' <ivorn" other='ivorn="ivo://false#1"' ivorn="${IVORN}" role="test"/>`,
      `<VOEvent xivorn="ivo://false#1" x:ivorn="ivo://false#2" ivorn="${IVORN}" role="test">`,
      `<VOEvent ${Array.from({ length: 500 }, (_, index) => `xmlns:n${index}="urn:n"`).join(' ')} ivorn="${IVORN}" role="test">`,
    ];
    for (const root of roots) assert.equal(scan(`${root}</VOEvent>`), FOUND, root.slice(0, 100));
  });

  it('has the references in an ivorn resolved', () => {
    assert.equal(
      scan(`<VOEvent ivorn="ivo://a/b#c&amp;d&lt;&gt;&quot;&apos;&#65;&#x42;"/>`),
      `voevent ivo://a/b#c&d<>"'AB undefined`,
    );
    assert.equal(unescapeXml('&amp;lt; &none; &#0; &#x110000; &'), '&lt; &none; &#0; &#x110000; &');
  });

  it('is that of VOEvent 1.0, which called the identifier id', () => {
    assert.equal(scan(FULL_1_0), 'voevent ivo://uk.example/old#1 test');
  });

  it('is read in every encoding that XML parsers must know, and in ISO-8859-1', () => {
    const event = EVENT.replace(IVORN, 'ivo://example.org/s#é');
    const found = 'voevent ivo://example.org/s#é test';
    assert.equal(scan(Buffer.from(event)), found);
    assert.equal(scan(Buffer.from(`<?xml version="1.0" encoding="iso-8859-1"?>${event}`, 'latin1')), found);
    for (const mark of ['\ufeff', '']) {
      const wide = Buffer.from(`${mark}<?xml version="1.0" encoding="UTF-16"?>${event}`, 'utf16le');
      assert.equal(scan(wide), found, `little-endian, ${mark.length} mark`);
      assert.equal(scan(Buffer.from(wide).swap16()), found, `big-endian, ${mark.length} mark`);
    }
  });

  it('of an alert that cannot be made out is found wherever it stands', () => {
    for (const broken of [
      `<VOEvent role=test ivorn="${IVORN}" role="test">`,
      `no XML <voe:VOEvent ivorn='${IVORN}' role='test'`,
      `<VOEvent role="test" ivorn="${IVORN}"`,
      `<!-- never closed <VOEvent role="test" ivorn="${IVORN}">`,
    ]) {
      assert.equal(scan(broken), FOUND, broken);
      assert.deepEqual(scanEnvelope(Buffer.from(broken)).element, { start: 0, end: Buffer.byteLength(broken) });
    }
  });

  it('of no document at all is unknown', () => {
    for (const nothing of ['', ' ', '<', '<?xml version="1.0"?>', 'VOEvent ivorn="ivo://a#1"', '<!-- -->']) {
      assert.equal(scan(nothing), 'unknown undefined undefined', nothing);
    }
  });
});

describe('the scan', () => {
  it('never throws, whatever the bytes, and stays within them', () => {
    const fragment = fc.constantFrom(
      ...['<', '>', '/', '"', "'", '=', ' ', '&', '<!--', '-->', '<?', '?>', '<!DOCTYPE', '[', ']', '</', '/>', ':'],
      ...['VOEvent', 'Transport', 'ivorn="', 'role', '<VOEvent ', '</VOEvent>', '\ufeff', '\u0000', 'é', 'a'],
    );
    const text = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(''));
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
      text.map((one) => Buffer.from(one)),
      text.map((one) => Buffer.from(`\ufeff${one}`, 'utf16le')),
      text.map((one) => Buffer.from(`\ufeff${one}`, 'utf16le').swap16()),
    );
    fc.assert(
      fc.property(bytes, (payload) => {
        const { element } = scanEnvelope(payload);
        assert.ok(element.start >= 0 && element.start <= element.end && element.end <= payload.length);
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a time that grows with the document and not faster', () => {
    const size = 200_000;
    const hostile = [
      ...[' ', '<', '<a:', '<!--', '<!---->', '<?', '<!DOCTYPE [', '<a a=""', ' ivorn', '</VOEvent', 'a:'],
      ...['-->', '?>', '<!-- -->', '<?a?>'],
    ];
    const heads = ['', '<', '<!DOCTYPE ', '<!DOCTYPE [', '<VOEvent ', '<VOEvent>', '<VOEvent ivorn="', '<!-- '];
    for (const head of heads) {
      for (const unit of hostile) {
        const text = head + unit.repeat(size / unit.length);
        for (const payload of [Buffer.from(text), Buffer.from(`\ufeff${text}`, 'utf16le')]) {
          const before = performance.now();
          scanEnvelope(payload);
          // A quadratic scan of this much would take minutes.
          assert.ok(performance.now() - before < 1_000, `${JSON.stringify(head)} and then ${JSON.stringify(unit)}`);
        }
      }
    }
  });

  it('takes less than a millisecond for an ordinary packet', () => {
    const packet = voevent(IVORN, 'test', '<Param name="a" value="b"/>'.repeat(200));
    for (let warm = 0; warm < 1_000; warm++) scanEnvelope(packet);
    const before = performance.now();
    for (let run = 0; run < 100; run++) scanEnvelope(packet);
    assert.ok(performance.now() - before < 100);
  });
});

describe('escaping', () => {
  it('and unescaping give the text again', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        assert.equal(unescapeXml(escapeXml(text)), text);
        assert.doesNotMatch(escapeXml(text), /[<>"]/);
      }),
    );
  });

  it('replaces characters that no XML document can hold', () => {
    assert.equal(escapeXml('a\u0001b\ufffec\ud800d\te'), 'a\ufffdb\ufffdc\ufffdd\te');
  });
});
