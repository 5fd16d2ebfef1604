import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { event } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';

const magnitude = (value: string) => ({ what: `<Param name="mag" value="${value}"/>` });

describe('What a broker hands on', () => {
  const node = nodeForAll(() => ({ broadcast: { filter: 'alert.role == "test" || number("mag") < 18.0' } }));

  test('filter (VTP 2.0 §7.3): a broker hands on what its condition lets pass, and keeps everything', async (context) => {
    const subscriber = await subscribe(context, node().subscribers);
    const packets = [
      event('bright', magnitude('17.5')),
      event('faint', magnitude('19')),
      event('without-magnitude'),
      event('no-number', magnitude('unknown')),
      event('last', { role: 'test' }),
    ];
    await publish(context, node().authors(), ...packets);
    await subscriber.gets('#last"');
    assert.deepEqual(subscriber.events, [packets[0], packets[4]]);
    assert.deepEqual(node().journal, packets);
    await node().daemon.logged(/^Not broadcast: ivo:\S+#faint: /);
  });

  test('filter (VTP 2.0 §7.3): it holds for those with XPath filters too', async (context) => {
    const subscriber = await subscribe(context, node().subscribers, { filters: ['//Param'] });
    const packets = [event('dim', magnitude('19')), event('a-test', { role: 'test' }), event('clear', magnitude('1'))];
    await publish(context, node().authors(), ...packets);
    await subscriber.gets('#clear"');
    assert.deepEqual(subscriber.events, [packets[2]]);
  });
});
