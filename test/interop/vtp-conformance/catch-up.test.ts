import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { event } from './support/documents.ts';
import { type Node, startNode } from './support/node.ts';
import { type Subscriber, subscribe } from './support/subscriber.ts';

const US = 'ivo://org.example/away';
const catchUp = { broadcast: { catchUp: '1h' } };

async function leaves(subscriber: Subscriber, { daemon }: Node, times = 1): Promise<void> {
  subscriber.wire.socket.end();
  await daemon.logged(/^Subscriber \S+ has gone/, times);
}

describe('catchUp', { concurrency: true }, () => {
  test('catchUp (R10, VTP 2.0 §7.4): a subscriber that says who it is gets what it has missed, in order and once', async (context) => {
    const node = await startNode(context, catchUp);
    const before = await subscribe(context, node.subscribers, { identity: US });
    await publish(context, node.authors(), event('had'));
    await before.gets('#had"');
    await leaves(before, node);
    const missed = Array.from({ length: 50 }, (_, index) => event(`missed-${index}`));
    await publish(context, node.authors(), ...missed);
    const after = await subscribe(context, node.subscribers, { identity: US });
    const stranger = await subscribe(context, node.subscribers, { identity: 'ivo://org.example/stranger' });
    await publish(context, node.authors(), event('new'));
    for (const subscriber of [after, stranger]) await subscriber.gets('#new"');
    assert.deepEqual(after.events, [...missed, event('new')]);
    assert.deepEqual(stranger.events, [event('new')]);
  });

  test('catchUp (R10, VTP 2.0 §7.4): what had no receipt is sent again', async (context) => {
    const node = await startNode(context, catchUp);
    const before = await subscribe(context, node.subscribers, {
      identity: US,
      receipt: (ivorn) => (ivorn.endsWith('#owed') ? 'none' : 'ack'),
    });
    await publish(context, node.authors(), event('had'), event('owed'));
    await before.gets('#owed"');
    await leaves(before, node);
    const after = await subscribe(context, node.subscribers, { identity: US });
    await after.gets('#owed"');
    await publish(context, node.authors(), event('new'));
    await after.gets('#new"');
    assert.deepEqual(after.events, [event('owed'), event('new')]);
  });

  test('catchUp (R10, VTP 2.0 §7.4): with filters, only what they let pass is caught up', async (context) => {
    const node = await startNode(context, catchUp);
    const options = { identity: US, filters: ['//Param'] };
    await leaves(await subscribe(context, node.subscribers, options), node);
    const what = '<Param name="a" value="1"/>';
    await publish(context, node.authors(), event('missed', { what }), event('unwanted'), event('missed-too', { what }));
    const after = await subscribe(context, node.subscribers, options);
    await after.gets('#missed-too"');
    assert.deepEqual(after.events, [event('missed', { what }), event('missed-too', { what })]);
  });

  test('catchUp (R10, VTP 2.0 §7.4): it outlives the broker', async (context) => {
    const node = await startNode(context, catchUp);
    const before = await subscribe(context, node.subscribers, { identity: US });
    await publish(context, node.authors(), event('had'));
    await before.gets('#had"');
    await leaves(before, node);
    await node.daemon.stop();
    await node.start();
    await publish(context, node.authors(), event('missed'));
    const after = await subscribe(context, node.subscribers, { identity: US });
    await after.gets('#missed"');
    assert.deepEqual(after.events, [event('missed')]);
  });

  test('catchUp (R3, VTP 2.0 §6.3): what was acknowledged before a power cut is handed on after it', async (context) => {
    const node = await startNode(context, catchUp);
    const before = await subscribe(context, node.subscribers, { identity: US, isAlive: false });
    before.wire.socket.pause();
    await publish(context, node.authors(), event('acknowledged'));
    await node.kill();
    await node.start();
    const after = await subscribe(context, node.subscribers, { identity: US });
    await publish(context, node.authors(), event('new'));
    await after.gets('#new"');
    assert.deepEqual(after.events, [event('acknowledged'), event('new')]);
  });

  test('catchUp (R10, VTP 2.0 §7.4): without it a subscriber begins with what comes', async (context) => {
    const node = await startNode(context);
    await leaves(await subscribe(context, node.subscribers, { identity: US }), node);
    await publish(context, node.authors(), event('missed'));
    const witness = await subscribe(context, node.subscribers);
    await publish(context, node.authors(), event('between'));
    await witness.gets('#between"');
    const after = await subscribe(context, node.subscribers, { identity: US });
    await publish(context, node.authors(), event('new'));
    await after.gets('#new"');
    assert.deepEqual(after.events, [event('new')]);
  });
});
