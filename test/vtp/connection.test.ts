import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Connection, type PeerKind } from '../../src/vtp/connection.ts';
import { frame } from '../support/broker.ts';
import { turns } from '../support/wait.ts';

const MESSAGE_BYTES = 10_000;
const MESSAGES = 400;

/** A peer that has sent four megabytes already, in the pieces in which Node reads them. */
function flooding(): Duplex {
  const flood = Buffer.concat(Array.from({ length: MESSAGES }, () => frame(Buffer.alloc(MESSAGE_BYTES, 'x'))));
  const stream = new Duplex({
    read: () => {},
    write: (_chunk, _encoding, done) => done(),
    readableHighWaterMark: 2 ** 23,
  });
  for (let at = 0; at < flood.length; at += 65_536) stream.push(flood.subarray(at, at + 65_536));
  return stream;
}

function listen(stream: Duplex, peer: PeerKind): { connection: Connection; count: () => number } {
  let count = 0;
  const connection = Connection.accept(stream as Socket, peer, 1_000_000, {
    frame: () => {
      count += 1;
    },
    closed: () => {},
  });
  return { connection, count: () => count };
}

describe('a flood', () => {
  it('is read so much of in a turn, so that others have theirs', async () => {
    for (const peer of ['broker', 'author', 'subscriber'] as const) {
      const { count } = listen(flooding(), peer);
      const readInTurns: number[] = [];
      for (let seen = 0; seen < MESSAGES; seen = count()) {
        await setImmediate();
        readInTurns.push(count() - seen);
      }
      assert.ok(Math.max(...readInTurns) * MESSAGE_BYTES <= 1024 * 1024, `${peer} ${readInTurns}`);
    }
  });

  it('is left alone by who holds the connection, also after the turn', async () => {
    const { connection, count } = listen(flooding(), 'broker');
    connection.hold();
    await turns();
    assert.equal(count(), 0);
    connection.release();
    await turns(30);
    assert.equal(count(), MESSAGES);
  });
});
