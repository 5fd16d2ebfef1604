import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { publish } from './support/author.ts';
import { event } from './support/documents.ts';
import { type Node, startNode, subscriptionTo } from './support/node.ts';
import { type Subscriber, subscribe } from './support/subscriber.ts';

describe('R11: nodes that subscribe to each other', () => {
  test('R11 (VTP 2.0 §8): two nodes do not echo: each keeps and hands on each event once', async (context) => {
    await requireOnce(context, await mesh(context, [[1], [0]]));
  });

  test('R11 (VTP 2.0 §8): three nodes in a ring do not echo: each keeps and hands on each event once', async (context) => {
    await requireOnce(context, await mesh(context, [[2], [0], [1]]));
  });
});

/** @param remotes for each node the nodes to which it subscribes */
async function mesh(context: TestContext, remotes: readonly (readonly number[])[]): Promise<Node[]> {
  // Where each broadcasts is known before it does so.
  const directory = mkdtempSync(join(tmpdir(), 'mesh-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const path = (index: number) => join(directory, `${index}.sock`);
  const nodes = remotes.map((peers, index) => {
    const sources = Object.fromEntries(peers.map((peer) => [`node-${peer}`, subscriptionTo({ path: path(peer) })]));
    const identity = `ivo://org.example/node-${index}`;
    return startNode(context, { identity, sources, broadcast: { listen: `unix:${path(index)}` } });
  });
  const started = await Promise.all(nodes);
  for (const [index, node] of started.entries()) {
    await node.daemon.logged(/^Connected to /, remotes[index]?.length ?? 0);
    const subscribers = remotes.filter((peers) => peers.includes(index)).length;
    await node.daemon.logged(/ subscribes$/, subscribers);
  }
  return started;
}

/** Publishes at each node, among others the same events at all of them, and looks at what each keeps and hands on. */
async function requireOnce(context: TestContext, nodes: readonly Node[]): Promise<void> {
  const listeners = await Promise.all(nodes.map((node) => subscribe(context, node.subscribers)));
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(
      nodes.map((node, index) =>
        publish(context, node.authors(), event(`at-${index}-${round}`), event(`at-all-${round}`)),
      ),
    );
  }
  const count = 5 * (nodes.length + 1);
  // What would come back from an event has come when two later ones have gone all the way round.
  for (const last of ['last-but-one', 'last']) await goesRound(context, nodes, listeners, last);
  for (const [index, { events }] of listeners.entries()) {
    const names = events.map((one) => /ivorn="\S*#([^"]*)"/.exec(String(one))?.[1]);
    assert.equal(new Set(names).size, names.length, `node ${index} handed on ${names}`);
    assert.equal(names.length, count + 2 * nodes.length);
    assert.equal(nodes[index]?.journal.length, names.length);
  }
}

async function goesRound(
  context: TestContext,
  nodes: readonly Node[],
  listeners: readonly Subscriber[],
  name: string,
): Promise<void> {
  for (const [index, node] of nodes.entries()) await publish(context, node.authors(), event(`${name}-${index}`));
  for (const listener of listeners) for (const index of nodes.keys()) await listener.gets(`#${name}-${index}"`);
}
