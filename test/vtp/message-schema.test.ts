import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { scanEnvelope } from '../../src/alert/envelope.ts';
import { buildTransport, MINI_INTEROP_NAMESPACE, TRANSPORT_ROLES } from '../../src/vtp/message.ts';
import { storedParams } from '../../src/vtp/stored-url.ts';
import { acknowledge } from '../../src/vtp/subscriber/session.ts';
import { voevent } from '../support/packets.ts';
import { digest } from './subscriber/subscription.ts';

// Reads the official schemas in ../shared/data/schemas.
const SCHEMAS = new URL('../../../shared/data/schemas/', import.meta.url);
const skip = existsSync(SCHEMAS) ? false : 'there is no ../shared/data/schemas';
const NOW = '2026-11-22T10:00:00.000Z';

function requireValid(documentText: string, schemaName: string): void {
  using schema = XmlDocument.fromBuffer(readFileSync(new URL(schemaName, SCHEMAS)));
  using validator = XsdValidator.fromDoc(schema);
  using document = XmlDocument.fromString(documentText);
  validator.validate(document);
}

describe('a Transport message we build', { skip }, () => {
  const namespace = 'http://www.telescope-networks.org/xml/Transport/v1.1';

  it('is valid against the Transport 1.1 schema, in every role', () => {
    for (const role of TRANSPORT_ROLES) {
      const fields = { role, namespace, origin: 'ivo://example.org/s#1', timeStamp: NOW };
      requireValid(buildTransport(fields), 'transport-1.1.xsd');
      requireValid(buildTransport({ ...fields, response: 'ivo://example.org/us', result: 'why' }), 'transport-1.1.xsd');
    }
  });

  it('that says where the packet is stored is valid', () => {
    const params = storedParams('http://host:8090/alerts/?a&b=', digest);
    const text = buildTransport({ role: 'ack', namespace, origin: 'ivo://example.org/s#1', timeStamp: NOW, params });
    requireValid(text, 'transport-1.1.xsd');
  });

  it('in the mini-interop dialect is valid against the Transport 0.1 schema', () => {
    const settings = { identity: 'ivo://example.org/us', dialect: 'mini-interop', silenceMs: 1 } as const;
    const ack = acknowledge(scanEnvelope(voevent()), digest, settings, 0);
    assert.ok(ack.includes(MINI_INTEROP_NAMESPACE));
    requireValid(ack, 'transport-0.1.xsd');
  });

  it('would be found out if it were not', () => {
    const text = buildTransport({ role: 'ack', namespace, origin: 'ivo://example.org/s#1', timeStamp: 'yesterday' });
    assert.throws(() => requireValid(text, 'transport-1.1.xsd'), /TimeStamp/);
  });
});

it('a Transport message is well-formed XML whatever the peer wrote into its identifier', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 20 }), (text, bytes) => {
      for (const origin of [text, Buffer.from(bytes).toString('latin1'), `\ud800${text}`, '\u0001\ufffe']) {
        XmlDocument.fromString(buildTransport({ role: 'ack', origin, timeStamp: NOW })).dispose();
      }
    }),
  );
});
