import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTransport } from '../../../src/vtp/message.ts';
import { littleEndianFrame } from '../../support/broker.ts';
import { ackFor, authenticate, Peer } from '../../support/peer.ts';
import { turns, until, within } from '../../support/wait.ts';
import { broadcast, ivornOf, numbersOf, upTo } from './shelf.ts';

describe('a broadcaster', () => {
  it('gives every subscriber every alert, byte for byte and in order', async (t) => {
    const { shelf, publish, subscriber } = await broadcast(t);
    const peers = await Promise.all([subscriber(), subscriber(), subscriber()]);
    for (let batch = 0; batch < 20; batch++) publish(shelf.add(5));
    for (const peer of peers) {
      await until(() => peer.events.length === 100, 'all alerts');
      assert.deepEqual(
        peer.events,
        shelf.items.map(({ frame }) => frame.subarray(4)),
      );
    }
  });

  it('begins with what comes, also for one that never says who it is', async (t) => {
    const { shelf, publish, address } = await broadcast(t);
    publish(shelf.add(3));
    const silent = await Peer.connect(address);
    await silent.message(0);
    publish(shelf.add(2));
    await until(() => silent.events.length === 2, 'both alerts');
    assert.deepEqual(numbersOf(silent), [4, 5]);
  });

  it('sends what passes one of the filters, and nothing before they are in place', async (t) => {
    const { shelf, publish, address } = await broadcast(t);
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    shelf.gate = gate;
    const peer = await Peer.connect(address);
    await peer.message(0);
    peer.send(authenticate(['even', 'third']));
    await turns(20);
    publish(shelf.add(7));
    await turns(20);
    assert.deepEqual(peer.events, []);
    open();
    await until(() => peer.events.length === 4, 'what passes');
    publish(shelf.add(5));
    await until(() => peer.events.length === 8, 'what passes');
    assert.deepEqual(numbersOf(peer), [2, 3, 4, 6, 8, 9, 10, 12]);
  });

  it('tells of bad filters, heeds the others, and sends everything when there is none', async (t) => {
    const { shelf, publish, subscriber, log } = await broadcast(t);
    shelf.bad.add('bad');
    const some = await subscriber(['even', 'bad']);
    const none = await subscriber(['bad']);
    publish(shelf.add(4));
    await until(() => some.events.length === 2 && none.events.length === 4, 'the alerts');
    for (const [peer, rest] of [
      [some, 'Your other filters are heeded'],
      [none, 'You get all alerts'],
    ] as const) {
      const nak = parseTransport(Buffer.from(await peer.message(1)));
      assert.deepEqual([nak?.role, nak?.result], ['nak', `the filter bad cannot be used. ${rest}`]);
    }
    await log.said(/^Filters of .* are not heeded: the filter bad cannot be used/);
  });

  it('lets a subscriber change its mind, and releases what nobody uses', async (t) => {
    const { shelf, publish, subscriber, subscribers } = await broadcast(t);
    const peer = await subscriber(['even']);
    publish(shelf.add(2));
    await until(() => peer.events.length === 1, 'the even one');
    peer.send(authenticate(['third']));
    await until(() => shelf.released.includes(1), 'the first filter to be released');
    publish(shelf.add(4));
    await until(() => peer.events.length === 3, 'the multiples of three');
    peer.send(authenticate());
    await until(() => shelf.released.includes(2), 'the second filter to be released');
    publish(shelf.add(1));
    await until(() => peer.events.length === 4, 'everything');
    assert.deepEqual(numbersOf(peer), [2, 3, 6, 7]);
    assert.deepEqual(subscribers()[0]?.filters, []);
  });

  it('goes on from the journal with one that fell behind, without a gap or a repetition', async (t) => {
    const { shelf, publish, subscriber, subscribers } = await broadcast(t);
    const [slow, quick] = [await subscriber(), await subscriber()];
    slow.socket.pause();
    const count = 3_000;
    const bytes = 5_000;
    for (let seq = 0; seq < count; seq += 50) {
      publish(shelf.add(50, bytes));
      await turns(1);
      quick.send(...shelf.items.slice(Math.max(0, seq - 50), seq).map(({ ivorn }) => ackFor(ivorn)));
    }
    await until(() => subscribers().some(({ isBehind }) => isBehind), 'the slow one to fall behind');
    slow.socket.resume();
    let acknowledged = 0;
    await until(() => {
      const events = numbersOf(slow);
      if (events.length > acknowledged) slow.send(...events.slice(acknowledged).map((seq) => ackFor(ivornOf(seq))));
      acknowledged = events.length;
      return acknowledged >= count;
    }, 'everything to have come');
    assert.deepEqual(numbersOf(slow), upTo(count));
    assert.ok(shelf.reads > 10, 'from the journal');
    await until(() => subscribers().every(({ isBehind }) => !isBehind), 'it to be live again');
    publish(shelf.add(1));
    await until(() => slow.events.length === count + 1, 'one more');
  });

  it('has no more than a window of alerts without a receipt on their way', async (t) => {
    const { shelf, publish, subscriber, subscribers } = await broadcast(t);
    const peer = await subscriber();
    for (let batch = 0; batch < 30; batch++) publish(shelf.add(50));
    await until(() => peer.events.length === 1_024, 'the window');
    await turns(20);
    assert.equal(peer.events.length, 1_024);
    assert.equal(subscribers()[0]?.owed, 1_024);
    peer.send(...upTo(1_024).map((seq) => ackFor(ivornOf(seq))));
    await until(() => peer.events.length === 1_500, 'the rest');
  });

  it('drops one that answers no iamalive, and one that owes receipts, and nobody else', async (t) => {
    const { shelf, publish, subscriber, log } = await broadcast(t, { iamaliveMs: 1_000, maxUnacknowledged: 3 });
    const [dead, debtor, good] = [await subscriber(), await subscriber(), await subscriber()];
    const answer = (peer: Peer, { alive, acks }: { alive: boolean; acks: boolean }) => {
      peer.socket.on('data', () => {
        for (const message of peer.messages.splice(0)) {
          const transport = parseTransport(message);
          if (transport?.role === 'iamalive' && alive) peer.send(message);
          if (transport === undefined && acks) peer.send(ackFor(/ivorn="([^"]+)"/.exec(String(message))?.[1] ?? ''));
        }
      });
    };
    answer(dead, { alive: false, acks: true });
    answer(debtor, { alive: true, acks: false });
    answer(good, { alive: true, acks: true });
    publish(shelf.add(3));
    await dead.gone();
    await debtor.gone();
    await log.said(/has gone: it has not answered an iamalive for 1s/);
    await log.said(/has gone: it owes receipts for 3 alerts sent more than 1s ago/);
    assert.ok(!good.ended);
    good.close();
  });

  it('lets one that says who it is go on where it was, counting from its receipts', async (t) => {
    const { shelf, publish, subscriber } = await broadcast(t);
    const first = await subscriber();
    publish(shelf.add(4));
    await until(() => first.events.length === 4, 'four alerts');
    first.send(ackFor(ivornOf(1)), ackFor(ivornOf(2)), ackFor(ivornOf(4)));
    await turns(20);
    first.close();
    await until(() => shelf.positions.size > 0, 'it to be remembered');
    assert.deepEqual([...shelf.positions.values()], [2]);
    publish(shelf.add(3));
    const again = await subscriber();
    await until(() => again.events.length === 5, 'what it has missed');
    assert.deepEqual(numbersOf(again), [3, 4, 5, 6, 7]);
  });

  it('reads and writes lengths as a little-endian subscriber does', async (t) => {
    const { shelf, publish, address, log } = await broadcast(t);
    const peer = await Peer.connect(address);
    const chunks: Buffer[] = [];
    peer.socket.removeAllListeners('data').on('data', (chunk: Buffer) => chunks.push(chunk));
    peer.socket.write(littleEndianFrame(authenticate()));
    await log.said(/little-endian/);
    await turns(50);
    chunks.length = 0;
    publish(shelf.add(1));
    await until(() => chunks.length > 0, 'the alert');
    const bytes = Buffer.concat(chunks);
    assert.equal(bytes.readUInt32LE(), bytes.length - 4);
  });

  it('closes every connection when it stops', async (t) => {
    const { subscriber, stop, ended, broadcaster } = await broadcast(t);
    const peers = [await subscriber(), await subscriber()];
    stop();
    for (const peer of peers) await peer.gone();
    await within(ended, 'the broadcaster to stop');
    assert.deepEqual(broadcaster.status, { state: 'stopped' });
  });
});
