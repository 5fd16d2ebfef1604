import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sandbox } from '../../support/executable.ts';
import { publish } from './support/author.ts';
import { listen } from './support/broker.ts';
import { delicateEvents } from './support/delicate.ts';
import { event, transport } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { until } from './support/patience.ts';
import { subscribe } from './support/subscriber.ts';
import { startSubscribing } from './support/subscribing.ts';
import { dial, frame } from './support/wire.ts';

describe('R1: an event keeps its bytes', { concurrency: true }, () => {
  const node = nodeForAll();

  for (const [name, packet] of delicateEvents()) {
    test(`R1 (VTP 2.0 §3.1): from author to subscriber nothing of an event changes: ${name}`, async (context) => {
      const subscriber = await subscribe(context, node().subscribers);
      await publish(context, node().authors(), packet);
      await until(() => subscriber.events.some((one) => one.equals(packet)), 'the same bytes');
      assert.equal(node().journal.filter((one) => one.equals(packet)).length, 1);
    });
  }

  test('R1 (VTP 2.0 §3): an event that arrives byte by byte is the same as one in one piece', async (context) => {
    const subscriber = await subscribe(context, node().subscribers);
    const packet = event('byte-by-byte');
    const author = dial(context, node().authors());
    for (const byte of [...frame(packet)]) {
      await new Promise<void>((resolve) => author.socket.write(Buffer.from([byte]), () => resolve()));
    }
    await author.saying(/role="ack"/);
    await subscriber.gets('#byte-by-byte');
    assert.ok(subscriber.events.some((one) => one.equals(packet)));
  });
});

describe('R1: a node that subscribes', () => {
  test('R1 (VTP 2.0 §3.1): hands on what its broker sent, byte for byte, several events in one piece too', async (context) => {
    const packets = [...delicateEvents().values()];
    const { node, wire } = await startSubscribing(context);
    const subscriber = await subscribe(context, node.subscribers);
    wire.send(...packets);
    await wire.saying(/role="ack"/, packets.length);
    await until(() => subscriber.events.length === packets.length, 'every event');
    assert.deepEqual(subscriber.events, packets);
    assert.deepEqual(node.journal, packets);
  });
});

describe('R1: voeventd send', () => {
  test('R1 (VTP 2.0 §3.1): sends the bytes of its file, or of its standard input, as they are', async (context) => {
    const box = sandbox(context);
    const broker = await listen(context, {
      script: (wire) => {
        wire.heard = (packet) => wire.send(transport('ack', { origin: ivornIn(packet) }));
      },
    });
    const packets = ['utf-8-with-mark', 'latin-1', 'utf-16', 'crlf', 'space-after-the-end', 'large'].map(delicateEvent);
    for (const packet of packets) {
      box.write('event.xml', packet);
      const send = box.start('send', 'event.xml', '--to', broker.address);
      assert.equal((await send.exited).code, 0, send.lines.join('\n'));
    }
    const piped = delicateEvent('utf-8');
    const send = box.startWith({ input: piped }, 'send', '-', '--to', broker.address);
    assert.equal((await send.exited).code, 0, send.lines.join('\n'));
    assert.deepEqual(
      broker.wires.map(({ messages }) => messages),
      [...packets, piped].map((packet) => [packet]),
    );
  });
});

function delicateEvent(name: string): Buffer {
  return delicateEvents().get(name) ?? assert.fail(name);
}

function ivornIn(packet: Buffer): string {
  return /ivorn=["']([^"']*)["']/.exec(packet.toString('latin1').replaceAll('\0', ''))?.[1] ?? '';
}
