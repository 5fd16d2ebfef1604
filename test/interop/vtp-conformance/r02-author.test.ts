import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { sandbox, type Voeventd } from '../../support/executable.ts';
import { listen, type ScriptedBroker } from './support/broker.ts';
import { event, ivornOf, readTransport, transport } from './support/documents.ts';
import type { Wire } from './support/wire.ts';

describe('R2: voeventd send, an author', { concurrency: true }, () => {
  test('R2 (VTP 2.0 §7.1): sends one event, waits for the receipt, and closes the connection', async (context) => {
    const { broker, send } = await sending(context, (wire) => void wire);
    const wire = await broker.wire();
    assert.deepEqual(await wire.message(0), event('one').toString());
    assert.equal(wire.isOver, false);
    wire.send(receipt('ack'));
    await wire.over();
    assert.equal((await send.exited).code, 0);
    assert.equal(wire.messages.length, 1);
    assert.equal(broker.wires.length, 1);
  });

  test('R2 (VTP 2.0 §7.1): takes no answer for a temporary failure, and sends the same bytes again after waits that grow', async (context) => {
    const attempts = 5;
    const { broker, send } = await sending(
      context,
      (wire) => {
        wire.heard = () => wire.socket.end();
      },
      ['--attempts', String(attempts), '--delay', '50ms'],
    );
    assert.equal((await send.exited).code, 3);
    assert.deepEqual(
      broker.wires.map(({ messages }) => messages),
      Array(attempts).fill([event('one')]),
    );
    const waits = broker.times.slice(1).map((time, index) => time - (broker.times[index] ?? 0));
    // Each is twice the one before, and a fifth more or less.
    for (const [index, wait] of waits.entries()) {
      assert.ok(wait >= 0.8 * 50 * 2 ** index, `wait ${index} was ${wait} ms`);
    }
  });

  test('R2 (VTP 2.0 §7.1): takes a broker that says nothing for a temporary failure too', async (context) => {
    const answering = (wire: Wire, index: number) => {
      if (index === 1) wire.send(receipt('ack'));
    };
    const { broker, send } = await sending(context, answering, ['--timeout', '1s', '--delay', '10ms']);
    assert.equal((await send.exited).code, 0);
    assert.match(send.lines.join('\n'), /no receipt within 1s/);
    assert.equal(broker.wires.length, 2);
  });

  test('R2 (VTP 2.0 §7.1): answers what it is asked meanwhile, and then heeds the receipt', async (context) => {
    const { broker, send } = await sending(context, (wire) =>
      wire.send(
        transport('authenticate', { origin: 'ivo://org.example/asks' }),
        transport('iamalive', { origin: 'ivo://org.example/asks' }),
      ),
    );
    const wire = await broker.wire();
    const answers = [await wire.saying(/role="authenticate"/), await wire.saying(/role="iamalive"/)];
    for (const answer of answers) assert.equal(readTransport(answer).origin, 'ivo://org.example/asks');
    wire.send(receipt('ack'));
    assert.equal((await send.exited).code, 0);
  });

  test('R2 (VTP 2.0 §7.1): takes an event, or bytes that are no message, for no receipt', async (context) => {
    const { send } = await sending(
      context,
      (wire) => {
        wire.send(event('another'), '', 'no XML');
        wire.heard = () => wire.socket.end();
      },
      ['--attempts', '1'],
    );
    assert.equal((await send.exited).code, 3);
  });

  test('R2 (VTP 2.0 §3): does not wait for a broker that does not speak VTP', async (context) => {
    const { send } = await sending(context, (wire) => void wire.socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'), [
      '--attempts',
      '1',
    ]);
    assert.equal((await send.exited).code, 3);
    assert.match(send.lines.join('\n'), /it announced a message of \d+ bytes.*it does not speak VTP/);
  });

  test('R2 (VTP 2.0 §3): reads a receipt with its length least significant byte first', async (context) => {
    const { send } = await sending(context, (wire) => {
      wire.littleEndian = true;
      wire.send(receipt('ack'));
    });
    assert.equal((await send.exited).code, 0);
  });
});

/** `voeventd send` with the event `one`, and the broker that it sends it to. */
async function sending(
  context: TestContext,
  script: (wire: Wire, index: number) => void,
  options: readonly string[] = [],
): Promise<{ broker: ScriptedBroker; send: Voeventd }> {
  const broker = await listen(context, { script });
  const box = sandbox(context);
  box.write('event.xml', event('one'));
  return { broker, send: box.start('send', 'event.xml', '--to', broker.address, ...options) };
}

function receipt(role: 'ack' | 'nak'): Buffer {
  return transport(role, { origin: ivornOf('one') });
}
