import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { ESTAR_IAMALIVE } from '../../support/packets.ts';
import { publish } from './support/author.ts';
import { event, isTransport, readTransport, transport } from './support/documents.ts';
import { IDENTITY, nodeForAll } from './support/node.ts';
import { Subscriber, subscribe } from './support/subscriber.ts';
import { subscribingForAll } from './support/subscribing.ts';
import { dial } from './support/wire.ts';

const PEER = 'ivo://org.example/peer';

describe('R5: iamalive', { concurrency: true }, () => {
  describe('R5: the broker’s side', { concurrency: false }, () => {
    const node = nodeForAll(() => ({ broadcast: { iamalive: '2s' } }));

    describe('R5: while nothing else is sent', { concurrency: true }, () => {
      test('R5 (VTP 2.0 §5, §7.3): the broker sends iamalive at intervals, to one who gets nothing else', async (context) => {
        const { wire } = await subscribe(context, node().subscribers);
        const { origin, response, role } = readTransport(await wire.saying(/role="iamalive"/, 2));
        assert.deepEqual({ origin, response, role }, { origin: IDENTITY, response: undefined, role: 'iamalive' });
        assert.equal(wire.messages.length, 3, 'an authenticate, and these');
      });

      test('R5 (VTP 2.0 §5): the broker takes the very same bytes for an answer, as the eSTAR client sends them', async (context) => {
        const { wire } = new Subscriber(dial(context, node().subscribers), {});
        wire.heard = (message) => {
          if (isTransport(message, 'iamalive')) wire.send(message);
        };
        await wire.saying(/role="iamalive"/, 2);
        assert.equal(wire.isOver, false);
      });

      test('R5 (VTP 2.0 §5): the broker answers the iamalive of a subscriber with a copy, its own name and a new time', async (context) => {
        const { wire } = await subscribe(context, node().subscribers);
        const timeStamp = '2026-11-22T10:00:00Z';
        wire.send(transport('iamalive', { origin: PEER, timeStamp }));
        const answer = readTransport(await wire.saying(new RegExp(`role="iamalive".*<Origin>${PEER}<`)));
        assert.equal(answer.response, IDENTITY);
        assert.notEqual(answer.timeStamp, timeStamp);
      });
    });

    test('R5 (VTP 2.0 §5, §7.3): the broker sends iamalive at intervals, whatever else it sends', async (context) => {
      const subscriber = await subscribe(context, node().subscribers);
      let count = 0;
      for await (const _ of setInterval(20)) {
        await publish(context, node().authors(), event(`busy-${count}`));
        count += 1;
        if (subscriber.wire.texts.filter((text) => isTransport(text, 'iamalive')).length >= 2) break;
      }
      assert.ok(subscriber.got('#busy-') > 3, 'there were events between two iamalives');
    });

    test('R5 (VTP 2.0 §5): the receiver answers an author’s iamalive likewise, and then takes its event', async (context) => {
      const wire = dial(context, node().authors());
      wire.send(transport('iamalive', { origin: PEER }));
      const { origin, response, role } = readTransport(await wire.message(0));
      assert.deepEqual({ origin, response, role }, { origin: PEER, response: IDENTITY, role: 'iamalive' });
      wire.send(event('after-iamalive'));
      assert.equal(readTransport(await wire.message(1)).role, 'ack');
    });
  });

  describe('R5: the subscriber’s side', { concurrency: true }, () => {
    const peer = subscribingForAll({ asking: {}, busy: {}, bare: {}, old: {} });

    test('R5 (VTP 2.0 §5): the subscriber answers with a copy: Origin unchanged, its own name in Response, a new TimeStamp', async () => {
      const { wire } = await peer('asking');
      for (const origin of [PEER, 'ivo://org.example/another']) {
        const asked = Date.now();
        wire.send(transport('iamalive', { origin, timeStamp: '2026-11-22T10:00:00Z' }));
        const answer = readTransport(await wire.saying(new RegExp(`<Origin>${origin}<`)));
        assert.deepEqual([answer.role, answer.version, answer.response], ['iamalive', '1.0', IDENTITY]);
        const told = Date.parse(answer.timeStamp ?? '');
        assert.ok(told >= asked && told <= Date.now(), String(answer.timeStamp));
      }
    });

    test('R5 (VTP 2.0 §5): the subscriber answers every iamalive, also several in one piece and amid events', async () => {
      const { wire } = await peer('busy');
      const origins = [1, 2, 3, 4].map((number) => `${PEER}-${number}`);
      wire.send(...origins.flatMap((origin, index) => [transport('iamalive', { origin }), event(`amid-${index}`)]));
      await wire.saying(/role="ack"/, origins.length);
      const answers = wire.texts
        .filter((text) => isTransport(text, 'iamalive'))
        .map((text) => readTransport(text).origin);
      assert.deepEqual(answers, origins);
    });

    test('R5 (VTP 2.0 §5): the subscriber answers an iamalive that has nothing but its role', async () => {
      const { broker, wire } = await peer('bare');
      wire.send('<Transport role="iamalive"/>');
      const { role, origin, response } = readTransport(await wire.message(0));
      assert.deepEqual({ role, origin, response }, { role: 'iamalive', origin: '', response: IDENTITY });
      assert.equal(broker.wires.length, 1);
    });

    test('R5 (VTP 2.0 §5): the subscriber sends an iamalive that is a VOEvent back as it came', async () => {
      const { node, wire } = await peer('old');
      wire.send(ESTAR_IAMALIVE);
      assert.equal(await wire.message(0), ESTAR_IAMALIVE.toString());
      assert.equal(node.kept('estar.example'), 0);
    });
  });
});
