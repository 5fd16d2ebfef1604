import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type BroadcastOutput,
  type BroadcastSession,
  type BroadcastSessionSettings,
  filterComplaint,
  heard,
  openBroadcastSession,
  tick,
} from '../../../src/vtp/broadcaster/session.ts';
import { parseTransport } from '../../../src/vtp/message.ts';
import { ESTAR_IAMALIVE, TRANSPORT_NAMESPACES, transport, voevent } from '../../support/packets.ts';

const SETTINGS: BroadcastSessionSettings = {
  identity: 'ivo://example.org/us',
  iamaliveMs: 60_000,
  maxUnacknowledged: 10,
};
const NOW = 1_795_341_600_000;
const US =
  '<Origin>ivo://example.org/us</Origin><Response>ivo://example.org/them</Response><TimeStamp>2026-11-22T10:00:00Z</TimeStamp>';

const message = (payload: Buffer | string) => ({ type: 'message', payload: Buffer.from(payload) }) as const;
const hear = (session: BroadcastSession, payload: Buffer | string, now = NOW) =>
  heard(session, message(payload), SETTINGS, now);
const sent = (outputs: readonly BroadcastOutput[]) =>
  outputs.flatMap((output) => (output.type === 'send' ? [parseTransport(Buffer.from(output.payload))] : []));
const kinds = (outputs: readonly BroadcastOutput[]) => outputs.map(({ type }) => type);
const opened = () => openBroadcastSession(SETTINGS, NOW).session;

it('R12 (VTP 2.0 §9), one who connects is asked who it is', () => {
  const [ask] = sent(openBroadcastSession(SETTINGS, NOW).outputs);
  assert.deepEqual([ask?.role, ask?.origin, ask?.response], ['authenticate', 'ivo://example.org/us', undefined]);
});

describe('R5 (VTP 2.0 §5, §7.3), iamalive', () => {
  it('is sent at intervals, whatever else is', () => {
    let session = opened();
    assert.deepEqual(tick(session, 0, SETTINGS, NOW + 59_999).outputs, []);
    for (let at = NOW + 60_000; at < NOW + 600_000; at += 60_000) {
      const step = tick(session, 0, SETTINGS, at);
      assert.deepEqual(
        sent(step.outputs).map((one) => [one?.role, one?.origin]),
        [['iamalive', 'ivo://example.org/us']],
      );
      session = hear(step.session, transport('iamalive', { content: US }), at + 5).session;
      session = hear(session, transport('ack', { content: US }), at + 10).session;
    }
  });

  it('is sent and awaited by a clock that nobody sets, and stamped by the other', () => {
    const { session } = openBroadcastSession(SETTINGS, NOW, 0);
    for (const now of [NOW - 3_600_000, NOW + 3_600_000]) {
      assert.deepEqual(tick(session, 0, SETTINGS, now, 59_999).outputs, []);
      const asked = tick(session, 0, SETTINGS, now, 60_000);
      assert.deepEqual(
        sent(asked.outputs).map((one) => one?.timeStamp),
        [new Date(now).toISOString()],
      );
      assert.deepEqual(tick(asked.session, 0, SETTINGS, NOW, 119_999).outputs, []);
    }
  });

  it('that is not answered by the next ends the connection', () => {
    const asked = tick(opened(), 0, SETTINGS, NOW + 60_000).session;
    assert.deepEqual(tick(asked, 0, SETTINGS, NOW + 119_999).outputs, []);
    assert.deepEqual(tick(asked, 0, SETTINGS, NOW + 120_000).outputs, [
      { type: 'close', reason: 'it has not answered an iamalive for 1m' },
    ]);
    const acks = hear(asked, transport('ack', { content: US }), NOW + 70_000).session;
    assert.deepEqual(kinds(tick(acks, 0, SETTINGS, NOW + 120_000).outputs), ['close'], 'an ack is no answer');
  });

  it('is answered in every namespace, and by the eSTAR client with what it was asked with', () => {
    for (const namespace of TRANSPORT_NAMESPACES) {
      const asked = tick(opened(), 0, SETTINGS, NOW + 60_000).session;
      const { session } = hear(asked, transport('iamalive', { namespace, content: US }), NOW + 61_000);
      assert.deepEqual(kinds(tick(session, 0, SETTINGS, NOW + 120_000).outputs), ['send'], namespace);
    }
    const asked = tick(opened(), 0, SETTINGS, NOW + 60_000).session;
    assert.equal(hear(asked, ESTAR_IAMALIVE).session.isAsked, false);
  });

  it('of the subscriber’s own is answered', () => {
    const [answer] = sent(hear(opened(), transport('iamalive')).outputs);
    assert.deepEqual(
      [answer?.role, answer?.origin, answer?.response],
      ['iamalive', 'ivo://example.org/broker', SETTINGS.identity],
    );
  });
});

