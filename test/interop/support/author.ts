import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { frame } from '../../support/broker.ts';

/**
 * Publishes packets one after the other, each is acknowledged: an author of a few lines, for tests that are not about
 * authors, since each comet-sendvo takes a third of a second to start.
 */
export async function submit(port: number, ...packets: Buffer[]): Promise<void> {
  for (const packet of packets) {
    const socket = connect(port, '127.0.0.1');
    socket.write(frame(packet));
    const answer = await buffer(socket);
    assert.match(answer.toString(), /role=["']ack["']/);
  }
}
