import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { sandbox } from '../../support/executable.ts';
import { publish } from './support/author.ts';
import { listen } from './support/broker.ts';
import { event, ivornOf, transport } from './support/documents.ts';
import { startNode, subscriptionTo } from './support/node.ts';
import { subscribe } from './support/subscriber.ts';

const skip = process.platform === 'win32' ? 'there are no Unix-domain sockets' : false;

describe('R12: Unix-domain sockets', { skip, concurrency: true }, () => {
  test('R12 (VTP 2.0 §9): authors and subscribers may connect over a socket of the host, whatever allow says', async (context) => {
    const path = socketsIn(context);
    const node = await startNode(context, {
      receiver: { listen: `unix:${path('authors')}`, allow: [] },
      broadcast: { listen: `unix:${path('subscribers')}`, allow: [] },
    });
    assert.deepEqual([node.authors(), node.subscribers], [{ path: path('authors') }, { path: path('subscribers') }]);
    const subscriber = await subscribe(context, node.subscribers);
    await publish(context, node.authors(), event('over-a-socket'));
    await subscriber.gets('#over-a-socket"');
  });

  test('R12 (VTP 2.0 §9): only the daemon’s user and group may connect there', async (context) => {
    const path = socketsIn(context);
    await startNode(context, {
      receiver: { listen: `unix:${path('authors')}` },
      broadcast: { listen: `unix:${path('subscribers')}` },
    });
    for (const name of ['authors', 'subscribers']) assert.equal(statSync(path(name)).mode & 0o777, 0o660);
  });

  test('R12 (VTP 2.0 §9): a socket that a killed daemon has left is taken over', async (context) => {
    const path = socketsIn(context);
    const node = await startNode(context, { receiver: { listen: `unix:${path('authors')}` } });
    await node.kill();
    assert.ok(statSync(path('authors')).isSocket());
    await node.start();
    await publish(context, node.authors(), event('after-all'));
  });

  test('R12 (VTP 2.0 §9): a subscriber dials a broker on a Unix-domain socket, and dials it again', async (context) => {
    const path = socketsIn(context)('broker');
    const broker = await listen(context, { path });
    await startNode(context, { receiver: false, sources: { peer: subscriptionTo({ path }) } });
    (await broker.wire(0)).socket.end();
    const wire = await broker.wire(1);
    wire.send(event('from-a-socket'));
    await wire.saying(/role="ack"/);
  });

  test('R12 (VTP 2.0 §9): voeventd send publishes to a Unix-domain socket', async (context) => {
    const path = socketsIn(context)('broker');
    const script = (wire: { send(document: Buffer): void }) => wire.send(transport('ack', { origin: ivornOf('one') }));
    const broker = await listen(context, { path, script });
    const box = sandbox(context);
    box.write('event.xml', event('one'));
    const send = box.start('send', 'event.xml', '--to', `unix:${path}`);
    assert.equal((await send.exited).code, 0, send.lines.join('\n'));
    assert.deepEqual((await broker.wire()).messages, [event('one')]);
  });
});

/** Paths of sockets, short enough for every system. */
function socketsIn(context: TestContext): (name: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'vtp-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return (name) => join(directory, name);
}