describe('R10 (VTP 2.0 §7.4), receipts', () => {
  it('of both kinds settle an alert, and a nak is in the log', () => {
    assert.deepEqual(hear(opened(), transport('ack', { content: US })).outputs, [
      { type: 'receipt', origin: 'ivo://example.org/us' },
    ]);
    const nak = hear(opened(), transport('nak', { content: `${US}<Meta><Result>no</Result></Meta>` }));
    assert.deepEqual(kinds(nak.outputs), ['note', 'receipt']);
    assert.equal(nak.session.receipts, 1);
  });

  it('that are owed for long end the connection', () => {
    assert.deepEqual(kinds(tick(opened(), 9, SETTINGS, NOW + 60_000).outputs), ['send']);
    assert.deepEqual(tick(opened(), 10, SETTINGS, NOW + 60_000).outputs, [
      { type: 'close', reason: 'it owes receipts for 10 alerts sent more than 1m ago' },
    ]);
  });
});

describe('a subscriber that says who it is', () => {
  const authenticate = (meta: string, response = '<Response>ivo://example.org/them</Response>') =>
    transport('authenticate', {
      content: `<Origin>ivo://example.org/us</Origin>${response}<TimeStamp>2026-11-22T10:00:00Z</TimeStamp><Meta>${meta}</Meta>`,
    });

  it('may want a part of the alerts: filters of both kinds', () => {
    const meta =
      '<Param name="xpath-filter" value="//Param[@name=&quot;a&quot;]"/><Param name="other" value="x"/><filter type="xpath">//Group</filter><filter type="regex">x</filter>';
    const step = hear(opened(), authenticate(meta));
    assert.deepEqual(step.outputs, [{ type: 'authenticated', filters: ['//Param[@name="a"]', '//Group'] }]);
    assert.equal(step.session.identity, 'ivo://example.org/them');
  });

  it('may have no name, or give it unasked', () => {
    assert.equal(hear(opened(), authenticate('', '')).session.identity, undefined);
    const unasked = transport('authenticate', {
      content: '<Origin>ivo://example.org/them</Origin><TimeStamp>2026-11-22T10:00:00Z</TimeStamp>',
    });
    assert.equal(hear(opened(), unasked).session.identity, 'ivo://example.org/them');
  });

  it('gets no more filters than there may be, and the log says so', () => {
    const many = '<Param name="xpath-filter" value="1"/>'.repeat(21);
    const long = `<Param name="xpath-filter" value="${'1'.repeat(5_000)}"/>`;
    const step = hear(opened(), authenticate(many + long));
    assert.deepEqual(kinds(step.outputs), ['note', 'authenticated']);
    const [, authenticated] = step.outputs;
    assert.equal(authenticated?.type === 'authenticated' && authenticated.filters.length, 20);
  });

  it('is told of filters that cannot be used with a nak, which it may understand', () => {
    const { session } = hear(opened(), authenticate(''));
    const nak = parseTransport(Buffer.from(filterComplaint(session, 'the filter <a> cannot be used', SETTINGS, NOW)));
    assert.deepEqual(
      [nak?.role, nak?.origin, nak?.response, nak?.result],
      ['nak', 'ivo://example.org/them', 'ivo://example.org/us', 'the filter <a> cannot be used'],
    );
  });
});

it('what belongs elsewhere is passed over, and only a lost stream ends the connection', () => {
  for (const payload of [voevent(), Buffer.from('<html/>'), Buffer.from('garbage'), transport('hello')]) {
    assert.deepEqual(kinds(hear(opened(), payload).outputs), ['note']);
  }
  assert.deepEqual(heard(opened(), { type: 'empty' }, SETTINGS, NOW).outputs, []);
  assert.deepEqual(
    kinds(heard(opened(), { type: 'oversized', length: 1e6, head: Buffer.alloc(0) }, SETTINGS, NOW).outputs),
    ['note'],
  );
  assert.deepEqual(kinds(heard(opened(), { type: 'absurd', length: 4e9 }, SETTINGS, NOW).outputs), ['close']);
});
