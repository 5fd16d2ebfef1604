import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { publish } from './support/author.ts';
import { listen, type ScriptedBroker } from './support/broker.ts';
import { changed, event, ivornOf } from './support/documents.ts';
import { nodeForAll, subscriptionTo } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';

const DECLARATION = /^<\?xml.*\?>\n/;

/** The same element in other documents. */
const SAME: Readonly<Record<string, (packet: Buffer) => Buffer>> = {
  'another XML declaration': (packet) => changed(packet, DECLARATION, "<?xml version='1.0' standalone='yes'?>"),
  'no XML declaration': (packet) => changed(packet, DECLARATION, ''),
  'white space before it': (packet) => changed(packet, '?>\n', '?>\r\n\r\n  '),
  'white space after it': (packet) => Buffer.concat([packet, Buffer.from('\n\n \t')]),
  'nothing after it': (packet) => Buffer.from(packet.toString().trimEnd()),
  'a comment before it': (packet) => changed(packet, '?>\n', '?><!-- relayed -->\n'),
  'a comment after it': (packet) => Buffer.concat([packet, Buffer.from('<!-- relayed: </voe:VOEvent> -->')]),
  'an instruction before it': (packet) => changed(packet, '?>\n', '?><?relayed by="us"?>\n'),
  'a byte order mark': (packet) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), packet]),
};

/** Another element, though its name is the same. */
const ANOTHER: Readonly<Record<string, (packet: Buffer) => Buffer>> = {
  'another value': (packet) => changed(packet, 'value="1"', 'value="2"'),
  'white space inside': (packet) => changed(packet, '<What>', '<What> '),
  'white space in its tag': (packet) => changed(packet, ' role=', '  role='),
  'other line ends': (packet) => changed(packet, /\n/g, '\r\n'),
  'other quotes': (packet) => changed(packet, 'value="1"', "value='1'"),
  'another prefix': (packet) => changed(packet, /(?<=[<:/])voe/g, 'v'),
  'a comment inside': (packet) => changed(packet, '<What>', '<What><!-- -->'),
  'its attributes in another order': (packet) => changed(packet, /(version="2.0") (role="\w+")/, '$2 $1'),
};

describe('R11: each event once', () => {
  let brokers: readonly ScriptedBroker[] = [];
  const node = nodeForAll(async (scope) => {
    brokers = await Promise.all([listen(scope), listen(scope)]);
    return { sources: Object.fromEntries(brokers.map(({ place }, index) => [`peer-${index}`, subscriptionTo(place)])) };
  });

  describe('R11: what is the same event', { concurrency: true }, () => {
    for (const [kind, forms, times] of [
      ['the same event', SAME, 1],
      ['another event', ANOTHER, 2],
    ] as const) {
      for (const [what, form] of Object.entries(forms)) {
        test(`R11 (VTP 2.0 §8): an event with ${what} is ${kind}`, async (context) => {
          const name = what.replaceAll(' ', '-');
          const packet = event(name, { what: '<Param name="a" value="1"/>' });
          const subscriber = await subscribe(context, node().subscribers);
          await publish(context, node().authors(), packet, form(packet), packet, event(`after-${name}`));
          await subscriber.gets(`#after-${name}"`);
          const mine = (one: Buffer) => one.includes(`"${ivornOf(name)}"`);
          const expected = [packet, form(packet)].slice(0, times);
          assert.deepEqual(subscriber.events.filter(mine), expected);
          assert.deepEqual(node().journal.filter(mine), expected);
        });
      }
    }
  });

  test('R11 (VTP 2.0 §8): the same event from several brokers and an author is acknowledged to each, and handed on once', async (context) => {
    const subscriber = await subscribe(context, node().subscribers);
    for (const broker of brokers) {
      const wire = await broker.wire();
      wire.send(event('from-all'));
      await wire.saying(/role="ack"/);
    }
    await publish(context, node().authors(), event('from-all'), event('last-of-all'));
    await subscriber.gets('#last-of-all"');
    assert.deepEqual([subscriber.got('#from-all"'), node().kept('#from-all"')], [1, 1]);
  });

  test('R11 (VTP 2.0 §8): several subscribers get each event once each, in the same order', async (context) => {
    const place = node().subscribers;
    const subscribers = await Promise.all([1, 2, 3, 4, 5].map(() => subscribe(context, place)));
    const names = Array.from({ length: 30 }, (_, index) => `several-${index}`);
    await Promise.all(names.map((name) => publish(context, node().authors(), event(name))));
    await publish(context, node().authors(), event('last-of-several'));
    const mine = (one: Buffer) => /#(last-of-)?several/.test(String(one));
    for (const subscriber of subscribers) {
      await subscriber.gets('#last-of-several"');
      assert.deepEqual(subscriber.events.filter(mine), node().journal.filter(mine));
    }
  });

  test('R11 (VTP 2.0 §8): an event from before a power cut is not taken for a new one after it', async (context) => {
    const witness = await subscribe(context, node().subscribers);
    await publish(context, node().authors(), event('before-the-cut'));
    await witness.gets('#before-the-cut"');
    await node().kill();
    await node().start();
    const subscriber = await subscribe(context, node().subscribers);
    await publish(context, node().authors(), event('before-the-cut'), event('after-the-cut'));
    await subscriber.gets('#after-the-cut"');
    assert.ok(subscriber.got('#before-the-cut"') <= 1, 'the node may not know that it had been handed on');
    assert.equal(node().kept('#before-the-cut"'), 1);
  });
});
