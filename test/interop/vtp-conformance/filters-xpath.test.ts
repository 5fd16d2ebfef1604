import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { publish } from './support/author.ts';
import { listen, type ScriptedBroker } from './support/broker.ts';
import { event, readTransport, transport } from './support/documents.ts';
import { nodeForAll, subscriptionTo } from './support/node.ts';
import { type Subscriber, type SubscriberOptions, subscribe } from './support/subscriber.ts';

const param = (name: string, value = '1') => ({ what: `<Param name="${name}" value="${value}"/>` });
const has = (name: string) => `//Param[@name="${name}"]`;
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

describe('Filters, Comet’s extension of authenticate', () => {
  const node = nodeForAll();
  const all = (context: TestContext, ...options: SubscriberOptions[]) =>
    Promise.all(options.map((one) => subscribe(context, node().subscribers, one)));
  /** What each got, up to the last one, which all get. */
  const got = async (subscribers: readonly Subscriber[], last: string): Promise<string[][]> => {
    for (const subscriber of subscribers) await subscriber.gets(`#${last}"`);
    return subscribers.map(({ events }) => events.map((one) => /ivorn="\S*#([^"]*)"/.exec(String(one))?.[1] ?? ''));
  };

  test('Filters (VTP 2.0 §6): of several, one that holds is enough; without any, everything comes', async (context) => {
    const subscribers = await all(
      context,
      { filters: [has('a'), has('last')] },
      { filters: [has('a'), has('b'), has('last')] },
      {},
    );
    const packets = ['a', 'b', 'c', 'last'].map((name) => event(`or-${name}`, param(name)));
    await publish(context, node().authors(), ...packets);
    const expected = [
      ['or-a', 'or-last'],
      ['or-a', 'or-b', 'or-last'],
      ['or-a', 'or-b', 'or-c', 'or-last'],
    ];
    assert.deepEqual(await got(subscribers, 'or-last'), expected);
  });

  test('Filters (XPath 1.0 §4.3): what is true, not zero, not empty, or there, holds; nothing else does', async (context) => {
    const tried = [...HOLDS, ...FAILS];
    const subscribers = await all(context, ...tried.map((filter) => ({ filters: [filter, has('last')] })));
    await publish(context, node().authors(), event('holds', param('one')), event('holds-last', param('last')));
    const held = (await got(subscribers, 'holds-last')).flatMap((names, index) =>
      names.includes('holds') ? tried.slice(index, index + 1) : [],
    );
    assert.deepEqual(held, HOLDS);
  });

  test('Filters (VTP 2.0 §6): one that cannot be used is told to the subscriber in a nak, and to the log; the others are heeded', async (context) => {
    const bad = ['//[', 'voe:VOEvent', 'matches(//Date, "2026")', '$role', 'count()', 'a)|(b'];
    const [subscriber, useless] = await Promise.all([
      subscribe(context, node().subscribers, {
        filters: [...bad, has('last')],
        identity: 'ivo://org.example/mistaken',
      }),
      subscribe(context, node().subscribers, { filters: ['//['] }),
    ]);
    const { origin, result = '' } = readTransport(await subscriber.wire.saying(/role="nak"/));
    assert.equal(origin, 'ivo://org.example/mistaken');
    for (const filter of bad)
      assert.ok(result.includes(`the filter ${filter} cannot be used: `), `${filter}: ${result}`);
    assert.match(result, /Your other filters are heeded/);
    assert.match(await useless.wire.saying(/role="nak"/), /You get all alerts/);
    await node().daemon.logged(/^Filters of \S+ are not heeded: .*voe:/);
    await publish(context, node().authors(), event('bad'), event('bad-last', param('last')));
    assert.deepEqual(await got([subscriber, useless], 'bad-last'), [['bad-last'], ['bad', 'bad-last']]);
  });

  test('Filters (VTP 2.0 §6): they may be given in the older element too, and be changed at any time', async (context) => {
    const subscriber = await subscribe(context, node().subscribers, { filters: [has('a')] });
    const changes = async (meta: string, number: number) => {
      subscriber.wire.send(transport('authenticate', { meta }));
      // It is heard when the answer to what came after it has come.
      subscriber.wire.send(transport('iamalive', { origin: 'ivo://org.example/asks' }));
      await subscriber.wire.saying(/<Origin>ivo:\/\/org\.example\/asks</, number);
    };
    // What is wanted last, so that the other has been passed over when it has come.
    const publishes = (round: number, ...names: string[]) =>
      publish(context, node().authors(), ...names.map((name) => event(`${name}-${round}`, param(name))));
    await publishes(1, 'b', 'a');
    await subscriber.gets('#a-1"');
    await changes('<filter type="xpath">//Param[@name="b"]</filter><filter type="other">//Param</filter>', 1);
    await publishes(2, 'a', 'b');
    await subscriber.gets('#b-2"');
    await changes('', 2);
    await publishes(3, 'a', 'b');
    assert.deepEqual(await got([subscriber], 'b-3'), [['a-1', 'b-2', 'a-3', 'b-3']]);
  });

  test('Filters (VTP 2.0 §6): more, or longer ones, than are taken leave the others heeded, and are told to the log', async (context) => {
    const more = Array.from({ length: 25 }, (_, index) => has(`n${index}`));
    const subscriber = await subscribe(context, node().subscribers, {
      filters: [`//${'a'.repeat(5_000)}`, has('last'), ...more],
    });
    await node().daemon.logged(/^7 filters of the subscriber are not used: no more than 20/);
    const packets = ['n18', 'n19', 'last'].map((name) => event(`more-${name}`, param(name)));
    await publish(context, node().authors(), ...packets);
    assert.deepEqual(await got([subscriber], 'more-last'), [['more-n18', 'more-last']]);
  });
});

