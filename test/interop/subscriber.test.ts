import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { packet } from '../support/play.ts';
import { submit } from './support/author.ts';
import { publishAll, startComet } from './support/comet.ts';
import { asContents } from './support/files.ts';
import { oursSubscribedTo } from './support/ours.ts';
import { delicatePackets, realPackets, realPackets2 } from './support/packets.ts';
import { peersOrSkip } from './support/peers.ts';
import { freePort } from './support/port.ts';
import { startPygcnServer } from './support/pygcn.ts';

describe('ours as a subscriber of Comet', { skip: peersOrSkip() }, () => {
  test('keeps byte for byte what comet-sendvo publishes, and is still subscribed after it', async (context) => {
    const comet = await startComet(context, { hasty: true });
    const us = oursSubscribedTo(context, comet.broadcastPort);
    const daemon = await us.start();
    await comet.peer.said(/New subscriber at/);
    const packets = [...delicatePackets(), ...realPackets2(), ...['one', 'two', 'three'].map((name) => packet(name))];
    await publishAll(context, comet.receivePort, packets);
    await daemon.logged(/^keep done/, packets.length);
    assert.deepEqual(us.archived, asContents(packets));
    await comet.peer.said(/Ack received from/, packets.length);
    // Comet looks each second, here, whether more than ten acks are missing.
    await comet.peer.said(/IAmAlive received from/, comet.peer.count(/IAmAlive received from/) + 2);
    assert.equal(comet.peer.count(/disconnected/), 0);
    await daemon.stop();
  });

  test('answers authenticate, and iamalive each time', async (context) => {
    const comet = await startComet(context, { hasty: true });
    const us = oursSubscribedTo(context, comet.broadcastPort);
    const daemon = await us.start();
    await comet.peer.said(/Authentication received from/);
    await comet.peer.said(/IAmAlive received from/, 3);
    assert.equal(comet.peer.count(/dropping connection|disconnected|Incomprehensible/), 0);
    await daemon.stop();
  });

  test('hears again of a Comet that was killed and started anew', async (context) => {
    const comet = await startComet(context);
    const us = oursSubscribedTo(context, comet.broadcastPort);
    const daemon = await us.start();
    await comet.peer.said(/New subscriber at/);
    const [before, after] = [packet('before'), packet('after')];
    await submit(comet.receivePort, before);
    await daemon.logged(/^keep done/);
    await comet.peer.kill();
    await daemon.logged(/No feed from/);
    await comet.start();
    await comet.peer.said(/New subscriber at/);
    await submit(comet.receivePort, after);
    await daemon.logged(/^keep done/, 2);
    assert.deepEqual(us.archived, asContents([before, after]));
    await daemon.stop();
  });

  test('that was killed and started anew is fed again, and keeps nothing twice', async (context) => {
    const comet = await startComet(context);
    const us = oursSubscribedTo(context, comet.broadcastPort);
    const first = await us.start();
    await comet.peer.said(/New subscriber at/);
    const [before, after] = [packet('before'), packet('after')];
    await submit(comet.receivePort, before);
    await first.logged(/^keep done/);
    await first.stop('SIGKILL');
    await comet.peer.said(/Subscriber at .* disconnected/);
    const second = await us.start();
    await comet.peer.said(/New subscriber at/, 2);
    await submit(comet.receivePort, after);
    await second.logged(/^keep done/);
    assert.deepEqual(us.archived, asContents([before, after]));
    await second.stop();
  });
});

describe('ours as a subscriber of pygcn-serve', { skip: peersOrSkip() }, () => {
  test('keeps once and byte for byte what comes over and over, as fast as it can', async (context) => {
    const port = await freePort();
    const packets = [...delicatePackets(), ...realPackets()];
    await startPygcnServer(context, port, packets, 0);
    const us = oursSubscribedTo(context, port);
    const daemon = await us.start();
    await daemon.logged(/^keep done/, packets.length);
    await daemon.logged(/^Acknowledged \d+ more that the journal had already/);
    await daemon.stop();
    assert.deepEqual(us.archived, asContents(packets));
  });

  test('goes on where it was after the one or the other was killed', async (context) => {
    const port = await freePort();
    const packets = [packet('first'), packet('second'), packet('third')];
    const server = await startPygcnServer(context, port, packets, 1);
    const us = oursSubscribedTo(context, port);
    const fed = /^(keep done|Acknowledged)/;
    const first = await us.start();
    await first.logged(fed);
    await first.stop('SIGKILL');
    await server.said(/closed socket/);
    const second = await us.start();
    await second.logged(fed);
    await server.kill();
    await second.logged(/No feed from/);
    const times = second.log.filter(({ msg }) => fed.test(msg)).length;
    server.start();
    await second.logged(fed, times + 1);
    await second.until('every packet', () => us.archived.length === packets.length);
    await second.stop();
    assert.deepEqual(us.archived, asContents(packets));
  });
});
