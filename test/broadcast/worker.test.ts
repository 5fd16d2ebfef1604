import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it, type TestContext } from 'node:test';
import { Broadcast } from '../../src/broadcast/broadcast.ts';
import type { BroadcastSettings } from '../../src/broadcast/messages.ts';
import { Histogram } from '../../src/common/histogram.ts';
import { RelayJournal } from '../../src/journal/relay.ts';
import { parseEndpoint } from '../../src/vtp/address.ts';
import { parseTransport } from '../../src/vtp/message.ts';
import { parseNetworks } from '../../src/vtp/networks.ts';
import { entry, openJournal } from '../journal/journal.ts';
import { ackFor, authenticate, Peer } from '../support/peer.ts';
import { packet } from '../support/play.ts';
import { recordLog, until, within } from '../support/wait.ts';

const JSON_ALERT = readFileSync(new URL('../fixtures/igwn/initial.json', import.meta.url));
/** Takes seconds on a packet with some hundred elements. */
const HOSTILE = 'count(//*[count(//*[count(//*[count(//*) > 1]) > 1]) > 1]) > 0';

function settings(changes: Partial<BroadcastSettings> = {}): BroadcastSettings {
  const listen = parseEndpoint('127.0.0.1:0', 0);
  if (listen === undefined) throw new Error('There is no place to listen.');
  return {
    ...{ identity: 'ivo://example.org/us', listen, allow: parseNetworks('127.0.0.1') ?? [], tls: undefined },
    ...{ maxConnections: 300, maxPerAddress: 300, iamaliveMs: 60_000, maxUnacknowledged: 10, maxQueue: 1_048_576 },
    ...{ rule: undefined, compose: false, catchUpMs: undefined, trusted: [] },
    ...changes,
  };
}

/** The broadcasting thread on a journal, to which the test appends as the intake does. */
async function start(context: TestContext, changes: Partial<BroadcastSettings> = {}, journal = openJournal(context)) {
  const log = recordLog();
  const failures: Error[] = [];
  const broadcast = new Broadcast(journal.path, log, { failed: (error) => failures.push(error) });
  context.after(() => broadcast.stop());
  assert.equal(await within(broadcast.configure(settings(changes)), 'the thread to listen'), undefined);
  const listening = async () => {
    const { status } = await broadcast.report();
    return status.state === 'listening' ? status : assert.fail(`it is ${status.state}`);
  };
  const { address } = await listening();
  let number = 0;
  const keep = (packets: readonly Buffer[], source = 'campus'): void => {
    const entries = packets.map((bytes) => {
      number += 1;
      return entry(number, { packet: bytes, source, receivedAt: Date.now() });
    });
    journal.appender.append(entries);
    broadcast.news.postMessage(1);
  };
  const subscriber = async (filters: readonly string[] = [], identity = 'ivo://example.org/them'): Promise<Peer> => {
    const peer = await Peer.connect(address);
    await peer.message(0);
    peer.send(authenticate(filters, identity));
    const name = `127.0.0.1:${(peer.socket.address() as { port: number }).port}`;
    for (;;) {
      const { subscribers } = await listening();
      if (subscribers.some((one) => one.address === name && !one.isBehind && one.identity === identity)) return peer;
    }
  };
  return { broadcast, journal, log, failures, address, keep, subscriber, listening };
}

const packets = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => packet(`n${from + index}`));

