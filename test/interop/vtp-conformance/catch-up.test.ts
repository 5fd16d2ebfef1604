import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { event } from './support/documents.ts';
import { nodeForAll, startNode } from './support/node.ts';
import { leaves, subscribe } from './support/subscriber.ts';

describe('catchUp', () => {
  const node = nodeForAll(() => ({ broadcast: { catchUp: '1h' } }));

  test('catchUp (R10, VTP 2.0 §7.4): a subscriber that says who it is gets what it has missed, in order and once', async (context) => {
    const identity = 'ivo://org.example/in-order';
    const before = await subscribe(context, node().subscribers, { identity });
    await publish(context, node().authors(), event('had'));
    await before.gets('#had"');
    await leaves(before, node());
    const missed = Array.from({ length: 50 }, (_, index) => event(`missed-${index}`));
    await publish(context, node().authors(), ...missed);
    const after = await subscribe(context, node().subscribers, { identity });
    const stranger = await subscribe(context, node().subscribers, { identity: 'ivo://org.example/stranger' });
    await publish(context, node().authors(), event('new'));
    for (const subscriber of [after, stranger]) await subscriber.gets('#new"');
    assert.deepEqual(after.events, [...missed, event('new')]);
    assert.deepEqual(stranger.events.at(-1), event('new'));
    assert.equal(stranger.got('#missed-0"'), 0);
  });

  test('catchUp (R10, VTP 2.0 §7.4): what had no receipt is sent again', async (context) => {
    const identity = 'ivo://org.example/owing';
    const before = await subscribe(context, node().subscribers, {
      identity,
      receipt: (ivorn) => (ivorn.endsWith('#owed') ? 'none' : 'ack'),
    });
    await publish(context, node().authors(), event('settled'), event('owed'));
    await before.gets('#owed"');
    await leaves(before, node());
    const after = await subscribe(context, node().subscribers, { identity });
    await after.gets('#owed"');
    await publish(context, node().authors(), event('after-owed'));
    await after.gets('#after-owed"');
    assert.deepEqual(after.events, [event('owed'), event('after-owed')]);
  });

  test('catchUp (R10, VTP 2.0 §7.4): with filters, only what they let pass is caught up', async (context) => {
    const options = { identity: 'ivo://org.example/choosy', filters: ['//Param'] };
    const before = await subscribe(context, node().subscribers, options);
    const what = '<Param name="a" value="1"/>';
    await publish(context, node().authors(), event('wanted-1', { what }));
    await before.gets('#wanted-1"');
    await leaves(before, node());
    const missed = [event('wanted-2', { what }), event('unwanted'), event('wanted-3', { what })];
    await publish(context, node().authors(), ...missed);
    const after = await subscribe(context, node().subscribers, options);
    await after.gets('#wanted-3"');
    assert.deepEqual(after.events, [missed[0], missed[2]]);
  });

  test('catchUp (R10, VTP 2.0 §7.4): it outlives the broker', async (context) => {
    const identity = 'ivo://org.example/patient';
    const before = await subscribe(context, node().subscribers, { identity });
    await publish(context, node().authors(), event('before-the-stop'));
    await before.gets('#before-the-stop"');
    await leaves(before, node());
    await publish(context, node().authors(), event('missed-by-the-stop'));
    await node().daemon.stop();
    await node().start();
    const after = await subscribe(context, node().subscribers, { identity });
    await after.gets('#missed-by-the-stop"');
    assert.deepEqual(after.events, [event('missed-by-the-stop')]);
  });

  test('catchUp (R3, VTP 2.0 §6.3): what was acknowledged to its author before a power cut is handed on after it', async (context) => {
    const identity = 'ivo://org.example/unlucky';
    const before = await subscribe(context, node().subscribers, { identity });
    before.wire.socket.pause();
    await publish(context, node().authors(), event('acknowledged'));
    await node().kill();
    await node().start();
    const after = await subscribe(context, node().subscribers, { identity });
    await publish(context, node().authors(), event('after-the-cut'));
    await after.gets('#after-the-cut"');
    assert.deepEqual(after.events.slice(-2), [event('acknowledged'), event('after-the-cut')]);
  });
});

describe('Without catchUp', () => {
  test('catchUp (R10, VTP 2.0 §7.4): a subscriber begins with what comes', async (context) => {
    const node = await startNode(context);
    const witness = await subscribe(context, node.subscribers);
    const identity = 'ivo://org.example/forgotten';
    await leaves(await subscribe(context, node.subscribers, { identity }), node);
    await publish(context, node.authors(), event('missed'));
    await witness.gets('#missed"');
    const after = await subscribe(context, node.subscribers, { identity });
    await publish(context, node.authors(), event('new'));
    await after.gets('#new"');
    assert.deepEqual(after.events, [event('new')]);
  });
});
