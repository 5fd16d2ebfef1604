import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { event, ivornOf, readTransport, transport } from './support/documents.ts';
import { type Node, startNode } from './support/node.ts';
import { until } from './support/patience.ts';
import { subscribe } from './support/subscriber.ts';
import { startSubscribing } from './support/subscribing.ts';

/** Says that it runs, and does so until the directory of the test is gone. */
const handlers = {
  hangs: { plugin: 'exec', with: { command: ['sh', '-c', 'touch runs; while [ -e runs ]; do sleep 0.1; done'] } },
};
const EVENTS = 100;

describe('R4: a node whose handlers hang', { concurrency: true }, () => {
  const names = Array.from({ length: EVENTS }, (_, index) => `behind-${index}`);

  test('R4 (VTP 2.0 §4.2): as a subscriber goes on listening on its connection: it acknowledges every event and answers each iamalive', async (context) => {
    const { broker, node, wire } = await startSubscribing(context, { handlers });
    wire.send(event('first'));
    await isHanging(node);
    for (const name of names) wire.send(event(name));
    wire.send(transport('iamalive'));
    await wire.saying(/role="ack"/, EVENTS + 1);
    await wire.saying(/role="iamalive"/);
    // Over one connection, whatever came over it.
    wire.send('no XML', '<Transport/>', '', event('cut').subarray(0, 200), transport('nak'), event('last'));
    await wire.saying(/#last</);
    assert.deepEqual([broker.wires.length, wire.isOver], [1, false]);
    const origins = new Set(wire.texts.map((text) => readTransport(text).origin));
    assert.deepEqual(
      names.filter((name) => !origins.has(ivornOf(name))),
      [],
    );
  });

  test('R4 (VTP 2.0 §4.2): as a broker goes on taking events and handing them on', async (context) => {
    const node = await startNode(context, { handlers, broadcast: { iamalive: '1s' } });
    const subscriber = await subscribe(context, node.subscribers);
    await publish(context, node.authors(), event('first'));
    await isHanging(node);
    const few = names.slice(0, 10);
    await publish(context, node.authors(), ...few.map((name) => event(name)));
    for (const name of few) await subscriber.gets(`#${name}"`);
    await subscriber.wire.saying(/role="iamalive"/);
  });
});

async function isHanging({ directory }: Node): Promise<void> {
  await until(() => existsSync(join(directory, 'runs')), 'the handler to run');
}
