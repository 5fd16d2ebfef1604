import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { parseTransport } from '../../../src/vtp/message.ts';
import { frame, littleEndianFrame, ScriptedBroker } from '../../support/broker.ts';
import { ESTAR_IAMALIVE, transport, voevent } from '../../support/packets.ts';
import { turns, until } from '../../support/wait.ts';
import { HeldStore, QuickStore, subscribe } from './subscription.ts';

function originOf(message: string): string | undefined {
  return parseTransport(Buffer.from(message))?.origin;
}

describe('subscriber', () => {
  it('answers iamalive while no event gets stored (R4, VTP 2.0 §4.2)', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    connection.send(voevent(), transport('iamalive'));
    assert.equal(parseTransport(Buffer.from(await connection.message(0)))?.role, 'iamalive');
    connection.send(ESTAR_IAMALIVE);
    assert.equal(await connection.message(1), ESTAR_IAMALIVE.toString());
    assert.equal(store.arrivals.length, 1);
  });

  it('acknowledges an event when it is stored, and not before', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    connection.send(voevent('ivo://example.org/s#1'), voevent('ivo://example.org/s#2'), transport('iamalive'));
    await connection.message(0);
    await turns();
    assert.equal(connection.messages.length, 1, 'only the iamalive is answered');
    store.stored(1);
    assert.equal(originOf(await connection.message(1)), 'ivo://example.org/s#2');
    store.stored(0);
    assert.equal(originOf(await connection.message(2)), 'ivo://example.org/s#1');
  });

  it('hands on the exact bytes, however they are cut on the way', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    const packet = voevent('ivo://example.org/s#é', 'test', '\n<What/> ');
    for (const byte of frame(packet)) {
      connection.socket.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    await store.arrived(1);
    assert.deepEqual(store.arrivals[0]?.packet, packet);
    assert.equal(store.arrivals[0]?.peer, broker.address.text);
    assert.equal(store.arrivals[0]?.envelope.ivorn, 'ivo://example.org/s#é');
  });

  it('sends each message in one write, and what is stored in one turn together', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    connection.send(...Array.from({ length: 20 }, (_, index) => voevent(`ivo://example.org/s#${index}`)));
    await store.arrived(20);
    for (let index = 0; index < 10; index++) {
      store.stored(index);
      const message = await connection.message(index);
      assert.deepEqual(connection.chunks[index], frame(message), 'a chunk is a frame');
    }
    const write = t.mock.method(Socket.prototype, 'write');
    for (let index = 10; index < 20; index++) store.stored(index);
    await connection.message(19);
    assert.equal(write.mock.callCount(), 1);
  });

  it('shows what it is doing', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { subscriber, store, stop } = subscribe(t, [broker.address], new HeldStore());
    assert.match(subscriber.status.state, /^connecting$/);
    const connection = await broker.connection();
    connection.send(voevent(), transport('iamalive'));
    await connection.message(0);
    const { status } = subscriber;
    if (status.state !== 'connected') return assert.fail(status.state);
    assert.equal(status.events, 1);
    assert.equal(status.broker, broker.address.text);
    assert.equal(status.lastIamaliveAt, status.lastMessageAt);
    assert.equal(store.arrivals.length, 1);
    await stop();
    const { lastMessageAt, lastIamaliveAt } = status;
    assert.deepEqual(subscriber.status, { state: 'stopped', lastMessageAt, lastIamaliveAt, reconnects: 0 });
  });

  it('answers a broker with little-endian lengths in kind, and names it in the log', async (t) => {
    await using broker = await ScriptedBroker.listen({ littleEndian: true });
    const { log } = subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection();
    connection.socket.write(Buffer.concat([littleEndianFrame(transport('iamalive')), littleEndianFrame(voevent())]));
    assert.equal(originOf(await connection.message(0)), 'ivo://example.org/broker');
    assert.equal(originOf(await connection.message(1)), 'ivo://example.org/stream#1');
    assert.match((await log.said(/little-endian/)).message, /^127\.0\.0\.1:\d+ writes lengths in little-endian order/);
  });

  it('discards a message above maxFrame, names it, says how to raise the limit, and goes on', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { log, store } = subscribe(t, [broker.address], new QuickStore(), { maxFrame: 2_000 });
    const connection = await broker.connection();
    const large = voevent('ivo://example.org/large#1', 'observation', 'x'.repeat(100_000));
    connection.send(transport('iamalive'), large, voevent('ivo://example.org/small#1'));
    assert.equal(originOf(await connection.message(1)), 'ivo://example.org/small#1');
    assert.equal(store.arrivals.length, 1);
    assert.deepEqual(await log.said(/discarded/), {
      level: 'error',
      message: `A message of ${large.length} bytes was discarded: the limit is 2000. To receive such messages set maxFrame: ${large.length} (or more) for this source`,
      fields: { broker: broker.address.text, bytes: large.length, ivorn: 'ivo://example.org/large#1' },
    });
  });

  it('acknowledges what came with the broker’s farewell', async (t) => {
    await using broker = await ScriptedBroker.listen();
    subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection();
    // The broker has no more to say but still listens.
    connection.socket.end(frame(voevent()));
    assert.equal(originOf(await connection.message(0)), 'ivo://example.org/stream#1');
    await connection.gone();
  });

  it('sends the acks of what is stored before it stops', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store, stop } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    connection.send(voevent());
    await store.arrived(1);
    store.stored(0);
    await stop();
    assert.equal(originOf(await connection.message(0)), 'ivo://example.org/stream#1');
    await until(() => connection.ended, 'the end');
  });

  it('tells whether an ack was sent', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store, log } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    connection.send(voevent('ivo://example.org/s#1'), '<html/>', voevent('ivo://example.org/s#2'));
    await store.arrived(3);
    assert.equal(store.stored(0), true);
    assert.equal(store.stored(1), false, 'what is no alert gets none');
    await connection.message(0);
    connection.socket.resetAndDestroy();
    await log.said(/No feed/);
    assert.equal(store.stored(2), false, 'nobody is there to hear it');
  });

  it('knows when the last byte of a document was read', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { store } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    const [one, other] = [frame(voevent('ivo://example.org/s#1')), frame(voevent('ivo://example.org/s#2'))];
    connection.socket.write(Buffer.concat([one, other.subarray(0, -1)]));
    await store.arrived(1);
    const between = performance.now();
    connection.socket.write(other.subarray(-1));
    await store.arrived(2);
    const [first = 0, second = 0] = store.arrivals.map(({ arrivedAt }) => arrivedAt);
    assert.ok(0 < first && first < between && between < second && second < performance.now());
  });

  it('says in its acks where the packet is stored, when it is told to', async (t) => {
    await using broker = await ScriptedBroker.listen();
    subscribe(t, [broker.address], new QuickStore(), { storedUrl: 'http://host:8090/alerts/' });
    const connection = await broker.connection();
    connection.send(voevent());
    const stored = { name: 'stored', value: 'http://host:8090/alerts/0123456789abcdef.xml' };
    assert.deepEqual(parseTransport(Buffer.from(await connection.message(0)))?.params, [stored]);
  });
});
