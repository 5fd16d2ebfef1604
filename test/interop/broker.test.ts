import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { packet } from '../support/play.ts';
import { submit } from './support/author.ts';
import { publish, publishAll, startComet } from './support/comet.ts';
import { asContents } from './support/files.ts';
import { startOurBroker } from './support/ours.ts';
import { breaksSchema, delicatePackets, isUtf8, realPackets2 } from './support/packets.ts';
import { peersOrSkip } from './support/peers.ts';
import { freePort } from './support/port.ts';
import { startPygcnListener } from './support/pygcn.ts';

/** What pygcn-listen says of our authenticate: a sign that it is subscribed. */
const GREETED = /received transport message with unrecognized role: authenticate/;

describe('ours as a broker for comet-sendvo', { skip: peersOrSkip() }, () => {
  test('acknowledges what it keeps, and the same again without keeping it twice', async (context) => {
    const broker = await startOurBroker(context);
    const packets = [...delicatePackets(), ...realPackets2()];
    await publishAll(context, broker.receivePort, packets);
    await publishAll(context, broker.receivePort, packets.slice(0, 3));
    await broker.daemon.logged(/^keep done/, packets.length);
    assert.deepEqual(broker.us.archived, asContents(packets));
  });

  test('refuses what breaks the schema of VOEvent 2.0 or has a bad ivorn, and says why', async (context) => {
    const broker = await startOurBroker(context);
    const badIvorn = Buffer.from(packet('bad').toString().replace('ivo://org.example/e2e#bad', 'org.example/bad'));
    for (const [bytes, reason] of [
      [breaksSchema(packet('invalid')), /Nak received: .*Wot/],
      [badIvorn, /Nak received: .*ivo/],
    ] as const) {
      const { code, log } = await publish(context, broker.receivePort, bytes);
      assert.equal(code, 1, log);
      assert.match(log, reason);
    }
    await publishAll(context, broker.receivePort, [packet('good')]);
    await broker.daemon.logged(/^keep done/);
    assert.equal(broker.us.archived.length, 1);
  });
});

