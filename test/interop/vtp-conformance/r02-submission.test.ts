import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { limitFiles } from '../../support/limits.ts';
import { submit } from './support/author.ts';
import { event, readTransport } from './support/documents.ts';
import { nodeForAll } from './support/node.ts';
import { dial } from './support/wire.ts';

describe('R2: the broker’s side of a transaction', () => {
  const listen = '127.0.0.1:0';
  const node = nodeForAll(() => ({
    sources: {
      open: { type: 'receiver', listen, keepOpen: '1s' },
      rated: { type: 'receiver', listen, rate: { perSecond: 1, burst: 1 } },
      hasty: { type: 'receiver', listen, timeout: '1s' },
    },
  }));

  test('R2 (VTP 2.0 §7.1): the broker answers one event, and then closes the connection', async (context) => {
    const { role } = await submit(context, node().authors(), event('one'));
    assert.equal(role, 'ack');
  });

  test('R2 (VTP 2.0 §7.1): a second event on the same connection is neither answered nor kept', async (context) => {
    const wire = dial(context, node().authors());
    wire.send(event('first-of-two'), event('second-of-two'));
    await wire.over();
    assert.deepEqual(
      wire.texts.map((text) => readTransport(text).origin),
      ['ivo://org.example/vtp#first-of-two'],
    );
    assert.equal(node().kept('#second-of-two'), 0);
    assert.equal((await submit(context, node().authors(), event('second-of-two'))).role, 'ack');
  });

  test('R2 (VTP 2.0 §7.1): an author that sends no more after its event still gets the answer', async (context) => {
    const wire = dial(context, node().authors());
    wire.send(event('half-closed'));
    wire.socket.end();
    assert.equal(readTransport(await wire.message(0)).role, 'ack');
    await wire.over();
  });

  test('R2 (VTP 2.0 §7.1): with keepOpen several events may follow on one connection, each with its answer', async (context) => {
    const wire = dial(context, node().authors('open'));
    wire.send(event('open-1'), event('open-2', { role: 'alarm' }));
    await wire.message(1);
    wire.send(event('open-3'));
    await wire.over();
    const answers = wire.texts.map(readTransport).map(({ role, origin }) => `${role} ${origin?.split('#')[1]}`);
    // One that is not stored may be answered before one that is.
    assert.deepEqual(answers.slice(0, 2).sort(), ['ack open-1', 'nak open-2']);
    assert.deepEqual(answers.slice(2), ['ack open-3']);
  });

  test('R2 (VTP 2.0 §7.1): who sends faster than it may gets no answer, and may send again', async (context) => {
    const authors = node().authors('rated');
    const packets = [event('rated-1'), event('rated-2')];
    const send = async (packet: Buffer) => {
      const wire = dial(context, authors);
      wire.send(packet);
      await wire.over();
      return wire.texts.map((text) => readTransport(text).role);
    };
    const answers = await Promise.all(packets.map(send));
    assert.deepEqual(answers.sort(), [[], ['ack']]);
    for (const packet of packets) while ((await send(packet)).length === 0);
    assert.equal(node().kept('#rated-'), 2);
  });

  test('R2 (VTP 2.0 §7.1): a broker that cannot write its journal gives no answer, and takes the event when it is sent again', async (context) => {
    // As when the disk is full: no file may grow.
    limitFiles(node().daemon.child, 1);
    const wire = dial(context, node().authors('hasty'));
    wire.send(event('later'));
    await wire.over();
    assert.deepEqual(wire.texts, []);
    limitFiles(node().daemon.child, undefined);
    assert.equal((await submit(context, node().authors(), event('later'))).role, 'ack');
    assert.equal(node().kept('#later'), 1);
  });
});
