import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { startComet } from './support/comet.ts';
import { asContents } from './support/files.ts';
import { breaksSchema, delicatePackets, isUtf8, realPackets2 } from './support/packets.ts';
import { peersOrSkip } from './support/peers.ts';

/** Publishes packets with our executable to an author's port, each from a file. */
function sender(context: TestContext, port: number): (packet: Buffer, ...options: string[]) => Voeventd {
  const { directory, start } = sandbox(context);
  let files = 0;
  return (bytes, ...options) => {
    const file = `${files++}.xml`;
    writeFileSync(join(directory, file), bytes);
    return start('send', file, '--to', `127.0.0.1:${port}`, ...options);
  };
}

describe('voeventd send to Comet', { skip: peersOrSkip() }, () => {
  test('publishes a packet byte for byte and is acknowledged', async (context) => {
    const comet = await startComet(context);
    const send = sender(context, comet.receivePort);
    const packets = [...delicatePackets(), ...realPackets2()];
    for (const bytes of packets) {
      const sending = send(bytes);
      assert.equal((await sending.exited).code, 0, sending.lines.join('\n'));
    }
    await comet.peer.until(() => comet.saved.length === packets.length, 'every packet');
    // Comet saves a packet in another encoding as UTF-8.
    const utf8 = packets.filter(isUtf8);
    for (const bytes of asContents(utf8)) assert.ok(comet.saved.includes(bytes), bytes);
  });

  test('is told why Comet refuses a packet, and does not try again', async (context) => {
    const comet = await startComet(context);
    const send = sender(context, comet.receivePort);
    const twice = packet('twice');
    assert.equal((await send(twice).exited).code, 0);
    for (const [bytes, reason] of [
      [twice, /Previously seen by this broker/],
      [breaksSchema(packet('invalid')), /Wot/],
    ] as const) {
      const sending = send(bytes);
      assert.equal((await sending.exited).code, 2, sending.lines.join('\n'));
      assert.match(sending.lines.join('\n'), reason);
    }
    assert.equal(comet.peer.count(/Sending NAK/), 2);
  });

  test('waits for a Comet that is down, and publishes when it is up', async (context) => {
    const comet = await startComet(context);
    await comet.peer.kill();
    const bytes = packet('patient');
    const sending = sender(context, comet.receivePort)(bytes, '--attempts', '20');
    await sending.until('a retry', () => sending.lines.some((line) => line.includes('trying again')));
    await comet.start();
    assert.equal((await sending.exited).code, 0, sending.lines.join('\n'));
    await comet.peer.said(/Event processed/);
    assert.deepEqual(comet.saved, asContents([bytes]));
  });
});
