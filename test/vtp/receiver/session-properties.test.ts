import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { type Envelope, scanEnvelope } from '../../../src/alert/envelope.ts';
import type { FrameEvent } from '../../../src/vtp/frame.ts';
import { parseTransport } from '../../../src/vtp/message.ts';
import {
  ended,
  examined,
  gaveUp,
  openReceiverSession,
  type ReceiverSessionSettings,
  type ReceiverStep,
  stored,
  submitted,
  tick,
} from '../../../src/vtp/receiver/session.ts';
import { transport, voevent } from '../../support/packets.ts';
import { digest } from '../subscriber/subscription.ts';

/** Whatever an author, the clock and the disk do, in any order. */
type Happening =
  | { readonly type: 'frame'; readonly event: FrameEvent }
  | { readonly type: 'examined' | 'refused' | 'stored' | 'ended' | 'gave up' }
  | { readonly type: 'tick'; readonly ms: number; readonly isMidFrame: boolean };

const payload = fc.oneof(
  fc.nat(20).map((number) => voevent(`ivo://example.org/s#${number}`)),
  fc.constantFrom('ack', 'nak', 'iamalive', 'authenticate', 'hello').map((role) => transport(role)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const event: fc.Arbitrary<FrameEvent> = fc.oneof(
  payload.map((bytes) => ({ type: 'message', payload: bytes }) as const),
  fc.constantFrom(
    { type: 'empty' } as const,
    { type: 'oversized', length: 600_000, head: voevent() } as const,
    { type: 'little-endian', length: 300 } as const,
    { type: 'absurd', length: 4_000_000_000 } as const,
  ),
);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: event.map((one) => ({ type: 'frame', event: one }) as const) },
  {
    weight: 4,
    arbitrary: fc.constantFrom('examined' as const, 'refused' as const, 'stored' as const).map((type) => ({ type })),
  },
  { weight: 1, arbitrary: fc.constantFrom('ended' as const, 'gave up' as const).map((type) => ({ type })) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('tick' as const), ms: fc.nat(30_000), isMidFrame: fc.boolean() }),
  },
);

it('every event is answered once at the most, only when it is on disk or refused, and nothing after the end', () => {
  const keepOpen = fc.constantFrom(undefined, 300_000);
  fc.assert(
    fc.property(keepOpen, fc.array(happening, { maxLength: 60 }), (keepOpenMs, happenings) => {
      const settings: ReceiverSessionSettings = {
        ...{ identity: 'ivo://example.org/us', timeoutMs: 20_000, keepOpenMs, maxFrame: 512_000 },
      };
      let now = 1_795_341_600_000;
      let session = openReceiverSession(now);
      const toExamine: { packet: Buffer; envelope: Envelope }[] = [];
      const toStore: Envelope[] = [];
      const onDisk: string[] = [];
      let closed = false;
      const take = (step: ReceiverStep) => {
        session = step.session;
        assert.ok(session.pending >= 0);
        for (const output of step.outputs) {
          assert.ok(!closed, `${output.type} after the end`);
          if (output.type === 'examine') toExamine.push(output);
          if (output.type === 'store') toStore.push(output.envelope);
          if (output.type === 'close') closed = true;
          const answer = output.type === 'send' ? parseTransport(Buffer.from(output.payload)) : undefined;
          if (answer?.role !== 'ack') continue;
          const at = onDisk.indexOf(answer.origin ?? '');
          assert.notEqual(at, -1, 'an ack for what is not on disk');
          onDisk.splice(at, 1);
        }
      };
      for (const one of happenings) {
        const [next] = toExamine;
        switch (one.type) {
          case 'frame':
            take(submitted(session, one.event, settings, now));
            break;
          case 'examined':
          case 'refused': {
            if (next === undefined) break;
            toExamine.shift();
            take(
              examined(session, next.packet, next.envelope, one.type === 'refused' ? 'no' : undefined, settings, now),
            );
            break;
          }
          case 'stored': {
            const envelope = toStore.shift();
            if (envelope === undefined) break;
            onDisk.push(envelope.ivorn ?? '');
            take(stored(session, envelope, digest, settings, now));
            break;
          }
          case 'ended':
            take(ended(session, 'gone'));
            break;
          case 'gave up':
            take(gaveUp(session, 'cannot be told'));
            break;
          case 'tick':
            now += one.ms;
            take(tick(session, one.isMidFrame, settings, now));
            break;
        }
      }
    }),
    { numRuns: 500 },
  );
});

it('an event that is to be kept is one that was examined, bytes and all', () => {
  const packet = voevent('ivo://example.org/s#1');
  const settings = { identity: 'ivo://example.org/us', timeoutMs: 1, keepOpenMs: undefined, maxFrame: 1_024 };
  const { session } = submitted(openReceiverSession(0), { type: 'message', payload: packet }, settings, 0);
  const [output] = examined(session, packet, scanEnvelope(packet), undefined, settings, 0).outputs;
  assert.ok(output?.type === 'store' && output.packet === packet);
});
