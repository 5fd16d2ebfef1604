import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { event, ivornOf, transport } from './support/documents.ts';
import { nodeForAll, startNode } from './support/node.ts';
import { until } from './support/patience.ts';
import { Subscriber, subscribe } from './support/subscriber.ts';
import { dial } from './support/wire.ts';

const names = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

describe('R10: the subscribers of a broker', { concurrency: true }, () => {
  describe('R10: a broker that wants receipts', () => {
    const most = 3;

    test('R10 (VTP 2.0 §7.4): drops a subscriber that owes maxUnacknowledged, though it answers iamalive; keeps one that owes fewer, and those that acknowledge or refuse, each in its own way', async (context) => {
      const node = await startNode(context, { broadcast: { iamalive: '2s', maxUnacknowledged: most } });
      const { subscribers, daemon } = node;
      const [few, many] = [names('few', most - 1), names('many', 2 * most)];
      const [owing, late, ...others] = await Promise.all([
        subscribe(context, subscribers, { receipt: 'none' }),
        subscribe(context, subscribers, { receipt: 'none' }),
        subscribe(context, subscribers, { receipt: (ivorn) => (ivorn.includes('#few-') ? 'none' : 'ack') }),
        subscribe(context, subscribers, { receipt: 'ack' }),
        subscribe(context, subscribers, { receipt: 'nak' }),
        // Names itself in its receipts, as the eSTAR client does.
        subscribe(context, subscribers, {
          dress: (text) => text.replace(/>ivo:[^<]*#[^<]*</, '>ivo://org.example/me<'),
        }),
      ]);
      await publish(context, node.authors(), ...[...few, ...many].map((name) => event(name)));
      await late.gets(`#${many.at(-1)}"`);
      // All at once, the last one first.
      late.wire.send(...[...few, ...many].reverse().map((name) => transport('ack', { origin: ivornOf(name) })));
      await owing.wire.over();
      await daemon.logged(/has gone: it owes receipts for \d alerts sent more than 2s ago/);
      await publish(context, node.authors(), event('after-all'));
      for (const subscriber of [late, ...others]) await subscriber.gets('#after-all"');
    });
  });

  describe('R10: a broker whose subscribers are slow', () => {
    test('R10, R6 (VTP 2.0 §5, §7.4): one that never reads is dropped, and delays no other', async (context) => {
      const node = await startNode(context, {
        broadcast: { iamalive: '2s', maxQueue: 1_048_576, maxUnacknowledged: 1_000 },
      });
      const { subscribers, daemon } = node;
      const stalled = await subscribe(context, subscribers);
      stalled.wire.socket.pause();
      const quick = await subscribe(context, subscribers);
      const what = `<Description>${'x'.repeat(400_000)}</Description>`;
      const packets = names('huge', 20).map((name) => event(name, { what }));
      await publish(context, node.authors(), ...packets);
      await until(() => quick.events.length === packets.length, 'all events at the quick one');
      await daemon.logged(/^Subscriber \S+ has gone: it has not answered an iamalive/);
      await publish(context, node.authors(), event('after'));
      await quick.gets('#after"');
      assert.equal(quick.events.length, packets.length + 1);
    });
  });

  describe('R10: a broker whose subscribers do what they should not', { concurrency: false }, () => {
    const node = nodeForAll(() => ({ broadcast: { maxQueue: 1_048_576 } }));

    for (const [what, bytes] of Object.entries({
      'messages of length zero': [Buffer.alloc(0), Buffer.alloc(0)],
      'what is no XML': [Buffer.from('no XML'), Buffer.from([0xff, 0x00, 0x12])],
      'an event': [event('from-a-subscriber')],
      'a Transport message of an unknown role': [transport('sing')],
      'a message that is much too long': [Buffer.alloc(300_000, 0x20)],
      'receipts for what it never got': [
        transport('ack', { origin: 'ivo://a/b#c' }),
        transport('nak'),
        transport('ack'),
      ],
    })) {
      test(`R10 (VTP 2.0 §7.4): one that sends ${what} stays and gets its events`, async (context) => {
        const subscriber = await subscribe(context, node().subscribers);
        subscriber.wire.send(...bytes);
        const name = `despite-${what.replaceAll(' ', '-')}`;
        await publish(context, node().authors(), event(name));
        await subscriber.gets(`#${name}"`);
        assert.equal(node().kept('#from-a-subscriber"'), 0);
      });
    }

    test('R10 (VTP 2.0 §3): one that announces a message of 4 GB is hung up on', async (context) => {
      const { wire } = await subscribe(context, node().subscribers);
      wire.socket.write(Buffer.from('ffffffff', 'hex'));
      await wire.over();
    });

    test('R10 (VTP 2.0 §3): one that writes lengths least significant byte first is written to likewise', async (context) => {
      const subscriber = new Subscriber(dial(context, node().subscribers), {});
      const { wire } = subscriber;
      const answer = wire.heard;
      wire.heard = (message) => {
        // The first one comes before the broker can know.
        wire.littleEndian = true;
        answer(message);
      };
      await wire.saying(/role="authenticate"/);
      await publish(context, node().authors(), event('swapped'));
      await subscriber.gets('#swapped"');
    });

    test('R10 (VTP 2.0 §7.4): one that does not read for a while delays no other, and gets everything when it does', async (context) => {
      const stalled = await subscribe(context, node().subscribers);
      stalled.wire.socket.pause();
      const quick = await subscribe(context, node().subscribers);
      const what = `<Description>${'x'.repeat(200_000)}</Description>`;
      const packets = names('large', 60).map((name) => event(name, { what }));
      for (let at = 0; at < packets.length; at += 10) {
        await Promise.all(packets.slice(at, at + 10).map((packet) => publish(context, node().authors(), packet)));
      }
      await until(() => quick.events.length === packets.length, 'all events at the quick one');
      assert.ok(stalled.events.length < packets.length);
      stalled.wire.socket.resume();
      await until(() => stalled.events.length === packets.length, 'all events at the other');
      assert.deepEqual(stalled.events, quick.events);
    });
  });
});
