import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setInterval } from 'node:timers/promises';
import { publish } from './support/author.ts';
import { event, ivornOf, readTransport, transport } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { dial, frame } from './support/wire.ts';

describe('R3: authors that do not speak VTP', { concurrency: true }, () => {
  const node = nodeForAll(() => ({
    sources: { hasty: { type: 'receiver', listen: '127.0.0.1:0', timeout: '1s', maxPerAddress: 100 } },
  }));

  test('R3 (VTP 2.0 §7.2): one that says nothing is hung up on, without an answer', async (context) => {
    const wire = dial(context, node().authors('hasty'));
    await wire.over();
    assert.deepEqual(wire.texts, []);
  });

  test('R3 (VTP 2.0 §7.2): one that sends byte after byte, slowly, is hung up on, without an answer', async (context) => {
    const wire = dial(context, node().authors('hasty'));
    const bytes = frame(event('drip', { what: `<Description>${'x'.repeat(20_000)}</Description>` }));
    const started = performance.now();
    for await (const _ of setInterval(10)) {
      if (wire.isOver) break;
      const at = wire.socket.bytesWritten;
      wire.socket.write(bytes.subarray(at, at + 10));
    }
    assert.ok(performance.now() - started > 900, 'it has its second');
    assert.deepEqual(wire.texts, []);
    assert.equal(node().kept('#drip"'), 0);
  });

  test('R3 (VTP 2.0 §3): one that stops in the middle of an event is hung up on, without an answer', async (context) => {
    for (const bytes of [2, 4, 100]) {
      const wire = dial(context, node().authors('hasty'));
      wire.socket.end(frame(event('stops')).subarray(0, bytes));
      await wire.over();
      assert.deepEqual(wire.texts, []);
    }
    assert.equal(node().kept('#stops"'), 0);
  });

  for (const [what, bytes] of Object.entries({
    HTTP: 'GET / HTTP/1.1\r\nHost: example.org\r\n\r\n',
    TLS: Buffer.from('16030100c8010000c40303'.padEnd(400, '5a'), 'hex'),
    'a length of 4 GB': Buffer.from('ffffffff', 'hex'),
    'a length of 2 GB': Buffer.from('8000000061', 'hex'),
  })) {
    test(`R3 (VTP 2.0 §3): one that sends ${what} is hung up on, without an answer`, async (context) => {
      const wire = dial(context, node().authors('hasty'));
      wire.socket.write(bytes);
      await wire.over();
      assert.deepEqual(wire.texts, []);
    });
  }

  test('R3 (VTP 2.0 §3): messages of length zero are passed over', async (context) => {
    const wire = dial(context, node().authors());
    wire.send('', '', event('after-zero'));
    assert.equal(readTransport(await wire.message(0)).role, 'ack');
    await wire.over();
  });

  test('R3 (VTP 2.0 §3): lengths least significant byte first are read, and answered so', async (context) => {
    const wire = dial(context, node().authors());
    wire.littleEndian = true;
    wire.send(event('little-endian'));
    const { role, origin } = readTransport(await wire.message(0));
    assert.deepEqual([role, origin], ['ack', ivornOf('little-endian')]);
    await wire.over();
  });

  test('R3 (VTP 2.0 §7.2): a Transport message of an unknown role ends the connection, without an answer', async (context) => {
    const wire = dial(context, node().authors('hasty'));
    wire.send(transport('sing'));
    await wire.over();
    assert.deepEqual(wire.texts, []);
  });

  test('R3 (VTP 2.0 §7.2): receipts from an author are not answered', async (context) => {
    const wire = dial(context, node().authors('hasty'));
    wire.send(transport('ack'), transport('nak'));
    await wire.over();
    assert.deepEqual(wire.texts, []);
  });

  test('R3 (VTP 2.0 §7.2): one that has gone before its answer harms nobody', async (context) => {
    for (let count = 0; count < 10; count += 1) {
      const { socket } = dial(context, node().authors('hasty'));
      await once(socket, 'connect');
      socket.write(frame(event(`gone-${count}`)), () => socket.destroy());
      await once(socket, 'close');
    }
    await publish(context, node().authors(), event('after-those-gone'));
  });

  test('R3 (VTP 2.0 §7.2): meanwhile the others are answered', async (context) => {
    for (const name of ['beside-1', 'beside-2', 'beside-3']) await publish(context, node().authors(), event(name));
  });
});
