import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseXml } from '../../src/alert/xml/xml.ts';
import { buildTransport, parseTransport, TRANSPORT_ROLES } from '../../src/vtp/message.ts';
import { TRANSPORT_NAMESPACES, transport } from '../support/packets.ts';

const NOW = '2026-11-22T10:00:00.000Z';

describe('reading a Transport message', () => {
  it('goes by the local name, with every namespace and prefix seen in the field', () => {
    for (const namespace of TRANSPORT_NAMESPACES) {
      for (const prefix of namespace === '' ? [''] : ['trn', 'tr-1', '']) {
        const message = parseTransport(transport('iamalive', { namespace, prefix }));
        const label = `${prefix}:${namespace}`;
        assert.equal(message?.role, 'iamalive', label);
        assert.equal(message.namespace, namespace === '' ? undefined : namespace, label);
        assert.equal(message.origin, 'ivo://example.org/broker', label);
        assert.equal(message.timeStamp, '2026-11-22T10:00:00Z', label);
      }
    }
  });

  it('knows the four roles of VTP 2.0 §6, in any case, and no other', () => {
    for (const role of TRANSPORT_ROLES) assert.equal(parseTransport(transport(role))?.role, role);
    assert.equal(parseTransport(transport('IamAlive'))?.role, 'iamalive');
    for (const role of ['', 'observation', 'acknowledge']) assert.equal(parseTransport(transport(role)), undefined);
  });

  it('reads Response, Meta/Param and Meta/Result', () => {
    const content =
      '<Origin> ivo://example.org/s#a&amp;b </Origin><Response>ivo://example.org/us</Response><TimeStamp>2026-11-22T10:00:00Z</TimeStamp>' +
      '<Meta><Param name="stored" ucd="meta.ref.url" value="https://example.org/a?b&amp;c"/><Param name="old">text</Param>' +
      '<Result>not a valid &lt;VOEvent&gt;</Result></Meta>';
    assert.deepEqual(parseTransport(transport('nak', { content })), {
      role: 'nak',
      version: '1.0',
      namespace: TRANSPORT_NAMESPACES[0],
      origin: 'ivo://example.org/s#a&b',
      response: 'ivo://example.org/us',
      timeStamp: '2026-11-22T10:00:00Z',
      result: 'not a valid <VOEvent>',
      params: [
        { name: 'stored', value: 'https://example.org/a?b&c' },
        { name: 'old', value: 'text' },
      ],
      filters: [],
    });
  });

  it('gives undefined for what has everything missing', () => {
    const message = parseTransport(Buffer.from('<Transport role="ack"/>'));
    assert.deepEqual(message, {
      ...{ role: 'ack', version: '', namespace: undefined, origin: undefined, response: undefined },
      ...{ timeStamp: undefined, result: undefined, params: [], filters: [] },
    });
  });

  it('gives nothing for another root, and never throws', () => {
    for (const document of ['', '<', '<VOEvent role="iamalive"/>', '<Transport role="ack"', 'Transport role="ack"']) {
      assert.equal(parseTransport(Buffer.from(document)), undefined, document);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void parseTransport(Buffer.from(bytes))));
  });
});

describe('building a Transport message', () => {
  it('puts the children in the order of VTP 2.0 §6: Origin, Response, TimeStamp, Meta', () => {
    const text = buildTransport({
      ...{ role: 'nak', timeStamp: NOW, result: 'no' },
      ...{ response: 'ivo://example.org/us', origin: 'ivo://example.org/s#1' },
    });
    assert.deepEqual(
      parseXml(text)?.children.map(({ name }) => name),
      ['Origin', 'Response', 'TimeStamp', 'Meta'],
    );
    assert.match(
      text,
      /^<\?xml version="1.0" encoding="UTF-8"\?>\n<trn:Transport role="nak" version="1.0" xmlns:trn="/,
    );
  });

  it('puts Params into Meta, and a Result after them', () => {
    const text = buildTransport({
      ...{ role: 'ack', origin: 'ivo://example.org/s#1', timeStamp: NOW, result: 'kept' },
      params: [
        { name: 'stored', value: 'http://host/?a&b' },
        { name: 'a"b', value: '<' },
      ],
    });
    assert.ok(
      text.includes(
        '<Meta><Param name="stored" value="http://host/?a&amp;b"/>' +
          '<Param name="a&quot;b" value="&lt;"/><Result>kept</Result></Meta>',
      ),
      text,
    );
    assert.deepEqual(parseTransport(Buffer.from(text))?.params, [
      { name: 'stored', value: 'http://host/?a&b' },
      { name: 'a"b', value: '<' },
    ]);
  });

  it('leaves out Response and Meta when there is nothing to say', () => {
    const root = parseXml(buildTransport({ role: 'ack', origin: 'ivo://example.org/s#1', timeStamp: NOW }));
    assert.deepEqual(
      root?.children.map(({ name }) => name),
      ['Origin', 'TimeStamp'],
    );
  });

  it('escapes what an ivorn may hold', () => {
    const origin = 'ivo://example.org/s#a&b<c>d"e\'f';
    const text = buildTransport({ role: 'ack', origin, timeStamp: NOW });
    assert.ok(text.includes('ivo://example.org/s#a&amp;b&lt;c&gt;d&quot;e'), text);
    assert.equal(parseTransport(Buffer.from(text))?.origin, origin);
  });

  it('and reading it give the same fields, whatever they hold', () => {
    const words = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => `x${text}x`);
    fc.assert(
      fc.property(
        fc.constantFrom(...TRANSPORT_ROLES),
        words,
        fc.option(words),
        fc.option(words),
        (role, origin, response, result) => {
          // A parser makes one line feed of each carriage return (XML 1.0 §2.11); an ivorn has none.
          fc.pre(!`${origin}${response}${result}`.includes('\r'));
          const fields = {
            ...{ role, origin, timeStamp: NOW },
            ...(response === null ? {} : { response }),
            ...(result === null ? {} : { result }),
          };
          const message = parseTransport(Buffer.from(buildTransport(fields)));
          assert.deepEqual(
            { role: message?.role, origin: message?.origin, response: message?.response, result: message?.result },
            { role, origin, response: response ?? undefined, result: result ?? undefined },
          );
        },
      ),
    );
  });
});
