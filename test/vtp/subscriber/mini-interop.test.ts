import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanEnvelope } from '../../../src/alert/envelope.ts';
import { acknowledge, openSession, receive, type SessionSettings } from '../../../src/vtp/subscriber/session.ts';
import { ESTAR_IAMALIVE, TRANSPORT_NAMESPACES, transport, voevent } from '../../support/packets.ts';
import { digest } from './subscription.ts';

const NOW = Date.UTC(2006, 10, 22, 10, 0, 0);
const SETTINGS: SessionSettings = { identity: 'ivo://example.org/us', dialect: 'mini-interop', silenceMs: 150_000 };

describe('the mini-interop dialect, as the eSTAR client spoke it', () => {
  it('sends every iamalive back byte for byte', () => {
    const asked = [
      ESTAR_IAMALIVE,
      ...TRANSPORT_NAMESPACES.map((namespace) =>
        transport('iamalive', { namespace, prefix: namespace === '' ? '' : 'trn' }),
      ),
    ];
    for (const payload of asked) {
      const { outputs } = receive(openSession(NOW), payload, SETTINGS, NOW);
      assert.deepEqual(outputs, [{ type: 'send', payload }]);
    }
  });

  it('acknowledges with a Transport 0.1 whose Origin is itself', () => {
    assert.equal(
      acknowledge(scanEnvelope(voevent()), digest, SETTINGS, NOW),
      '<?xml version="1.0" encoding="UTF-8"?>\n' +
        '<trn:Transport role="ack" version="0.1" xmlns:trn="http://www.telescope-networks.org/xml/Transport/v0.1">' +
        '<Origin>ivo://example.org/us</Origin><TimeStamp>2006-11-22T10:00:00.000Z</TimeStamp></trn:Transport>',
    );
  });

  it('does not say where an event is stored, which eSTAR’s broker did and its client did not', () => {
    const settings = { ...SETTINGS, storedUrl: 'http://host:8090/alerts/' };
    const ack = acknowledge(scanEnvelope(voevent()), digest, settings, NOW);
    assert.equal(ack, acknowledge(scanEnvelope(voevent()), digest, SETTINGS, NOW));
  });

  it('keeps events to be acknowledged as ever', () => {
    const { outputs } = receive(openSession(NOW), voevent(), SETTINGS, NOW);
    assert.equal(outputs[0]?.type === 'store' && outputs[0].acknowledge, true);
  });
});
