import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setInterval, setTimeout } from 'node:timers/promises';
import { publish } from './support/author.ts';
import { listen } from './support/broker.ts';
import { event, isTransport, transport } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { until } from './support/patience.ts';
import { subscribe } from './support/subscriber.ts';
import { subscribingForAll } from './support/subscribing.ts';
import { dial, type Wire } from './support/wire.ts';

const KEEPING_ALIVE = {
  iamalive: { message: () => transport('iamalive'), answer: /role="iamalive"/ },
  events: { message: (count: number) => event(`keeps-alive-${count}`), answer: /role="ack"/ },
};

/** Sends nothing but this, ten times a second. */
const sending = (what: keyof typeof KEEPING_ALIVE) => async (wire: Wire) => {
  for (let count = 0; !wire.isOver; count += 1) {
    wire.send(KEEPING_ALIVE[what].message(count));
    await setTimeout(100);
  }
};

describe('R6: dead peers', { concurrency: true }, () => {
  describe('R6: the broker’s side', { concurrency: true }, () => {
    const node = nodeForAll(() => ({ broadcast: { iamalive: '2s' } }));

    test('R6 (VTP 2.0 §5, §7.4): a subscriber that does not answer an iamalive is dropped, and those that do are not', async (context) => {
      const alive = await subscribe(context, node().subscribers);
      const dead = await subscribe(context, node().subscribers, { isAlive: false });
      await dead.wire.over();
      assert.equal(dead.wire.texts.filter((text) => /role="iamalive"/.test(text)).length, 1);
      await node().daemon.logged(/has gone: it has not answered an iamalive for 2s/);
      await alive.wire.saying(/role="iamalive"/, 2);
      assert.equal(alive.wire.isOver, false);
    });

    test('R6 (VTP 2.0 §5): a subscriber that only acknowledges events, and answers no iamalive, is dropped too', async (context) => {
      const subscriber = await subscribe(context, node().subscribers, { isAlive: false });
      let count = 0;
      for await (const _ of setInterval(50)) {
        if (subscriber.wire.isOver) break;
        await publish(context, node().authors(), event(`only-acks-${count}`));
        count += 1;
      }
      assert.ok(subscriber.got('#only-acks-') > 0);
    });

    test('R6 (VTP 2.0 §5): one that connects to the broker and never says anything is dropped', async (context) => {
      const wire = dial(context, node().subscribers);
      await wire.over();
      assert.ok(wire.texts.some((text) => isTransport(text, 'iamalive')));
    });
  });

  describe('R6: the subscriber’s side', { concurrency: true }, () => {
    const peer = subscribingForAll({
      silent: { script: (wire) => wire.send(transport('iamalive')), source: { silence: '1s' } },
      noisy: { source: { silence: '1s' } },
      iamalive: { script: sending('iamalive'), source: { silence: '2s' } },
      events: { script: sending('events'), source: { silence: '2s' } },
      closing: {
        script: (wire) => void wire.socket.end(),
        source: { reconnect: { initial: '50ms', max: '400ms' } },
      },
      leaving: {},
      // Nobody listens on port 1.
      second: { before: ['127.0.0.1:1'], source: { reconnect: { initial: '1h', max: '1h' } } },
    });

    test('R6 (VTP 2.0 §5, §7.4): a broker that falls silent is taken for dead, and dialled again', async () => {
      const { node, broker, wire } = await peer('silent');
      await wire.over();
      await node.daemon.logged(/No feed from .*: the broker sent nothing for \d+s/);
      await broker.wire(1);
    });

    test('R6 (VTP 2.0 §5): bytes that are no message do not keep a broker alive', async () => {
      const { broker, wire } = await peer('noisy');
      for await (const _ of setInterval(100)) {
        if (wire.isOver) break;
        wire.send('', 'noise', transport('sing'));
      }
      await broker.wire(1);
    });

    for (const what of ['iamalive', 'events'] as const) {
      test(`R6 (VTP 2.0 §5): a broker that sends nothing but ${what} is kept`, async () => {
        const { broker, wire } = await peer(what);
        await wire.saying(KEEPING_ALIVE[what].answer, 40);
        assert.equal(broker.wires.length, 1);
      });
    }

    test('R6 (VTP 2.0 §7.4): a broker that accepts and closes is dialled again after waits that double, up to the longest', async () => {
      const { broker, node } = await peer('closing');
      await broker.wire(6);
      const shortest = [50, 100, 200, 400, 400, 400].map((wait) => 0.8 * wait);
      for (const [index, least] of shortest.entries()) {
        const wait = (broker.times[index + 1] ?? 0) - (broker.times[index] ?? 0);
        assert.ok(wait >= least - 1, `wait ${index} was ${wait} ms`);
      }
      const lines = node.daemon.log.filter(({ source }) => source === 'closing');
      const announced = lines.flatMap(({ msg }) => /trying \S+ in (\d+)ms/.exec(msg)?.[1] ?? []).map(Number);
      assert.ok(announced.length >= 6);
      for (const [index, wait] of announced.entries())
        assert.ok(wait <= Math.min(400, 60 * 2 ** index), `${announced}`);
    });

    test('R6 (VTP 2.0 §7.4): a broker that cannot be reached is dialled again until it can', async (context) => {
      const { broker, node, wire } = await peer('leaving');
      const closed = broker.close();
      wire.socket.destroy();
      await closed;
      await node.daemon.logged(/No feed from .*ECONNREFUSED/, 2);
      const again = await listen(context, { port: Number(broker.address.split(':')[1]) });
      (await again.wire()).send(event('at-last'));
      await until(() => node.kept('#at-last"') === 1, 'the event');
    });

    test('R6 (VTP 2.0 §7.4): when a broker of the list fails, the next takes its place at once', async () => {
      const { node, wire } = await peer('second');
      await node.daemon.logged(/^No feed from 127\.0\.0\.1:1: .*; trying 127\.0\.0\.1:\d+ now$/);
      wire.send(event('from-the-second'));
      await wire.saying(/role="ack"/);
    });
  });
});
