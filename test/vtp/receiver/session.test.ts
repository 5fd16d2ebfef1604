import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scanEnvelope } from '../../../src/alert/envelope.ts';
import { parseTransport } from '../../../src/vtp/message.ts';
import {
  ended,
  examined,
  gaveUp,
  openReceiverSession,
  type ReceiverOutput,
  type ReceiverSession,
  type ReceiverSessionSettings,
  stored,
  submitted,
  tick,
} from '../../../src/vtp/receiver/session.ts';
import { ESTAR_IAMALIVE, transport, voevent } from '../../support/packets.ts';
import { digest } from '../subscriber/subscription.ts';

const SETTINGS: ReceiverSessionSettings = {
  identity: 'ivo://example.org/us',
  timeoutMs: 20_000,
  keepOpenMs: undefined,
  maxFrame: 512_000,
};
const KEEPING = { ...SETTINGS, keepOpenMs: 300_000 };
const NOW = 1_795_341_600_000;
const PACKET = voevent('ivo://example.org/s#1');
const ENVELOPE = scanEnvelope(PACKET);

const message = (payload: Buffer) => ({ type: 'message', payload }) as const;
const kinds = (outputs: readonly ReceiverOutput[]) => outputs.map(({ type }) => type);
const answerOf = (outputs: readonly ReceiverOutput[]) => {
  const sent = outputs.find((output) => output.type === 'send');
  return parseTransport(Buffer.from(sent?.payload ?? ''));
};
/** A session that has an event in hand. */
const withEvent = (settings = SETTINGS, session = openReceiverSession(NOW)): ReceiverSession =>
  submitted(session, message(PACKET), settings, NOW).session;

describe('R2 and R3 (VTP 2.0 §7.1, §7.2), an author sends an event', () => {
  it('which is examined, then kept, then acknowledged, and the connection ends', () => {
    const first = submitted(openReceiverSession(NOW), message(PACKET), SETTINGS, NOW);
    assert.deepEqual(first.outputs, [{ type: 'examine', packet: PACKET, envelope: ENVELOPE }]);
    const second = examined(first.session, PACKET, ENVELOPE, undefined, SETTINGS, NOW);
    assert.deepEqual(second.outputs, [{ type: 'store', packet: PACKET, envelope: ENVELOPE }]);
    const third = stored(second.session, ENVELOPE, digest, SETTINGS, NOW);
    assert.deepEqual(kinds(third.outputs), ['send', 'close']);
    const ack = answerOf(third.outputs);
    assert.deepEqual(
      [ack?.role, ack?.origin, ack?.response, ack?.timeStamp],
      ['ack', 'ivo://example.org/s#1', SETTINGS.identity, new Date(NOW).toISOString()],
    );
  });

  it('which is refused with the reason, and that is in the log', () => {
    const step = examined(withEvent(), PACKET, ENVELOPE, 'It has no <Who>', SETTINGS, NOW);
    assert.deepEqual(kinds(step.outputs), ['note', 'send', 'close']);
    const nak = answerOf(step.outputs);
    assert.deepEqual([nak?.role, nak?.origin, nak?.result], ['nak', 'ivo://example.org/s#1', 'It has no <Who>']);
  });

  it('and another on the same connection, which gets no answer: it is sent again', () => {
    assert.deepEqual(submitted(withEvent(), message(PACKET), SETTINGS, NOW).outputs, []);
  });

  it('that is too large, which is refused by its name', () => {
    const event = { type: 'oversized', length: 600_000, head: PACKET } as const;
    const nak = answerOf(submitted(openReceiverSession(NOW), event, SETTINGS, NOW).outputs);
    assert.equal(nak?.origin, 'ivo://example.org/s#1');
    assert.match(nak?.result ?? '', /600000 bytes; no more than 512000/);
  });

  it('that is none, which is refused', () => {
    const nak = answerOf(submitted(openReceiverSession(NOW), message(Buffer.from('hello')), SETTINGS, NOW).outputs);
    assert.deepEqual([nak?.role, nak?.origin, nak?.result], ['nak', undefined, 'It is no VOEvent']);
  });

  it('and goes before it is kept: it is answered all the same', () => {
    const gone = ended(withEvent(), 'the author closed the connection');
    assert.deepEqual(gone.outputs, []);
    assert.deepEqual(kinds(stored(gone.session, ENVELOPE, digest, SETTINGS, NOW).outputs), ['send', 'close']);
  });

  it('that cannot be told to be good or bad: no answer, so that it comes again', () => {
    const step = gaveUp(withEvent(), 'the event could not be examined');
    assert.deepEqual(kinds(step.outputs), ['close']);
    assert.deepEqual(stored(step.session, ENVELOPE, digest, SETTINGS, NOW).outputs, []);
  });
});

