import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { event, ivornOf, readTransport, transport } from './support/documents.ts';
import { subscribingForAll } from './support/subscribing.ts';
import { frame } from './support/wire.ts';

const isAck = /role="ack"/;

describe('R10: the executable as a subscriber', () => {
  const peer = subscribingForAll({
    burst: {},
    repeating: {},
    babbling: {},
    large: { source: { maxFrame: 2_048 } },
    absurd: {},
    swapped: {
      script: (wire) => {
        wire.littleEndian = true;
      },
    },
    leaving: {},
    breaking: {},
    last: {},
  });

  describe('R10: while it lives', { concurrency: true }, () => {
    test('R10 (VTP 2.0 §7.4): returns a receipt for each event, however many come at once', async () => {
      const { node, wire } = await peer('burst');
      const names = Array.from({ length: 500 }, (_, index) => `burst-${index}`);
      wire.send(...names.map((name) => event(name)));
      await wire.saying(isAck, names.length);
      const origins = wire.texts.map((text) => readTransport(text).origin);
      assert.deepEqual(origins, names.map(ivornOf));
      assert.equal(node.kept('#burst-'), names.length);
    });

    test('R10 (VTP 2.0 §7.4): returns a receipt for an event as often as it comes', async () => {
      const { node, wire } = await peer('repeating');
      wire.send(event('again'), event('again'));
      await wire.saying(isAck, 2);
      wire.send(event('again'));
      await wire.saying(isAck, 3);
      assert.equal(node.kept('#again"'), 1);
    });

    test('R10 (VTP 2.0 §7.4): sends nothing for receipts, for what it cannot read, or for messages of length zero', async () => {
      const { wire } = await peer('babbling');
      wire.send(transport('ack'), transport('nak'), transport('sing'), 'no XML', '', '{"json": true}', event('last'));
      assert.equal(readTransport(await wire.message(0)).origin, ivornOf('last'));
      assert.equal(wire.messages.length, 1);
    });

    test('R10 (VTP 2.0 §3): discards a message over maxFrame, says so, and goes on', async () => {
      const { node, wire } = await peer('large');
      wire.send(event('too-large', { what: `<Description>${'x'.repeat(10_000)}</Description>` }), event('small'));
      await wire.saying(new RegExp(`<Origin>${ivornOf('small')}<`));
      const { ivorn, level } = await node.daemon.logged(/^A message of \d+ bytes was discarded: the limit is 2048/);
      assert.deepEqual([level, ivorn], ['error', ivornOf('too-large')]);
      assert.equal(node.kept('#too-large"'), 0);
    });

    test('R10 (VTP 2.0 §3): hangs up on a broker that announces a message of 4 GB, and dials again', async () => {
      const { broker, node, wire } = await peer('absurd');
      wire.socket.write(Buffer.from('ffffffff', 'hex'));
      await wire.over();
      const again = await broker.wire(1);
      again.send(event('after-4-GB'));
      await again.saying(isAck);
      await node.daemon.logged(/it announced a message of 4294967295 bytes/);
    });

    test('R10 (VTP 2.0 §3): reads lengths least significant byte first, and answers so', async () => {
      const { wire } = await peer('swapped');
      wire.send(event('swapped-1'), transport('iamalive'), event('swapped-2'));
      await wire.saying(isAck, 2);
      await wire.saying(/role="iamalive"/);
    });

    test('R10 (VTP 2.0 §7.4): acknowledges what came in one piece with the broker’s farewell', async () => {
      const { wire } = await peer('leaving');
      wire.socket.end(frame(event('farewell')));
      await wire.saying(isAck);
    });

    test('R10 (VTP 2.0 §7.4): keeps nothing of an event that did not come to its end, and takes it when it comes again', async () => {
      const { broker, node, wire } = await peer('breaking');
      wire.socket.end(frame(event('unfinished')).subarray(0, 200));
      await wire.over();
      assert.equal(node.kept('#unfinished"'), 0);
      const again = await broker.wire(1);
      again.send(event('unfinished'));
      await again.saying(isAck);
      assert.equal(node.kept('#unfinished"'), 1);
    });
  });

  test('R10 (VTP 2.0 §7.4): has given no receipt before the event was on disk', async () => {
    const { node, wire } = await peer('last');
    wire.send(event('on-disk'));
    await wire.saying(isAck);
    await node.kill();
    assert.equal(node.kept('#on-disk"'), 1);
  });
});
