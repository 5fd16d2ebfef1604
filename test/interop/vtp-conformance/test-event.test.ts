import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startNode } from './support/node.ts';
import { until } from './support/patience.ts';
import { schemaFaults, withoutSchemas } from './support/schema.ts';
import { subscribe } from './support/subscriber.ts';

describe('The broker’s own test event', () => {
  test('test (R3, VTP 2.0 §7.3): comes at intervals, is valid, of role test, each with a name of its own, and kept', async (context) => {
    const identity = 'ivo://org.example/node/one';
    const node = await startNode(context, { identity, broadcast: { test: '1s' } });
    const subscriber = await subscribe(context, node.subscribers);
    const filtered = await subscribe(context, node.subscribers, { filters: ['/*[@role="test"]'] });
    await until(() => subscriber.events.length >= 2 && filtered.events.length >= 1, 'two test events');
    const texts = subscriber.events.slice(0, 2).map(String);
    for (const text of texts) {
      assert.match(text, /<voe:VOEvent [^>]*role="test"/);
      assert.match(text, /ivorn="ivo:\/\/org\.example\/node\/one#TestEvent-/);
      assert.match(text, new RegExp(`<AuthorIVORN>${identity}</AuthorIVORN>`));
      assert.equal(node.kept(text), 1);
      if (withoutSchemas === false) assert.deepEqual(schemaFaults(text, 'VOEvent-v2.0.xsd'), []);
    }
    assert.notEqual(texts[0], texts[1]);
  });
});
