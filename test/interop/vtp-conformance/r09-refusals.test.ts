import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sandbox } from '../../support/executable.ts';
import { publish, submit } from './support/author.ts';
import { listen } from './support/broker.ts';
import { changed, event, ivornOf, transport } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { leaves, subscribe } from './support/subscriber.ts';
import { startSubscribing } from './support/subscribing.ts';

describe('R9: a broker', () => {
  const node = nodeForAll(() => ({ broadcast: { catchUp: '1h' } }));

  test('R9 (VTP 2.0 §6.3): acknowledges a duplicate as often as it comes, and keeps and sends it once', async (context) => {
    const subscriber = await subscribe(context, node().subscribers);
    const packet = event('again');
    await publish(context, node().authors(), packet, packet, packet, event('after-again'));
    await subscriber.gets('#after-again"');
    assert.equal(node().kept('#again"'), 1);
    assert.equal(subscriber.got('#again"'), 1);
  });

  test('R9 (VTP 2.0 §6.3): acknowledges an event to several authors that send it at once, and keeps it once', async (context) => {
    const subscriber = await subscribe(context, node().subscribers);
    await Promise.all(Array.from({ length: 10 }, () => publish(context, node().authors(), event('at-once'))));
    await publish(context, node().authors(), event('after-at-once'));
    await subscriber.gets('#after-at-once"');
    assert.deepEqual([node().kept('#at-once"'), subscriber.got('#at-once"')], [1, 1]);
  });

  test('R9 (VTP 2.0 §6.3): refuses what is invalid as often as it comes, and neither keeps nor sends it', async (context) => {
    const subscriber = await subscribe(context, node().subscribers);
    const packet = event('invalid', { role: 'alarm' });
    for (const answer of [
      await submit(context, node().authors(), packet),
      await submit(context, node().authors(), packet),
    ]) {
      assert.equal(answer.role, 'nak');
    }
    await publish(context, node().authors(), event('after-invalid'));
    await subscriber.gets('#after-invalid"');
    assert.equal(subscriber.got('#invalid"') + node().kept('#invalid"'), 0);
  });

  test('R9 (VTP 2.0 §6.3): does not send an event again to a subscriber that has refused it', async (context) => {
    const identity = 'ivo://org.example/refuses';
    const refusing = await subscribe(context, node().subscribers, { identity, receipt: 'nak' });
    await publish(context, node().authors(), event('refused'));
    await refusing.gets('#refused"');
    await node().daemon.logged(/The subscriber refuses ivo:\S+#refused/);
    await leaves(refusing, node());
    const again = await subscribe(context, node().subscribers, { identity });
    await publish(context, node().authors(), event('after-refused'));
    await again.gets('#after-refused"');
    assert.equal(again.got('#refused"'), 0);
  });
});

describe('R9: voeventd send, an author', () => {
  test('R9 (VTP 2.0 §6.3): takes a refusal for final, and does not try again', async (context) => {
    for (const meta of [undefined, '<Result>Not &lt;valid&gt;.</Result>']) {
      const refusal = { origin: ivornOf('one'), ...(meta === undefined ? {} : { meta }) };
      const broker = await listen(context, { script: (wire) => wire.send(transport('nak', refusal)) });
      const box = sandbox(context);
      box.write('event.xml', event('one'));
      const send = box.start('send', 'event.xml', '--to', broker.address, '--attempts', '5', '--delay', '10ms');
      assert.equal((await send.exited).code, 2);
      assert.match(
        send.lines.join('\n'),
        meta === undefined ? /refused it and gave no reason/ : /refused it: Not <valid>\./,
      );
      assert.equal(broker.wires.length, 1);
    }
  });
});

describe('R9: a subscriber', () => {
  test('R9 (VTP 2.0 §6.3): refuses nothing, as brokers drop those that do: what it cannot read it keeps, and does not hand on', async (context) => {
    const { node, wire } = await startSubscribing(context);
    const subscriber = await subscribe(context, node.subscribers);
    const valid = [
      event('valid'),
      event('of-no-role', { role: 'alarm' }),
      changed(event('wot'), '<What>', '<Wot/><What>'),
    ];
    const unreadable = [
      changed(event('open'), '</What>', ''),
      changed(event('doctype'), '<voe:', '<!DOCTYPE voe:VOEvent><voe:'),
      changed(event('nameless'), / ivorn="[^"]*"/, ''),
    ];
    const packets = [...valid, ...unreadable, event('last')];
    wire.send(...packets, event('valid'));
    await wire.saying(/role="ack"/, packets.length + 1);
    assert.equal(wire.messages.length, packets.length + 1);
    assert.deepEqual(node.journal, packets);
    await subscriber.gets('#last"');
    assert.deepEqual(subscriber.events, [...valid, event('last')]);
    await node.daemon.logged(/^Not broadcast: /, unreadable.length);
  });
});
