import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { LogLine } from '../../support/executable.ts';
import { publish } from './support/author.ts';
import { event } from './support/documents.ts';
import { nodeForAll, startNode } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';
import { dial, type Place } from './support/wire.ts';

const here = '127.0.0.1:0';
const withoutIpv6 = (await canListen('::1')) ? false : 'this host has no IPv6';
/** Linux has all of 127.0.0.0/8, other systems only its first. */
const withoutOthers = (await canListen('127.0.0.2')) ? false : 'this host has only one loopback address';

/** From where an author comes, to what allows whom, and whether it may. */
const CALLS: readonly (readonly [from: string, allow: readonly string[], mayCome: boolean])[] = [
  ['127.0.0.1', ['127.0.0.1'], true],
  ['127.0.0.1', ['127.0.0.0/8'], true],
  ['127.0.0.1', ['0.0.0.0/0'], true],
  ['127.0.0.1', ['any'], true],
  ['127.0.0.1', ['192.0.2.0/24', '127.0.0.1/32'], true],
  ['127.0.0.1', ['127.0.0.2'], false],
  ['127.0.0.1', ['127.0.0.2/31'], false],
  ['127.0.0.1', ['192.0.2.0/24', '198.51.100.7'], false],
  ['127.0.0.1', ['::/0'], false],
  ['127.0.0.1', ['::ffff:127.0.0.0/104'], true],
  ['127.0.0.1', [], false],
  ['127.0.0.2', ['127.0.0.1'], false],
  ['127.0.0.2', ['127.0.0.2/31'], true],
  ['127.0.0.3', ['127.0.0.2/31'], true],
  ['127.0.0.4', ['127.0.0.2/31'], false],
  ['::1', ['::1'], true],
  ['::1', ['::/64'], true],
  ['::1', ['any'], true],
  ['::1', ['2001:db8::/32', '127.0.0.0/8', '0.0.0.0/0'], false],
];

describe('R12: a receiver with a list of who may connect', { concurrency: true }, () => {
  const node = nodeForAll(() => {
    const sources = CALLS.flatMap(([from, allow], index) => {
      if (from === '::1' && withoutIpv6 !== false) return [];
      const listen = from === '::1' ? '[::1]:0' : '0.0.0.0:0';
      return [[`list-${index}`, { type: 'receiver', listen, allow }] as const];
    });
    return { sources: Object.fromEntries(sources) };
  });

  for (const [index, [from, allow, mayCome]] of CALLS.entries()) {
    const skip = from === '::1' ? withoutIpv6 : from === '127.0.0.1' ? false : withoutOthers;
    const what = `${from} ${mayCome ? 'may' : 'may not'} come where [${allow.join(', ')}] may`;
    test(`R12 (VTP 2.0 §9): ${what}`, { skip }, async (context) => {
      const place = { ...node().authors(`list-${index}`), localAddress: from };
      const packet = event(`by-list-${index}`);
      if (mayCome) {
        await publish(context, place, packet);
        return;
      }
      const wire = dial(context, place);
      wire.send(packet);
      await wire.over();
      assert.deepEqual(wire.texts, []);
      const isTold = ({ msg, source }: LogLine) => source === `list-${index}` && msg.startsWith(`${from} was refused`);
      await node().daemon.until('a line about it', () => node().daemon.log.some(isTold));
      assert.equal(node().kept(`#by-list-${index}"`), 0);
    });
  }
});

describe('R12: authors and subscribers apart', { concurrency: true }, () => {
  test('R12 (VTP 2.0 §9): who may not subscribe may publish, and is refused before anything is sent or read', async (context) => {
    const node = await startNode(context, { broadcast: { allow: ['192.0.2.0/24'] } });
    await publish(context, node.authors(), event('published'));
    const wire = dial(context, node.subscribers);
    await wire.over();
    assert.deepEqual([wire.texts, wire.unread.length], [[], 0]);
    await node.daemon.logged(/^127\.0\.0\.1 was refused as one of the subscribers: it is not in allow/);
  });

  test('R12 (VTP 2.0 §9): who may not publish may subscribe', async (context) => {
    const node = await startNode(context, {
      receiver: { allow: ['2001:db8::/32'] },
      sources: { own: { type: 'receiver', listen: here } },
    });
    const subscriber = await subscribe(context, node.subscribers);
    const wire = dial(context, node.authors());
    wire.send(event('refused'));
    await wire.over();
    await publish(context, node.authors('own'), event('published'));
    await subscriber.gets('#published"');
    assert.deepEqual([wire.texts, subscriber.got('#refused"')], [[], 0]);
  });

  test('R12 (VTP 2.0 §9): without a list only this host may connect, from every address it has', async (context) => {
    const node = await startNode(context, { receiver: { listen: '0.0.0.0:0' } });
    await publish(context, node.authors(), event('from-here'));
    if (withoutOthers !== false) return;
    const place: Place = { ...node.authors(), localAddress: '127.0.0.2' };
    await publish(context, place, event('from-there'));
  });

  test('R12 (VTP 2.0 §9): an IPv4 author is known by its IPv4 address where every address is listened on', {
    skip: withoutIpv6,
  }, async (context) => {
    const listen = '[::]:0';
    const node = await startNode(context, {
      receiver: { listen, allow: ['127.0.0.1'] },
      sources: { six: { type: 'receiver', listen, allow: ['::/96'] } },
      broadcast: { listen: '[::1]:0' },
    });
    const subscriber = await subscribe(context, node.subscribers);
    await publish(context, { ...node.authors(), host: '127.0.0.1' }, event('by-four'));
    await publish(context, { ...node.authors('six'), host: '::1' }, event('by-six'));
    for (const name of ['by-four', 'by-six']) await subscriber.gets(`#${name}"`);
    for (const place of [
      { ...node.authors(), host: '::1' },
      { ...node.authors('six'), host: '127.0.0.1' },
    ]) {
      const wire = dial(context, place);
      wire.send(event('refused'));
      await wire.over();
      assert.deepEqual(wire.texts, []);
    }
  });

  test('R12 (VTP 2.0 §9): more connections than may be are refused, and there is room again when one has gone', async (context) => {
    const node = await startNode(context, {
      receiver: { maxConnections: 2 },
      broadcast: { maxPerAddress: 2 },
    });
    for (const [place, limit] of [
      [node.authors(), /^Some authors were refused: 2 are connected, the limit of maxConnections/],
      [node.subscribers, /^127\.0\.0\.1 was refused as one of the subscribers: 2 connections .* maxPerAddress/],
    ] as const) {
      const wires = [dial(context, place), dial(context, place)];
      await Promise.all(wires.map(({ socket }) => once(socket, 'connect')));
      const third = dial(context, place);
      await third.over();
      assert.deepEqual(third.texts, []);
      await node.daemon.logged(limit);
      wires[0]?.socket.destroy();
    }
    const subscriber = await retried(() => subscribe(context, node.subscribers));
    await retried(() => publish(context, node.authors(), event('again')));
    await subscriber.gets('#again"');
  });
});

/** Does it again until it can be done. */
async function retried<Result>(action: () => Promise<Result>): Promise<Result> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    try {
      return await action();
    } catch {
      await setTimeout(20);
    }
  }
  return await action();
}

async function canListen(host: string): Promise<boolean> {
  const server = createServer();
  const listening = once(server, 'listening').then(
    () => true,
    () => false,
  );
  server.listen(0, host);
  const can = await listening;
  server.close();
  return can;
}
