import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { publish } from './support/author.ts';
import { event, readTransport, transport } from './support/documents.ts';
import { IDENTITY, type Node, nodeForAll, startNode } from './support/node.ts';
import { type Subscriber, type SubscriberOptions, subscribe } from './support/subscriber.ts';
import { startSubscribing } from './support/subscribing.ts';

const param = (name: string, value = '1') => ({ what: `<Param name="${name}" value="${value}"/>` });
const has = (name: string) => `//Param[@name="${name}"]`;
const LAST = event('last', param('last'));

/** What holds and what does not (XPath 1.0 §4.3). */
const HOLDS = ['true()', '1', '-0.5', '"text"', '//Param', 'count(//Param)', '/*/@role', 'string(//Date)', '1 = 1'];
const FAILS = [
  'false()',
  '0',
  'number("x")',
  '""',
  '//Table',
  'count(//Table)',
  'string(//Table)',
  '//Param/@value > 1',
];

describe('Filters, Comet’s extension of authenticate', { concurrency: true }, () => {
  const suite = async (context: TestContext, ...options: SubscriberOptions[]): Promise<[Node, ...Subscriber[]]> => {
    const node = await startNode(context);
    return [node, ...(await Promise.all(options.map((one) => subscribe(context, node.subscribers, one))))];
  };
  const got = async (subscriber: Subscriber | undefined): Promise<string[]> => {
    await subscriber?.gets('#last"');
    return subscriber?.events.map((one) => /ivorn="\S*#([^"]*)"/.exec(String(one))?.[1] ?? '') ?? [];
  };

  test('Filters (VTP 2.0 §6, authenticate): of several, one that holds is enough; without any, everything comes', async (context) => {
    const [node, a, ab, all] = await suite(
      context,
      { filters: [has('a'), has('last')] },
      { filters: [has('a'), has('b'), has('last')] },
      {},
    );
    const packets = [event('a', param('a')), event('b', param('b')), event('c', param('c')), LAST];
    await publish(context, node.authors(), ...packets);
    assert.deepEqual(
      [await got(a), await got(ab), await got(all)],
      [
        ['a', 'last'],
        ['a', 'b', 'last'],
        ['a', 'b', 'c', 'last'],
      ],
    );
  });

  test('Filters (XPath 1.0 §4.3): what is true, not zero, not empty, or there, holds; nothing else does', async (context) => {
    const each = [...HOLDS, ...FAILS].map((filter) => ({ filters: [filter, has('last')] }));
    const [node, ...subscribers] = await suite(context, ...each);
    await publish(context, node.authors(), event('one', param('one')), LAST);
    for (const [index, subscriber] of subscribers.entries()) {
      const expected = index < HOLDS.length ? ['one', 'last'] : ['last'];
      assert.deepEqual(await got(subscriber), expected, `${each[index]?.filters[0]}`);
    }
  });

  test('Filters (VTP 2.0 §6): one that cannot be used is told to the subscriber in a nak, and to the log; the others are heeded', async (context) => {
    const bad = ['//[', 'voe:VOEvent', 'matches(//Date, "2026")', '$role', 'count()', 'a)|(b'];
    const [node, subscriber, useless] = await suite(
      context,
      { filters: [...bad, has('last')], identity: 'ivo://org.example/mistaken' },
      { filters: ['//['] },
    );
    const { origin, result = '' } = readTransport((await subscriber?.wire.saying(/role="nak"/)) ?? '');
    assert.equal(origin, 'ivo://org.example/mistaken');
    for (const filter of bad)
      assert.ok(result.includes(`the filter ${filter} cannot be used: `), `${filter} in ${result}`);
    assert.match(result, /Your other filters are heeded/);
    assert.match((await useless?.wire.saying(/role="nak"/)) ?? '', /You get all alerts/);
    await node.daemon.logged(/^Filters of \S+ are not heeded: .*voe:/);
    await publish(context, node.authors(), event('one'), LAST);
    assert.deepEqual([await got(subscriber), await got(useless)], [['last'], ['one', 'last']]);
  });

  test('Filters (VTP 2.0 §6): they may be given in the older element too, and be changed at any time', async (context) => {
    const [node, subscriber] = await suite(context, { filters: [has('a')] });
    const say = (meta: string) => subscriber?.wire.send(transport('authenticate', { meta }));
    await publish(context, node.authors(), event('a-1', param('a')), event('b-1', param('b')));
    await subscriber?.gets('#a-1"');
    say('<filter type="xpath">//Param[@name="b"]</filter><filter type="other">//Param</filter>');
    // It is heard when the answer to what came after it has come.
    subscriber?.wire.send(transport('iamalive', { origin: 'ivo://org.example/asks' }));
    await subscriber?.wire.saying(/<Origin>ivo:\/\/org.example\/asks</);
    await publish(context, node.authors(), event('a-2', param('a')), event('b-2', param('b')));
    await subscriber?.gets('#b-2"');
    say('');
    await publish(context, node.authors(), LAST);
    assert.deepEqual(await got(subscriber), ['a-1', 'b-2', 'last']);
  });

  test('Filters (VTP 2.0 §6): more, or longer ones, than are taken leave the others heeded, and are told to the log', async (context) => {
    const filters = [
      `//${'a'.repeat(5_000)}`,
      has('last'),
      ...Array.from({ length: 25 }, (_, index) => has(`${index}`)),
    ];
    const [node, subscriber] = await suite(context, { filters });
    await node.daemon.logged(/^7 filters of the subscriber are not used: no more than 20/);
    await publish(context, node.authors(), event('one', param('18')), event('two', param('19')), LAST);
    assert.deepEqual(await got(subscriber), ['one', 'last']);
  });
});

