import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { sandbox } from '../../support/executable.ts';
import { publish } from './support/author.ts';
import { listen, type ScriptedBroker } from './support/broker.ts';
import { event } from './support/documents.ts';
import { nodeForAll, subscriptionTo } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';

const skip = process.platform === 'win32' ? 'there are no Unix-domain sockets' : false;

describe('R12: Unix-domain sockets', { skip }, () => {
  let directory = '';
  let broker: ScriptedBroker;
  const path = (name: string) => join(directory, name);
  const node = nodeForAll(async (scope) => {
    // Short enough for every system.
    directory = mkdtempSync(join(tmpdir(), 'vtp-'));
    scope.after(() => rmSync(directory, { recursive: true, force: true }));
    broker = await listen(scope, { path: path('broker') });
    return {
      receiver: { listen: `unix:${path('authors')}`, allow: [] },
      sources: { peer: subscriptionTo(broker.place) },
      broadcast: { listen: `unix:${path('subscribers')}`, allow: [] },
    };
  });

  test('R12 (VTP 2.0 §9): authors and subscribers may connect over a socket of the host, whatever allow says', async (context) => {
    const places = [node().authors(), node().subscribers];
    assert.deepEqual(places, [{ path: path('authors') }, { path: path('subscribers') }]);
    const subscriber = await subscribe(context, node().subscribers);
    await publish(context, node().authors(), event('over-a-socket'));
    await subscriber.gets('#over-a-socket"');
  });

  test('R12 (VTP 2.0 §9): only the daemon’s user and group may connect there', () => {
    for (const name of ['authors', 'subscribers']) assert.equal(statSync(path(name)).mode & 0o777, 0o660);
  });

  test('R12 (VTP 2.0 §9): a subscriber dials a broker on a Unix-domain socket, and dials it again', async () => {
    (await broker.wire(0)).socket.end();
    const wire = await broker.wire(1);
    wire.send(event('from-a-socket'));
    await wire.saying(/role="ack"/);
  });

  test('R12 (VTP 2.0 §9): voeventd send publishes to a Unix-domain socket', async (context) => {
    const box = sandbox(context);
    box.write('event.xml', event('sent'));
    const send = box.start('send', 'event.xml', '--to', `unix:${path('authors')}`);
    assert.equal((await send.exited).code, 0, send.lines.join('\n'));
    assert.equal(node().kept('#sent"'), 1);
  });

  test('R12 (VTP 2.0 §9): a socket that a killed daemon has left is taken over', async (context) => {
    await node().kill();
    assert.ok(statSync(path('authors')).isSocket());
    await node().start();
    const subscriber = await subscribe(context, node().subscribers);
    await publish(context, node().authors(), event('after-all'));
    await subscriber.gets('#after-all"');
  });
});
