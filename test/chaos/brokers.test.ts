import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { type BrokerConnection, frame } from '../support/broker.ts';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG, Random, SEED } from './support/effort.ts';
import { Feed, type Manner, nameOf } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { filesBelow } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';

const ROUNDS = IS_LONG ? 20 : 2;
const FLOOD = IS_LONG ? 20_000 : 2_000;
const AT_ONCE = 5;
const random = new Random('brokers');

const framed = (packets: readonly Buffer[]): Buffer => Buffer.concat(packets.map((one) => frame(one)));

/** Calls back when so many acks have come. */
function afterAcks({ socket, messages }: BrokerConnection, count: number, then: () => void): void {
  const look = () => {
    if (messages.filter((message) => message.includes('role="ack"')).length < count) return;
    socket.off('data', look);
    then();
  };
  socket.on('data', look);
}

const MANNERS: Record<string, Manner> = {
  cuts: ({ socket }, feed) => {
    const bytes = framed(feed.take(AT_ONCE));
    socket.write(bytes.subarray(0, random.below(bytes.length)), () => socket.destroy());
  },
  resets: ({ socket }, feed) => {
    socket.write(framed(feed.take(AT_ONCE)), () => socket.resetAndDestroy());
  },
  stalls: ({ socket }, feed) => {
    const bytes = framed(feed.take(AT_ONCE));
    socket.write(bytes.subarray(0, bytes.length - 1 - random.below(500)));
  },
  'half-closes': ({ socket }, feed) => {
    socket.end(framed(feed.take(AT_ONCE)));
  },
  drips: (connection, feed) => {
    const { socket } = connection;
    const bytes = framed(feed.take(2));
    let at = 0;
    const drip = setInterval(() => {
      // Not one by one: a thousand timers would take as many milliseconds.
      for (const byte of bytes.subarray(at, at + 4)) socket.write(Buffer.of(byte));
      at += 4;
      if (at >= bytes.length || connection.ended) clearInterval(drip);
    }, 1);
    afterAcks(connection, 2, () => socket.end());
  },
  garbage: ({ socket }, feed) => {
    socket.write(Buffer.concat([framed(feed.take(AT_ONCE)), random.bytes(5_000), framed(feed.take(AT_ONCE))]));
  },
  'sends frames of garbage': (connection, feed) => {
    const payloads = [
      random.bytes(100),
      Buffer.alloc(0),
      Buffer.from('<VOEvent'),
      Buffer.from('<?xml version="1.0"?>'),
    ];
    connection.socket.write(framed([...payloads, ...feed.take(AT_ONCE)]));
    afterAcks(connection, AT_ONCE, () => connection.socket.end());
  },
  'floods, and reads nothing': (connection, feed) => {
    const { socket } = connection;
    const again = feed.take(AT_ONCE);
    socket.pause();
    const flood = framed(Array.from({ length: FLOOD }, (_, index) => again[index % again.length] ?? Buffer.alloc(0)));
    socket.write(flood, () => socket.resume());
    // The daemon reads no more when its acks are not read.
    setTimeout(() => socket.resume(), 500);
    afterAcks(connection, FLOOD, () => socket.end());
  },
};

test('whatever a broker does to a connection, nothing is lost or kept twice, and the daemon connects again', {
  timeout: IS_LONG ? 900_000 : 90_000,
}, async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const { directory, write, start } = sandbox(context);
  const names = Object.keys(MANNERS);
  const manners = Array.from({ length: ROUNDS * names.length }, (_, index) => names[index % names.length] ?? '')
    .map((name) => ({ name, order: random.next() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ name }) => name);
  const packets = Array.from({ length: manners.length * 2 * AT_ONCE + 100 }, (_, index) => packet(`n${index}`));
  const scripts = manners.flatMap((name) => MANNERS[name] ?? []);
  const feed = await Feed.start(context, packets, { window: 20, manners: scripts });
  const pulse = await Pulse.start(context);
  const handlers = ['keep: { plugin: archive, with: { directory: ./archive, sync: false } }'];
  write('voeventd.yaml', configuration({ campus: feed.port, pulse: pulse.port }, handlers, '', '2s'));
  const daemon = start('run');

  await answersPromptly(context, pulse, async () => {
    const at = feed.connections.length;
    const enough = () => feed.connections.length > Math.min(scripts.length, at + names.length);
    await daemon.until(`a connection after ${at}`, enough);
  });
  for (let seen = 0; seen <= scripts.length; seen = feed.connections.length) {
    await daemon.until(`a connection after ${manners[seen - 1]}`, () => feed.connections.length > seen);
  }
  await daemon.until('every alert to be acknowledged', () => feed.isDone);
  await daemon.until(
    'every alert to be archived',
    () => filesBelow(join(directory, 'archive'), '.xml').length >= packets.length,
  );
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

  assert.deepEqual(
    asked(directory, "SELECT ivorn, packet FROM alert WHERE ivorn LIKE '%#n%'")
      .map(({ ivorn, packet }) => `${ivorn} ${Buffer.from(packet as Uint8Array).toString()}`)
      .toSorted(),
    packets.map((bytes) => `${nameOf(bytes)} ${bytes}`).toSorted(),
  );
  for (const [index, name] of manners.entries()) {
    if (name !== 'half-closes') continue;
    const acks = feed.connections[index]?.messages.filter((message) => message.includes('role="ack"'));
    assert.equal(acks?.length, AT_ONCE, 'what came before the half-close is acknowledged');
  }
});
