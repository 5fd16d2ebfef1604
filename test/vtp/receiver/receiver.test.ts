import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { parseEndpoint } from '../../../src/vtp/address.ts';
import { parseTransport } from '../../../src/vtp/message.ts';
import { parseNetworks } from '../../../src/vtp/networks.ts';
import type { Examination } from '../../../src/vtp/receiver/conversation.ts';
import { Receiver, type ReceiverSettings } from '../../../src/vtp/receiver/receiver.ts';
import { frame } from '../../support/broker.ts';
import { voevent } from '../../support/packets.ts';
import { Peer } from '../../support/peer.ts';
import { recordLog, turns, until, within } from '../../support/wait.ts';
import { HeldStore, QuickStore } from '../subscriber/subscription.ts';

const TAKEN: Examination = { state: 'taken' };

async function receive(
  context: TestContext,
  {
    store = new QuickStore(),
    examine = async () => TAKEN,
    ...changes
  }: Partial<ReceiverSettings> & {
    store?: HeldStore;
    examine?: (packet: Buffer) => Promise<Examination>;
  } = {},
) {
  const log = recordLog();
  const listen = parseEndpoint('127.0.0.1:0', 0);
  if (listen === undefined) throw new Error('There is no place to listen.');
  const settings: ReceiverSettings = {
    ...{ identity: 'ivo://example.org/us', listen, allow: parseNetworks('127.0.0.1') ?? [], tls: undefined },
    ...{ maxConnections: 64, maxPerAddress: 16, rate: { perSecond: 1_000, burst: 1_000 } },
    ...{ timeoutMs: 20_000, keepOpenMs: undefined, maxFrame: 512_000 },
    ...changes,
  };
  const receiver = new Receiver(settings, store, examine, log);
  const stop = new AbortController();
  const ended = receiver.start(stop.signal);
  context.after(async () => {
    stop.abort();
    await ended;
  });
  assert.equal(await within(receiver.started, 'the receiver to listen'), undefined);
  const { status } = receiver;
  const address = status.state === 'listening' ? status.address : '';
  return { receiver, address, store, log, stop: () => stop.abort(), ended };
}

const receiptOf = async (peer: Peer, index = 0) => parseTransport(Buffer.from(await peer.message(index)));

