import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SubscriberStatus } from '../../../src/vtp/subscriber/status.ts';
import type { Subscriber } from '../../../src/vtp/subscriber/subscriber.ts';
import { address, type BrokerConnection, closedPort, frame, ScriptedBroker } from '../../support/broker.ts';
import { transport, voevent } from '../../support/packets.ts';
import { steadyByMock, turns, until } from '../../support/wait.ts';
import { HeldStore, QuickStore, subscribe } from './subscription.ts';

describe('subscriber connects again', () => {
  it('after the broker closed the connection', async (t) => {
    await using broker = await ScriptedBroker.listen({
      script: (connection, index) => void (index === 0 && connection.socket.end()),
    });
    const { log } = subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection(1);
    connection.send(voevent());
    await connection.message(0);
    const { message, level } = await log.said(/No feed/);
    assert.match(
      message,
      /^No feed from 127\.0\.0\.1:\d+: the broker closed the connection; trying 127\.0\.0\.1:\d+ in \dms$/,
    );
    assert.equal(level, 'warn');
  });

  it('after a reset', async (t) => {
    await using broker = await ScriptedBroker.listen({
      script: (connection, index) => void (index === 0 && connection.socket.resetAndDestroy()),
    });
    const { log } = subscribe(t, [broker.address], new QuickStore());
    await broker.connection(1);
    await log.said(/: the peer reset the connection \(ECONNRESET\); trying/);
  });

  it('after a connection that broke off in the middle of a message, and says how far it came', async (t) => {
    const packet = voevent();
    await using broker = await ScriptedBroker.listen({
      script: ({ socket }, index) => void (index === 0 && socket.end(frame(packet).subarray(0, 14))),
    });
    const { log, store } = subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection(1);
    connection.send(packet);
    await connection.message(0);
    assert.equal(store.arrivals.length, 1);
    const { fields } = await log.said(/No feed/);
    assert.equal(
      fields.reason,
      `the broker closed the connection in the middle of a message, after 10 of ${packet.length} bytes`,
    );
  });

  it('after the broker goes silent', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'] });
    steadyByMock(t);
    await using broker = await ScriptedBroker.listen();
    const { log } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    connection.send(transport('iamalive'));
    await connection.message(0);
    t.mock.timers.tick(149_000);
    assert.equal(log.find(/No feed/), undefined);
    t.mock.timers.tick(1_000);
    await broker.connection(1);
    await connection.gone();
    assert.equal((await log.said(/No feed/)).fields.reason, 'the broker sent nothing for 150s');
  });

  it('not because a clock is set', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval', 'Date'], now: Date.now() });
    await using broker = await ScriptedBroker.listen();
    const { log } = subscribe(t, [broker.address], new HeldStore());
    const connection = await broker.connection();
    for (const [index, hours] of [1, -2, 1].entries()) {
      connection.send(transport('iamalive'));
      await connection.message(index);
      t.mock.timers.setTime(Date.now() + hours * 3_600_000);
      t.mock.timers.tick(1_000);
      await turns();
    }
    assert.equal(log.find(/No feed/), undefined);
    assert.equal(connection.ended, false);
  });

  it('after a length that no message can have', async (t) => {
    await using broker = await ScriptedBroker.listen({
      script: ({ socket }, index) => void (index === 0 && socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')),
    });
    const { log } = subscribe(t, [broker.address], new HeldStore());
    await broker.connection(1);
    await (await broker.connection(0)).gone();
    await log.said(/it announced a message of 1213486160 bytes, which no broker sends/);
  });

  it('to the next broker at once when one refuses', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const refusing = address(await closedPort());
    // A wait would outlast the test.
    const { log } = subscribe(t, [refusing, broker.address], new HeldStore(), {
      reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 },
    });
    await broker.connection();
    const { message } = await log.said(/No feed/);
    assert.equal(
      message,
      `No feed from ${refusing.text}: connection refused: nothing listens there (ECONNREFUSED); trying ${broker.address.text} now`,
    );
  });

  it('to the next broker when a connection does not open in time', async (t) => {
    // It accepts, and never says a word of TLS.
    await using mute = await ScriptedBroker.listen();
    const { log } = subscribe(t, [mute.address, address(await closedPort())], new HeldStore(), {
      ...{ tls: {}, connectTimeoutMs: 20, reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 } },
    });
    await log.said(/: no connection after 0.02s; trying .* now$/);
    await log.said(/ECONNREFUSED.*in 1h$|ECONNREFUSED.*in \d\d/);
  });

  it('slower and slower to a broker that accepts and closes at once', async (t) => {
    t.mock.method(Math, 'random', () => 0.5);
    await using broker = await ScriptedBroker.listen({ script: ({ socket }) => void socket.end() });
    const { log, stop } = subscribe(t, [broker.address], new HeldStore(), {
      reconnect: { initialMs: 2, maxMs: 16 },
    });
    await broker.connection(5);
    await log.said(/in 16ms/);
    await stop();
    const waits = log.lines.flatMap(({ message }) => /in (\d+)ms$/.exec(message)?.[1] ?? []);
    assert.deepEqual(waits.slice(0, 5), ['2', '4', '8', '16', '16']);
  });
});