describe('Filters that a node asks its broker for', () => {
  test('Filters (VTP 2.0 §6): go out in the answer to authenticate, or unasked where the broker does not ask', async (context) => {
    const script = (wire: { send(document: Buffer): void }, index: number) =>
      wire.send(transport(index === 0 ? 'authenticate' : 'iamalive', { origin: 'ivo://org.example/broker' }));
    const { broker, wire } = await startSubscribing(context, { script, source: { filters: [has('a'), has('b')] } });
    const answered = await wire.saying(/role="authenticate"/);
    wire.socket.end();
    const unasked = await (await broker.wire(1)).saying(/role="authenticate"/);
    for (const document of [answered, unasked]) {
      assert.equal(document.match(/<Param name="xpath-filter"/g)?.length, 2);
      assert.equal(readTransport(document).response, IDENTITY);
    }
  });
});

describe('Filters that would take for ever', () => {
  const hostile = 'count(//*[count(//*[count(//*[count(//*) > 1]) > 1]) > 1]) > 0';
  const large = { what: Array.from({ length: 280 }, (_, index) => `<Param name="p${index}" value="1"/>`).join('') };
  const node = nodeForAll(() => ({ broadcast: { iamalive: '1s' } }));

  test('Filters (VTP 2.0 §7.3): one is cut off within seconds, and delays no subscriber without filters', async (context) => {
    const [attacker, plain, filtered] = await Promise.all([
      subscribe(context, node().subscribers, { filters: [hostile] }),
      subscribe(context, node().subscribers),
      subscribe(context, node().subscribers, { filters: [has('p7')] }),
    ]);
    // On a small one it is done at once; all filters are installed when it has come.
    await publish(context, node().authors(), event('small', param('p7')));
    for (const subscriber of [attacker, plain, filtered]) await subscriber.gets('#small"');
    const packets = [1, 2, 3, 4].map((number) => event(`large-${number}`, large));
    assert.ok((packets[0]?.length ?? 0) > 8_000);
    const started = performance.now();
    await publish(context, node().authors(), ...packets);
    for (const number of [1, 2, 3, 4]) await plain.gets(`#large-${number}"`);
    const untold = !attacker.wire.texts.some((text) => /role="nak"/.test(text));
    const nak = readTransport(await attacker.wire.saying(/role="nak"/));
    const lasted = performance.now() - started;
    assert.ok(untold, 'who has no filters waited for who has');
    assert.ok(lasted < 15_000, `it took ${lasted} ms`);
    assert.match(nak.result ?? '', /cannot be used: it took longer than 2 s\. You get all alerts/);
    for (const subscriber of [filtered, attacker]) await subscriber.gets('#large-4"');
    assert.deepEqual(filtered.events.slice(1), packets);
  });

  test('Filters (VTP 2.0 §7.3): one that was cut off is refused to whoever asks for it again', async (context) => {
    const again = await subscribe(context, node().subscribers, { filters: [hostile] });
    assert.match(await again.wire.saying(/role="nak"/), /it took longer than 2 s/);
  });
});