describe('an author that keeps its connection open', () => {
  it('sends event after event, each with its answer', () => {
    let session = withEvent(KEEPING);
    session = submitted(session, message(PACKET), KEEPING, NOW).session;
    assert.equal(session.pending, 2);
    const first = stored(session, ENVELOPE, digest, KEEPING, NOW);
    assert.deepEqual(kinds(first.outputs), ['send']);
    const second = examined(first.session, PACKET, ENVELOPE, 'no', KEEPING, NOW);
    assert.deepEqual(kinds(second.outputs), ['note', 'send']);
    assert.equal(second.session.pending, 0);
  });

  it('is closed when it has been silent for long, and when it has gone and all is answered', () => {
    const { session } = stored(withEvent(KEEPING), ENVELOPE, digest, KEEPING, NOW);
    assert.deepEqual(tick(session, false, KEEPING, NOW + 299_999).outputs, []);
    assert.deepEqual(kinds(tick(session, false, KEEPING, NOW + 300_000).outputs), ['close']);
    assert.deepEqual(kinds(ended(session, 'gone').outputs), ['close']);
    const waiting = ended(withEvent(KEEPING), 'gone').session;
    assert.deepEqual(kinds(stored(waiting, ENVELOPE, digest, KEEPING, NOW).outputs), ['send', 'close']);
  });
});

describe('an author that is slow', () => {
  const session = openReceiverSession(NOW);

  it('has its time for the first event, and no more', () => {
    assert.deepEqual(tick(session, false, SETTINGS, NOW + 19_999).outputs, []);
    const [close] = tick(session, false, SETTINGS, NOW + 20_000).outputs;
    assert.deepEqual(close, { type: 'close', reason: 'the author sent nothing for 20s' });
  });

  it('has its time for each message, however many bytes trickle in', () => {
    let step = tick(session, true, KEEPING, NOW + 1_000);
    step = tick(step.session, true, KEEPING, NOW + 15_000);
    assert.deepEqual(step.outputs, []);
    step = tick(step.session, false, KEEPING, NOW + 16_000);
    assert.equal(step.session.frameSince, undefined);
    step = tick(step.session, true, KEEPING, NOW + 17_000);
    step = tick({ ...step.session, events: 1, quietSince: NOW + 17_000 }, true, KEEPING, NOW + 37_000);
    assert.deepEqual(step.outputs, [{ type: 'close', reason: 'a message was still not whole after 20s' }]);
  });

  it('has its time by a clock that nobody sets', () => {
    const open = openReceiverSession(0);
    for (const now of [NOW - 3_600_000, NOW + 3_600_000]) {
      const waiting = submitted(open, message(PACKET), KEEPING, now, 10_000).session;
      const answered = stored(waiting, ENVELOPE, digest, KEEPING, NOW, 11_000).session;
      assert.deepEqual(tick(waiting, false, KEEPING, 29_999).outputs, []);
      assert.deepEqual(tick(answered, false, KEEPING, 310_999).outputs, []);
      assert.deepEqual(kinds(tick(answered, false, KEEPING, 311_000).outputs), ['close']);
    }
  });

  it('is not kept waiting for ever by a full disk', () => {
    const waiting = withEvent();
    assert.deepEqual(tick(waiting, false, SETTINGS, NOW + 19_000).outputs, []);
    const [close] = tick(waiting, false, SETTINGS, NOW + 20_000).outputs;
    assert.deepEqual(close, { type: 'close', reason: 'an event could not be kept within 20s' });
  });
});

describe('what else an author may send', () => {
  const respond = (payload: Buffer) => submitted(openReceiverSession(NOW), message(payload), SETTINGS, NOW).outputs;

  it('an iamalive and an authenticate are answered', () => {
    for (const role of ['iamalive', 'authenticate']) {
      const answer = answerOf(respond(transport(role)));
      assert.deepEqual(
        [answer?.role, answer?.origin, answer?.response],
        [role, 'ivo://example.org/broker', SETTINGS.identity],
      );
    }
    assert.deepEqual(respond(ESTAR_IAMALIVE), [{ type: 'send', payload: ESTAR_IAMALIVE }]);
  });

  it('a receipt is passed over, and nonsense ends the connection', () => {
    assert.deepEqual(kinds(respond(transport('ack'))), ['note']);
    assert.deepEqual(kinds(respond(transport('hello'))), ['close']);
    const absurd = submitted(openReceiverSession(NOW), { type: 'absurd', length: 4e9 }, SETTINGS, NOW);
    assert.deepEqual(kinds(absurd.outputs), ['close']);
    assert.deepEqual(
      submitted(absurd.session, message(PACKET), SETTINGS, NOW).outputs,
      [],
      'and nothing after it is taken',
    );
  });
});
