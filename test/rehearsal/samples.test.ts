import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';
import { SAMPLE_COUNT, samplePacket } from '../../src/rehearsal/samples.ts';

const NOW = new Date('2026-11-22T10:00:05.250Z');
// Reads the official schema in ../shared/data/schemas.
const SCHEMA = new URL('../../../shared/data/schemas/VOEvent-v2.0.xsd', import.meta.url);

describe('the sample alerts', () => {
  let decoder: Decoder;
  before(async () => {
    decoder = await createDecoder();
  });
  const packets = (from = 0) =>
    Array.from({ length: SAMPLE_COUNT }, (_, index) => samplePacket(from + index, 'run', NOW));
  const decode = (packet: Buffer): Alert => decoder.decode(packet, { source: 's', receivedAt: '' });

  it('all decode, dated now', () => {
    assert.ok(SAMPLE_COUNT >= 8);
    for (const alert of packets().map(decode)) {
      assert.equal(alert.date, NOW.toISOString(), alert.ivorn);
      assert.ok(
        alert.params.length > 0 && alert.description !== undefined && alert.stream.startsWith('voeventd.rehearsal/'),
      );
    }
  });

  it('show what a site must cope with: every role and kind, a marked test, and alerts without a position', () => {
    const alerts = packets().map(decode);
    const values = (field: keyof Alert) => new Set(alerts.map((alert) => alert[field]));
    assert.deepEqual(values('role'), new Set(['observation', 'test', 'utility', 'prediction']));
    assert.ok(values('kind').has('retraction'));
    assert.ok(alerts.some(({ role, test }) => role === 'observation' && test));
    assert.ok(alerts.some(({ role, ra }) => role === 'observation' && ra === undefined));
  });

  it('cite one another by identifiers of the same round', () => {
    const alerts = packets(SAMPLE_COUNT).map(decode);
    const cited = alerts.flatMap(({ citations }) => citations.map(({ ivorn }) => ivorn));
    assert.ok(cited.length > 0);
    for (const ivorn of cited)
      assert.ok(
        alerts.some((alert) => alert.ivorn === ivorn),
        ivorn,
      );
  });

  it('are other alerts in every round and every run', () => {
    const all = [...packets(), ...packets(SAMPLE_COUNT), samplePacket(0, 'other run', NOW)].map(decode);
    assert.equal(new Set(all.map(({ ivorn }) => ivorn)).size, all.length);
    assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  });

  it('are valid against the VOEvent 2.0 schema', {
    skip: existsSync(SCHEMA) ? false : 'there is no ../shared/data/schemas',
  }, () => {
    using schema = XmlDocument.fromBuffer(readFileSync(SCHEMA));
    using validator = XsdValidator.fromDoc(schema);
    for (const packet of packets()) {
      using document = XmlDocument.fromBuffer(packet);
      validator.validate(document);
    }
  });
});