describe('a receiver', () => {
  it('acknowledges an event when its bytes are on disk, and closes', async (t) => {
    const store = new HeldStore();
    const { address, receiver } = await receive(t, { store });
    const packet = voevent('ivo://example.org/s#1');
    const author = await Peer.connect(address);
    author.send(packet);
    await store.arrived(1);
    await turns();
    assert.deepEqual(author.messages, [], 'nothing is said before it is stored');
    assert.deepEqual(store.arrivals[0]?.packet, packet);
    assert.match(store.arrivals[0]?.peer ?? '', /^127\.0\.0\.1:\d+$/);
    store.stored(0);
    assert.equal((await receiptOf(author))?.role, 'ack');
    await author.gone();
    const { status } = receiver;
    assert.ok(status.state === 'listening' && status.events === 1 && status.refused === 0);
  });

  it('refuses what is examined and found wanting, and keeps nothing of it', async (t) => {
    const examine = async () => ({ state: 'refused', problem: 'It has no <Who>' }) as const;
    const { address, store, log, receiver } = await receive(t, { examine });
    const author = await Peer.connect(address);
    author.send(voevent());
    const nak = await receiptOf(author);
    assert.deepEqual([nak?.role, nak?.result], ['nak', 'It has no <Who>']);
    await author.gone();
    assert.equal(store.arrivals.length, 0);
    assert.match(log.find(/^Refused/)?.message ?? '', /Refused ivo:\/\/example.org\/stream#1: It has no <Who>/);
    const { status } = receiver;
    assert.ok(status.state === 'listening' && status.refused === 1);
  });

  it('does not answer what cannot be examined', async (t) => {
    const examine = async () => ({ state: 'unknown', reason: 'it took longer than 2 s' }) as const;
    const { address, log } = await receive(t, { examine });
    const author = await Peer.connect(address);
    author.send(voevent());
    await author.gone();
    assert.deepEqual(author.messages, []);
    await log.said(/Cannot examine an event .*: it took longer than 2 s/);
  });

  it('answers an author that has closed its half', async (t) => {
    const { address } = await receive(t);
    const author = await Peer.connect(address);
    author.socket.end(frame(voevent()));
    assert.equal((await receiptOf(author))?.role, 'ack');
    await author.gone();
  });

  it('keeps a connection open for several events when told to, and bounds what is in hand', async (t) => {
    const store = new HeldStore();
    const { address } = await receive(t, { store, keepOpenMs: 60_000 });
    const author = await Peer.connect(address);
    const count = 100;
    author.send(...Array.from({ length: count }, (_, index) => voevent(`ivo://example.org/s#${index}`)));
    for (let index = 0; index < count; index++) {
      await store.arrived(index + 1);
      store.stored(index);
    }
    await author.message(count - 1);
    const origins = author.messages.map((message) => parseTransport(message)?.origin);
    assert.deepEqual(
      origins,
      Array.from({ length: count }, (_, index) => `ivo://example.org/s#${index}`),
    );
    assert.ok(!author.ended);
    author.close();
  });

  it('gives nobody more than its rate, and does not nak: the author tries again', async (t) => {
    const { address, store, log } = await receive(t, { rate: { perSecond: 0.001, burst: 2 } });
    for (let index = 0; index < 2; index++) {
      const author = await Peer.connect(address);
      author.send(voevent());
      assert.equal((await receiptOf(author))?.role, 'ack');
    }
    const author = await Peer.connect(address);
    author.send(voevent());
    await author.gone();
    assert.deepEqual([author.messages.length, store.arrivals.length], [0, 2]);
    await log.said(/127\.0\.0\.1 sends events faster than rate allows \(0\.001 a second, 2 at once\)/);
  });

  it('ends the connection of one who sends nothing, or too slowly', async (t) => {
    const { address } = await receive(t, { timeoutMs: 50 });
    const silent = await Peer.connect(address);
    const slow = await Peer.connect(address);
    slow.socket.write(frame(voevent()).subarray(0, 20));
    await silent.gone();
    await slow.gone();
    assert.deepEqual([silent.messages, slow.messages], [[], []]);
  });

  it('answers what has arrived before it stops, and lets nobody in after', async (t) => {
    const store = new HeldStore();
    const { address, stop, ended } = await receive(t, { store });
    const [author, idle] = [await Peer.connect(address), await Peer.connect(address)];
    author.send(voevent());
    await store.arrived(1);
    stop();
    await idle.gone();
    await assert.rejects(Peer.connect(address), { code: 'ECONNREFUSED' });
    store.stored(0);
    assert.equal((await receiptOf(author))?.role, 'ack');
    await within(ended, 'the receiver to stop');
  });

  it('says that it cannot listen, and goes on trying', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    await until(() => taken.listening, 'the other to listen');
    t.after(() => taken.close());
    const listen = parseEndpoint(`127.0.0.1:${(taken.address() as { port: number }).port}`, 0);
    const log = recordLog();
    const settings = {
      maxConnections: 1,
      maxPerAddress: 1,
      rate: { perSecond: 1, burst: 1 },
      timeoutMs: 1,
      maxFrame: 1_024,
    };
    const receiver = new Receiver(
      {
        ...settings,
        identity: 'ivo://example.org/us',
        listen: listen ?? { path: '', text: '' },
        allow: [],
        tls: undefined,
        keepOpenMs: undefined,
      },
      new HeldStore(),
      async () => TAKEN,
      log,
    );
    const stop = new AbortController();
    const ended = receiver.start(stop.signal);
    assert.match((await within(receiver.started, 'the outcome')) ?? '', /in use by another program/);
    assert.equal(receiver.status.state, 'failed');
    await log.said(/Cannot listen for authors on .*; trying again in 5s/);
    stop.abort();
    await within(ended, 'the receiver to stop');
  });

  it('tells whether an ack was sent', async (t) => {
    const store = new HeldStore();
    const { address, receiver } = await receive(t, { store });
    const [here, gone] = [await Peer.connect(address), await Peer.connect(address)];
    here.send(voevent());
    await store.arrived(1);
    gone.send(voevent());
    await store.arrived(2);
    gone.socket.resetAndDestroy();
    await until(() => receiver.status.state === 'listening' && receiver.status.connections === 1, 'it to be gone');
    assert.deepEqual([store.stored(0), store.stored(1)], [true, false]);
    assert.equal((await receiptOf(here))?.role, 'ack');
  });

  it('knows when the last byte of an event was read, however long it is examined', async (t) => {
    const store = new HeldStore();
    const begun: number[] = [];
    const { promise, resolve } = Promise.withResolvers<Examination>();
    const examine = () => {
      begun.push(performance.now());
      return promise;
    };
    const { address } = await receive(t, { store, examine, keepOpenMs: 60_000 });
    const author = await Peer.connect(address);
    for (const count of [1, 2]) {
      author.send(voevent(`ivo://example.org/s#${count}`));
      await until(() => begun.length === count, 'the examination');
    }
    resolve(TAKEN);
    await store.arrived(2);
    const [first = 0, second = 0] = store.arrivals.map(({ arrivedAt }) => arrivedAt);
    const [one = 0, other = 0] = begun;
    assert.ok(0 < first && first <= one && one < second && second <= other);
    author.close();
  });

  it('says in its acks where the packet is stored, when it is told to, and not in a nak', async (t) => {
    const told = { storedUrl: 'http://host:8090/alerts/' };
    const taking = await Peer.connect((await receive(t, told)).address);
    taking.send(voevent());
    const ack = await receiptOf(taking);
    const stored = { name: 'stored', value: 'http://host:8090/alerts/0123456789abcdef.xml' };
    assert.deepEqual([ack?.role, ack?.params], ['ack', [stored]]);
    const examine = async () => ({ state: 'refused', problem: 'It has no <Who>' }) as const;
    const refusing = await Peer.connect((await receive(t, { ...told, examine })).address);
    refusing.send(voevent());
    const nak = await receiptOf(refusing);
    assert.deepEqual([nak?.role, nak?.params], ['nak', []]);
  });
});