describe('ours as a broker for Comet', { skip: peersOrSkip() }, () => {
  test('sends byte for byte what authors publish', async (context) => {
    const broker = await startOurBroker(context);
    const comet = await startComet(context, { remotes: [`127.0.0.1:${broker.broadcastPort}`] });
    await comet.peer.said(/Authenticate received from/);
    // Comet saves a packet in another encoding as UTF-8.
    const packets = [...delicatePackets(), ...realPackets2()].filter(isUtf8);
    await submit(broker.receivePort, ...packets);
    await comet.peer.until(() => comet.saved.length === packets.length, 'every packet');
    assert.deepEqual(comet.saved, asContents(packets));
    assert.equal(comet.peer.count(/Incomprehensible|Unparsable|lost; will retry/), 0);
  });

  test('sends what one of its filters lets pass, and nothing else', async (context) => {
    const broker = await startOurBroker(context);
    const filters = ['//Param[@name="trig_id"]', '/*[@role="test"]', 'count(//Param) > 2'];
    const comet = await startComet(context, { remotes: [`127.0.0.1:${broker.broadcastPort}`], filters });
    await comet.peer.said(/Authenticate received from/);
    const passing = [
      packet('triggered', { what: '<Param name="trig_id" value="1"/>' }),
      packet('of-role-test', { role: 'test' }),
      packet('with-many', { what: '<Param name="a"/><Param name="b"/><Param name="c"/>' }),
    ];
    const [other, last] = [packet('other', { what: '<Param name="a"/>' }), packet('last', { role: 'test' })];
    await submit(broker.receivePort, ...passing, other, last);
    await comet.peer.said(/e2e#last received from/);
    await comet.peer.until(() => comet.saved.length >= passing.length + 1, 'what passes');
    assert.deepEqual(comet.saved, asContents([...passing, last]));
  });

  test('feeds a Comet again that was killed and started anew', async (context) => {
    const broker = await startOurBroker(context);
    const comet = await startComet(context, { remotes: [`127.0.0.1:${broker.broadcastPort}`] });
    await comet.peer.said(/Authenticate received from/);
    const [before, after] = [packet('before'), packet('after')];
    await submit(broker.receivePort, before);
    await comet.peer.said(/Event processed/);
    await comet.peer.kill();
    await comet.start();
    await comet.peer.said(/Authenticate received from/);
    await submit(broker.receivePort, after);
    await comet.peer.said(/e2e#after received from/);
    await comet.peer.until(() => comet.saved.length === 2, 'the packet after');
    assert.deepEqual(comet.saved, asContents([before, after]));
  });

  test('hands over what Comet missed while it was away, when catchUp says so', async (context) => {
    const broker = await startOurBroker(context, { broadcast: 'catchUp: 1h' });
    const comet = await startComet(context, { remotes: [`127.0.0.1:${broker.broadcastPort}`] });
    await comet.peer.said(/Authenticate received from/);
    const [before, missed, after] = [packet('before'), packet('missed'), packet('after')];
    await submit(broker.receivePort, before);
    await comet.peer.said(/Event processed/);
    await comet.peer.kill();
    await submit(broker.receivePort, missed);
    await comet.start();
    await comet.peer.said(/e2e#missed received from/);
    await submit(broker.receivePort, after);
    await comet.peer.said(/e2e#after received from/);
    await comet.peer.until(() => comet.saved.length === 3, 'all three');
    assert.deepEqual(comet.saved, asContents([before, missed, after]));
  });

  test('and a subscriber of the same Comet, passes each event on once', async (context) => {
    const cometsPort = await freePort();
    const broker = await startOurBroker(context, { remote: cometsPort });
    const remotes = [`127.0.0.1:${broker.broadcastPort}`];
    const comet = await startComet(context, { remotes, broadcastPort: cometsPort });
    await comet.peer.said(/Authenticate received from/);
    await comet.peer.said(/New subscriber at/);
    const packets = ['to-ours', 'to-comet', 'last'].map((name) => packet(name));
    for (const [index, port] of [broker.receivePort, comet.receivePort, broker.receivePort].entries()) {
      await submit(port, ...packets.slice(index, index + 1));
      await comet.peer.said(/Event processed/, index + 1);
      await broker.daemon.logged(/^keep done/, index + 1);
    }
    for (const kept of [comet.saved, broker.us.archived]) assert.deepEqual(kept, asContents(packets));
    // From its author, and back from the other broker: no event goes around a second time.
    for (const name of ['to-ours', 'to-comet']) {
      assert.ok(comet.peer.count(new RegExp(`e2e#${name} received from`)) <= 2, comet.peer.log);
    }
  });
});

describe('ours as a broker for pygcn-listen', { skip: peersOrSkip() }, () => {
  test('sends byte for byte what authors publish, and is not left for its authenticate', async (context) => {
    const broker = await startOurBroker(context);
    const pygcn = await startPygcnListener(context, broker.broadcastPort);
    await pygcn.peer.said(GREETED);
    const packets = [...delicatePackets(), ...realPackets2()];
    await submit(broker.receivePort, ...packets);
    await pygcn.peer.said(/archived ivo:/, packets.length);
    assert.deepEqual(pygcn.saved, asContents(packets));
    assert.equal(pygcn.peer.count(/closed socket/), 0);
    const names = readdirSync(pygcn.peer.directory);
    assert.ok(names.includes('ivo%3A%2F%2Forg.example%2Fe2e%23crlf'), names.join('\n'));
  });
});

describe('ours as a broker that asks for signs of life', { skip: peersOrSkip() }, () => {
  test('keeps Comet and pygcn-listen, which give them and acknowledge every event', async (context) => {
    const broker = await startOurBroker(context, { broadcast: 'iamalive: 1s, maxUnacknowledged: 3' });
    const comet = await startComet(context, { remotes: [`127.0.0.1:${broker.broadcastPort}`] });
    const pygcn = await startPygcnListener(context, broker.broadcastPort);
    await comet.peer.said(/Authenticate received from/);
    await pygcn.peer.said(GREETED);
    await submit(broker.receivePort, ...delicatePackets());
    await pygcn.peer.said(/archived ivo:/, delicatePackets().length);
    await comet.peer.said(/IAmAlive received from/, comet.peer.count(/IAmAlive received from/) + 3);
    await submit(broker.receivePort, packet('last'));
    await pygcn.peer.said(/archived .*e2e#last/);
    await comet.peer.said(/e2e#last received from/);
    assert.equal(comet.peer.count(/Authenticate received from/), 1);
    assert.equal(pygcn.peer.count(/connected to/), 1);
  });
});

describe('ours as a broker that was killed and started anew', { skip: peersOrSkip() }, () => {
  test('is found again by Comet and by pygcn-listen', async (context) => {
    const broker = await startOurBroker(context);
    const comet = await startComet(context, { remotes: [`127.0.0.1:${broker.broadcastPort}`] });
    const pygcn = await startPygcnListener(context, broker.broadcastPort);
    await comet.peer.said(/Authenticate received from/);
    await pygcn.peer.said(GREETED);
    const [before, after] = [packet('before'), packet('after')];
    await submit(broker.receivePort, before);
    await comet.peer.said(/Event processed/);
    await pygcn.peer.said(/archived ivo:/);
    await broker.restart();
    await comet.peer.said(/Authenticate received from/, 2);
    await pygcn.peer.said(GREETED, 2);
    await submit(broker.receivePort, after);
    await comet.peer.said(/Event processed/, 2);
    await pygcn.peer.said(/archived ivo:/, 2);
    for (const saved of [comet.saved, pygcn.saved]) assert.deepEqual(saved, asContents([before, after]));
  });
});