describe('the broadcasting thread', () => {
  it('hands on what the intake keeps, byte for byte', async (t) => {
    const { keep, subscriber } = await start(t);
    const peers = await Promise.all([subscriber(), subscriber()]);
    const kept = packets(1, 100);
    for (let at = 0; at < 100; at += 10) keep(kept.slice(at, at + 10));
    for (const peer of peers) {
      await until(() => peer.events.length === 100, 'all of them');
      assert.deepEqual(peer.events, kept);
    }
  });

  it('hands on nothing that is no VOEvent, unless it may compose one', async (t) => {
    const { keep, subscriber, log, broadcast, journal } = await start(t);
    const peer = await subscriber();
    keep([Buffer.from('<VOEvent ivorn="ivo://a.b/c#1"><What'), JSON_ALERT, packet('a')]);
    await until(() => peer.events.length === 1, 'the one that is');
    assert.ok(
      log.find(/^Not broadcast: .*not well-formed XML/) && log.find(/^Not broadcast: .*broadcast\.compose is off/),
    );
    await broadcast.configure(settings({ compose: true }));
    assert.ok(!peer.ended, 'it stays connected');
    keep([Buffer.concat([JSON_ALERT, Buffer.from('\n')])]);
    await until(() => peer.events.length === 2, 'the composed one');
    const composed = peer.events[1] as Buffer;
    assert.match(String(composed), /ivorn="ivo:\/\/voeventd\.composed\//);
    const again = entry(99, { packet: composed });
    assert.deepEqual(journal.appender.append([again]), [false], 'when it comes back it is known');
  });

  it('hands on what the filter lets pass, and another filter does not cost a connection', async (t) => {
    const { keep, subscriber, broadcast } = await start(t, { rule: 'alert.local.startsWith("n1")' });
    const peer = await subscriber();
    keep(packets(1, 3));
    await until(() => peer.events.length === 1, 'the first');
    await broadcast.configure(settings({ rule: 'alert.local == "n3"' }));
    keep([Buffer.concat([packet('n3'), Buffer.from('\n')])]);
    await until(() => peer.events.length === 2, 'the third');
    assert.ok(!peer.ended);
  });

  it('cuts off a filter that never ends, tells its subscriber, and delays nobody who has none', async (t) => {
    const { keep, subscriber, log } = await start(t);
    const [plain, filtered, hostile] = [
      await subscriber(),
      await subscriber(['//Param[@name="a"]']),
      await subscriber([HOSTILE, '//Param[@name="none"]']),
    ];
    const large = packet('large', { what: '<Param name="a" value="1"/>'.repeat(400) });
    const sentAt = performance.now();
    keep([large]);
    await until(() => plain.events.length === 1, 'the alert for one without filters');
    const plainMs = performance.now() - sentAt;
    await until(() => filtered.events.length === 1, 'the alert for one with a filter');
    const filteredMs = performance.now() - sentAt;
    assert.ok(plainMs < filteredMs / 2, `${plainMs} ms against ${filteredMs} ms`);
    await until(() => hostile.messages.length === 2, 'the complaint');
    const nak = parseTransport(hostile.messages[1] as Buffer);
    assert.match(
      nak?.result ?? '',
      /^the filter count.* cannot be used: it took longer than 2 s\. Your other filters are heeded$/,
    );
    await log.said(/^Filters of .* are not heeded/);
    keep(packets(1, 3));
    await until(() => plain.events.length === 4, 'the next ones');
    assert.equal(hostile.events.length, 0);
  });

  it('hands on after a kill what was kept before it', async (t) => {
    const journal = openJournal(t);
    const old = entry(1_000, { receivedAt: Date.now() - 3_600_000 });
    const fresh = [1_001, 1_002].map((number) => entry(number, { receivedAt: Date.now() }));
    journal.appender.append([old]);
    const relay = new RelayJournal(journal.path);
    relay.setPosition(0);
    relay.close();
    journal.appender.append(fresh);
    const { subscriber, keep } = await start(t, {}, journal);
    const peer = await subscriber();
    const next = packet('next');
    keep([next]);
    await until(() => peer.events.length === 3, 'what was not handed on, and what came');
    assert.deepEqual(peer.events, [...fresh.map((one) => one.packet), next]);
  });

  it('lets one that was away for a while catch up, also after a restart', async (t) => {
    const journal = openJournal(t);
    const first = await start(t, { catchUpMs: 60_000 }, journal);
    const one = await first.subscriber();
    first.keep(packets(1, 3));
    await until(() => one.events.length === 3, 'three alerts');
    one.send(ackFor('ivo://org.example/e2e#n1'), ackFor('ivo://org.example/e2e#n2'));
    await until(() => first.log.lines.length > 0, 'the log');
    for (;;) if ((await first.listening()).subscribers[0]?.receipts === 2) break;
    await first.broadcast.stop();
    const again = await start(t, { catchUpMs: 60_000 }, journal);
    const back = await again.subscriber();
    await until(() => back.events.length === 1, 'what it has missed');
    assert.match(String(back.events[0]), /#n3"/);
    const other = await again.subscriber([], 'ivo://example.org/other');
    again.keep([packet('n4')]);
    // So soon after a restart it may get what others may not have had.
    await until(() => String(other.events.at(-1)).includes('#n4"'), 'what comes');
    assert.equal(other.events.length, new Set(other.events.map(String)).size);
  });

  it('tells of its subscribers', async (t) => {
    const { keep, subscriber, listening } = await start(t);
    const peer = await subscriber(['//Who']);
    keep(packets(1, 2));
    await until(() => peer.events.length === 2, 'both alerts');
    peer.send(ackFor('ivo://org.example/e2e#n1'));
    for (;;) if ((await listening()).subscribers[0]?.receipts === 1) break;
    const [status] = (await listening()).subscribers;
    assert.deepEqual(
      [status?.identity, status?.sent, status?.receipts, status?.owed, status?.filters],
      ['ivo://example.org/them', 2, 1, 1, ['//Who']],
    );
  });

  it('says why it cannot listen, also when it is told to listen elsewhere', async (t) => {
    const { broadcast, address, subscriber } = await start(t);
    const other = await start(t);
    const peer = await subscriber();
    const taken = settings({ listen: parseEndpoint(other.address, 0) ?? { path: '', text: '' } });
    assert.match((await broadcast.configure(taken)) ?? '', /in use by another program/);
    await peer.gone();
    assert.equal((await broadcast.report()).status.state, 'failed');
    await assert.rejects(Peer.connect(address), { code: 'ECONNREFUSED' });
  });

  it('tells how late its event loop is, and nothing any more when it has ended', async (t) => {
    const { broadcast } = await start(t);
    for (;;) {
      const { lag } = await within(broadcast.report(), 'the report');
      if (lag.counts.reduce((total, count) => total + count, 0) > 1) break;
    }
    await broadcast.stop();
    assert.deepEqual(await within(broadcast.report(), 'the report of a thread that has ended'), {
      ...{ status: { state: 'stopped' }, lag: new Histogram().snapshot },
    });
  });
});
