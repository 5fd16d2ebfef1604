import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { event, ivornOf, transport } from './support/documents.ts';
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

  test('R4 (VTP 2.0 §4.2): as a subscriber goes on listening: it acknowledges every event and answers each iamalive', async (context) => {
    const { node, wire } = await startSubscribing(context, { handlers });
    wire.send(event('first'));
    await isHanging(node);
    for (const name of names) wire.send(event(name));
    wire.send(transport('iamalive'));
    await wire.saying(/role="ack"/, EVENTS + 1);
    await wire.saying(/role="iamalive"/);
    for (const name of names)
      assert.ok(
        wire.texts.some((text) => text.includes(`<Origin>${ivornOf(name)}<`)),
        name,
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

describe('R4: a node that subscribes', () => {
  test('R4 (VTP 2.0 §4.2): keeps one connection open, whatever comes over it', async (context) => {
    const { broker, node, wire } = await startSubscribing(context);
    wire.send(event('a'), 'no XML', '<Transport/>', '', event('b').subarray(0, 200), transport('nak'), event('c'));
    await wire.saying(/role="ack"/, 3);
    wire.send(transport('iamalive'));
    await wire.saying(/role="iamalive"/);
    assert.equal(broker.wires.length, 1);
    assert.equal(wire.isOver, false);
    await until(() => node.kept('#c"') === 1, 'the last event in the journal');
  });
});

async function isHanging({ directory }: Node): Promise<void> {
  await until(() => existsSync(join(directory, 'runs')), 'the handler to run');
}