describe('a subscriber that connects again', () => {
  const START = Date.parse('2026-11-22T10:00:00Z');

  it('knows when the broker was last heard on any connection, and how often it connected again', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: START });
    await using broker = await ScriptedBroker.listen();
    const { subscriber } = subscribe(t, [broker.address], new QuickStore());
    assert.deepEqual(
      [subscriber.status.lastMessageAt, subscriber.status.lastIamaliveAt, subscriber.status.reconnects],
      [undefined, undefined, 0],
    );
    const connected = async (index: number) => {
      const connection = await broker.connection(index);
      await until(() => subscriber.status.state === 'connected', 'the subscriber to see it');
      return connection;
    };
    const gone = async (connection: BrokerConnection) => {
      connection.socket.end();
      await connection.gone();
      t.mock.timers.tick(1_000);
    };
    const seen = () => {
      const { state, lastMessageAt, lastIamaliveAt, reconnects } = subscriber.status;
      return [state, lastMessageAt, lastIamaliveAt, reconnects];
    };
    const first = await connected(0);
    first.send(transport('iamalive'));
    await first.message(0);
    assert.deepEqual(seen(), ['connected', START, START, 0]);
    await gone(first);
    const second = await connected(1);
    assert.deepEqual(seen(), ['connected', START, START, 1], 'it has heard nothing on this one');
    second.send(voevent());
    await second.message(0);
    assert.deepEqual(seen(), ['connected', START + 1_000, START, 1]);
    await gone(second);
    await connected(2);
    assert.deepEqual(seen(), ['connected', START + 1_000, START, 2]);
  });

  it('knows since when there is no connection, however often it tries', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: START });
    const broker = await ScriptedBroker.listen();
    const { subscriber, stop } = subscribe(t, [broker.address], new QuickStore());
    const connection = await broker.connection();
    connection.send(voevent());
    await connection.message(0);
    t.mock.timers.tick(5_000);
    await broker[Symbol.asyncDispose]();
    await waitingSince(subscriber, START + 5_000, START + 5_000);
    t.mock.timers.tick(60_000);
    await waitingSince(subscriber, START + 5_000, START + 65_000);
    assert.deepEqual([subscriber.status.lastMessageAt, subscriber.status.reconnects], [START, 0]);
    await stop();
    assert.deepEqual([subscriber.status.state, subscriber.status.lastMessageAt], ['stopped', START]);
  });

  it('that never had a connection has had none since it started', async (t) => {
    t.mock.timers.enable({ apis: ['Date'], now: START });
    const { subscriber } = subscribe(t, [address(await closedPort())], new QuickStore());
    t.mock.timers.tick(60_000);
    await waitingSince(subscriber, START, START + 60_000);
    assert.equal(subscriber.status.reconnects, 0);
  });
});

/** Resolves when it waits as one that has had no connection for so long, and began to wait no sooner than that. */
async function waitingSince(subscriber: Subscriber, since: number, begunAt: number): Promise<void> {
  let last: SubscriberStatus = subscriber.status;
  await until(() => {
    last = subscriber.status;
    return last.state === 'waiting' && last.until >= begunAt;
  }, 'the subscriber to wait');
  assert.equal(last.state === 'waiting' && last.since, since);
}
