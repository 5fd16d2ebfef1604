import assert from 'node:assert/strict';
import { duplexPair } from 'node:stream';
import { describe, it } from 'node:test';
import { Channel } from '../../src/plugin/channel.ts';
import { until } from '../support/wait.ts';

interface Said {
  readonly messages: unknown[];
  readonly garbled: string[];
  closed: number;
}

function open(longest = 1_000_000) {
  const [here, there] = duplexPair();
  const said: Said = { messages: [], garbled: [], closed: 0 };
  const channel = new Channel<unknown, unknown>(here, longest, {
    message: (message) => said.messages.push(message),
    garbled: (what) => said.garbled.push(what),
    closed: () => {
      said.closed += 1;
    },
  });
  return { channel, there, said };
}

/** What the channel writes for these messages. */
async function written(...messages: unknown[]): Promise<Buffer> {
  const { channel, there } = open();
  const chunks: Buffer[] = [];
  there.on('data', (chunk: Buffer) => chunks.push(chunk));
  for (const message of messages) channel.send(message);
  channel.end();
  await new Promise((resolve) => there.once('end', resolve));
  return Buffer.concat(chunks);
}

const MESSAGES = [{ type: 'ready', bytes: Buffer.from([0, 255]) }, 'x'.repeat(70_000), undefined, { at: new Date(0) }];

describe('the channel to a plugin’s process', () => {
  for (const size of [1, 3, 4_096, 1_000_000]) {
    it(`gives the messages that were sent, in chunks of ${size} bytes`, async () => {
      const bytes = await written(...MESSAGES);
      const { there, said } = open();
      for (let at = 0; at < bytes.length; at += size) there.write(bytes.subarray(at, at + size));
      await until(() => said.messages.length === MESSAGES.length, 'every message');
      assert.deepEqual(said, { messages: MESSAGES, garbled: [], closed: 0 });
      there.resume().end();
      await until(() => said.closed === 1, 'the end');
    });
  }

  for (const [name, bytes, what] of [
    ['no message', Buffer.from('00000004ffffffff', 'hex').swap32(), 'what is no message'],
    ['a message of none', Buffer.alloc(4), 'what is no message'],
    ['a message that is too long', Buffer.from('40420f00', 'hex'), 'a message of 1000000 bytes, more than 999999'],
  ] as const) {
    it(`reads no more after ${name}`, async () => {
      const { there, said, channel } = open(999_999);
      there.on('error', () => {});
      there.write(Buffer.concat([await written('first'), bytes, await written('second')]));
      await until(() => said.closed === 1, 'the end');
      assert.deepEqual(said, { messages: ['first'], garbled: [what], closed: 1 });
      channel.send('nobody hears this');
    });
  }

  it('says so at once when a message cannot be sent, and goes on', async () => {
    const { channel, there } = open();
    assert.throws(() => channel.send({ callback: () => {} }), /could not be cloned/);
    const other = open();
    there.on('data', (chunk: Buffer) => other.there.write(chunk));
    channel.send('next');
    await until(() => other.said.messages.length === 1, 'the message');
    assert.deepEqual(other.said.messages, ['next']);
  });
});