describe('Filters that would take for ever', () => {
  const hostile = 'count(//*[count(//*[count(//*[count(//*) > 1]) > 1]) > 1]) > 0';
  const large = { what: Array.from({ length: 280 }, (_, index) => `<Param name="p${index}" value="1"/>`).join('') };
  let broker: ScriptedBroker;
  const node = nodeForAll(async (scope) => {
    broker = await listen(scope);
    return { sources: { peer: subscriptionTo(broker.place) } };
  });
  const publishers = {
    authors: async (context: TestContext, packets: readonly Buffer[]) =>
      await publish(context, node().authors(), ...packets),
    'another broker': async (_: TestContext, packets: readonly Buffer[]) => (await broker.wire()).send(...packets),
  };

  for (const [index, [from, publishes]] of Object.entries(publishers).entries()) {
    test(`Filters (VTP 2.0 §7.3): one is cut off within seconds, and delays no subscriber without filters: events from ${from}`, async (context) => {
      const [attacker, plain, filtered] = await Promise.all([
        subscribe(context, node().subscribers, { filters: [`${hostile} or ${index}`] }),
        subscribe(context, node().subscribers),
        subscribe(context, node().subscribers, { filters: [has('p7')] }),
      ]);
      // On a small one it is done at once; all filters are installed when it has come.
      await publish(context, node().authors(), event(`small-${index}`, param('p7')));
      for (const subscriber of [attacker, plain, filtered]) await subscriber.gets(`#small-${index}"`);
      const names = [1, 2, 3, 4].map((number) => `large-${index}-${number}`);
      const packets = names.map((name) => event(name, large));
      assert.ok(packets.every(({ length }) => length > 8_000));
      const started = performance.now();
      await publishes(context, packets);
      for (const name of names) await plain.gets(`#${name}"`);
      const isTold = attacker.wire.texts.some((text) => /role="nak"/.test(text));
      const { result } = readTransport(await attacker.wire.saying(/role="nak"/));
      const lasted = performance.now() - started;
      assert.equal(isTold, false, 'who has no filters waited for who has');
      assert.ok(lasted < 15_000, `it took ${lasted} ms`);
      assert.match(result ?? '', /cannot be used: it took longer than 2 s\. You get all alerts/);
      for (const subscriber of [filtered, attacker]) {
        await subscriber.gets(`#${names.at(-1)}"`);
        assert.deepEqual(subscriber.events.slice(1), packets);
      }
    });
  }

  test('Filters (VTP 2.0 §7.3): one that was cut off is refused to whoever asks for it again', async (context) => {
    const again = await subscribe(context, node().subscribers, { filters: [`${hostile} or 0`] });
    assert.match(await again.wire.saying(/role="nak"/), /it took longer than 2 s/);
  });
});
