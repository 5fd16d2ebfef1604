import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { LogLine } from '../../support/executable.ts';
import { publish } from './support/author.ts';
import { event } from './support/documents.ts';
import { nodeForAll, startNode } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';
import { dial, type Place } from './support/wire.ts';

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

describe('R12: a node with lists of who may connect', { concurrency: true }, () => {
  const node = nodeForAll(() => {
    const six = withoutIpv6 === false ? { listen: '[::]:0' } : {};
    const receiver = (options: Readonly<Record<string, unknown>>) => ({
      type: 'receiver',
      listen: '0.0.0.0:0',
      ...options,
    });
    const lists = CALLS.flatMap(([from, allow], index) =>
      from === '::1' && withoutIpv6 !== false
        ? []
        : [[`list-${index}`, receiver({ allow, ...(from === '::1' ? { listen: '[::1]:0' } : {}) })] as const],
    );
    const sources = {
      ...Object.fromEntries(lists),
      four: receiver({ ...six, allow: ['127.0.0.1'] }),
      six: receiver({ ...six, allow: ['::/96'] }),
      unlisted: receiver({}),
    };
    return { receiver: { maxConnections: 2 }, sources, broadcast: { maxPerAddress: 2 } };
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
      await requireRefused(context, place, packet);
      const isTold = ({ msg, source }: LogLine) => source === `list-${index}` && msg.startsWith(`${from} was refused`);
      await node().daemon.until('a line about it', () => node().daemon.log.some(isTold));
      assert.equal(node().kept(`#by-list-${index}"`), 0);
    });
  }

  test('R12 (VTP 2.0 §9): without a list only this host may connect, from every address it has', {
    skip: withoutOthers,
  }, async (context) => {
    for (const localAddress of ['127.0.0.1', '127.0.0.2']) {
      await publish(context, { ...node().authors('unlisted'), localAddress }, event(`from-${localAddress}`));
    }
  });

  test('R12 (VTP 2.0 §9): an IPv4 author is known by its IPv4 address where every address is listened on', {
    skip: withoutIpv6,
  }, async (context) => {
    const at = (source: string, host: string) => ({ ...node().authors(source), host });
    await publish(context, at('four', '127.0.0.1'), event('by-four'));
    await publish(context, at('six', '::1'), event('by-six'));
    await requireRefused(context, at('four', '::1'), event('refused'));
    await requireRefused(context, at('six', '127.0.0.1'), event('refused'));
  });

  test('R12 (VTP 2.0 §9): more connections than may be are refused, and there is room again when one has gone', async (context) => {
    for (const [place, limit] of [
      [node().authors(), /^Some authors were refused: 2 are connected, the limit of maxConnections/],
      [node().subscribers, /^127\.0\.0\.1 was refused as one of the subscribers: 2 connections .* maxPerAddress/],
    ] as const) {
      const wires = [dial(context, place), dial(context, place)];
      await Promise.all(wires.map(({ socket }) => once(socket, 'connect')));
      await requireRefused(context, place, event('too-many'));
      await node().daemon.logged(limit);
      wires[0]?.socket.destroy();
    }
    const subscriber = await retried(() => subscribe(context, node().subscribers));
    await retried(() => publish(context, node().authors(), event('again')));
    await subscriber.gets('#again"');
  });
});

describe('R12: authors and subscribers apart', () => {
  test('R12 (VTP 2.0 §9): who may publish may not subscribe, nor who may subscribe publish, unless both lists have it', async (context) => {
    const node = await startNode(context, {
      receiver: { allow: ['127.0.0.1'], listen: '0.0.0.0:0' },
      broadcast: { allow: ['127.0.0.2'], listen: '0.0.0.0:0' },
    });
    await publish(context, node.authors(), event('published'));
    const refused = dial(context, node.subscribers);
    await refused.over();
    assert.deepEqual([refused.texts, refused.unread.length], [[], 0]);
    await node.daemon.logged(/^127\.0\.0\.1 was refused as one of the subscribers: it is not in allow/);
    if (withoutOthers !== false) return;
    const subscriber = await subscribe(context, { ...node.subscribers, localAddress: '127.0.0.2' });
    await requireRefused(context, { ...node.authors(), localAddress: '127.0.0.2' }, event('refused'));
    await publish(context, node.authors(), event('more'));
    await subscriber.gets('#more"');
    assert.equal(node.kept('#refused"'), 0);
  });
});

/** Whoever connects there gets nothing, and what it sends is not read. */
async function requireRefused(context: TestContext, place: Place, packet: Buffer): Promise<void> {
  const wire = dial(context, place);
  wire.send(packet);
  await wire.over();
  assert.deepEqual([wire.texts, wire.unread.length], [[], 0]);
}

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
