import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { changed, event } from './support/documents.ts';
import { startNode } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';
import { startSubscribing } from './support/subscribing.ts';

const magnitude = (value: string) => ({ what: `<Param name="mag" value="${value}"/>` });

describe('What a broker hands on', { concurrency: true }, () => {
  test('filter (VTP 2.0 §7.3): a broker hands on what its condition lets pass, and keeps everything', async (context) => {
    const filter = 'alert.role == "test" || number("mag") < 18.0';
    const node = await startNode(context, { broadcast: { filter } });
    const subscriber = await subscribe(context, node.subscribers);
    const packets = [
      event('bright', magnitude('17.5')),
      event('faint', magnitude('19')),
      event('without-magnitude'),
      event('no-number', magnitude('unknown')),
      event('last', { role: 'test' }),
    ];
    await publish(context, node.authors(), ...packets);
    await subscriber.gets('#last"');
    assert.deepEqual(subscriber.events, [packets[0], packets[4]]);
    assert.deepEqual(node.journal, packets);
    await node.daemon.logged(/^Not broadcast: ivo:\S+#faint: /);
  });

  test('filter (VTP 2.0 §7.3): it holds for those with XPath filters too', async (context) => {
    const node = await startNode(context, { broadcast: { filter: 'alert.role != "test"' } });
    const subscriber = await subscribe(context, node.subscribers, { filters: ['//Param'] });
    const what = magnitude('1');
    const packets = [event('a-test', { ...what, role: 'test' }), event('without'), event('last', what)];
    await publish(context, node.authors(), ...packets);
    await subscriber.gets('#last"');
    assert.deepEqual(subscriber.events, [packets[2]]);
  });

  test('R3 (VTP 2.0 §7.3): what is no XML, or has no name, is kept, but not handed on to subscribers', async (context) => {
    const { node, wire } = await startSubscribing(context);
    const subscriber = await subscribe(context, node.subscribers);
    wire.send(
      changed(event('open'), '</What>', ''),
      changed(event('doctype'), '<voe:', '<!DOCTYPE voe:VOEvent><voe:'),
      changed(event('nameless'), / ivorn="[^"]*"/, ''),
      '{"alert": "in JSON"}',
      event('last'),
    );
    await subscriber.gets('#last"');
    assert.equal(subscriber.events.length, 1);
    assert.equal(node.journal.length, 5);
    await node.daemon.logged(/^Not broadcast: /, 4);
  });
});
