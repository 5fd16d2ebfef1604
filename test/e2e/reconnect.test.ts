import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { encodeFrames, FrameDecoder } from '../../src/vtp/frame.ts';
import { parseTransport, type TransportMessage } from '../../src/vtp/message.ts';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const config = (brokers: readonly number[], more = '') => `identity: ivo://org.example/telescope-1
sources:
  campus:
    type: vtp
    brokers: [${brokers.map((port) => `"127.0.0.1:${port}"`).join(', ')}]
    reconnect: { initial: 50ms, max: 200ms }
    ${more}
handlers: { lines: { plugin: log } }
`;

/** A server that does to its n-th connection what the n-th script says. */
async function scripted(
  context: TestContext,
  ...scripts: ((socket: Socket) => void)[]
): Promise<{ port: number; connections: () => number }> {
  let connections = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    const script = scripts[Math.min(connections, scripts.length - 1)];
    connections += 1;
    script?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  return { port: (server.address() as AddressInfo).port, connections: () => connections };
}

/** Calls back with each Transport message that comes. */
function answers(socket: Socket, onMessage: (message: TransportMessage) => void): void {
  const decoder = new FrameDecoder(100_000);
  socket.on('data', (chunk: Buffer) => {
    for (const event of decoder.feed(chunk)) {
      const message = event.type === 'message' ? parseTransport(event.payload) : undefined;
      if (message !== undefined) onMessage(message);
    }
  });
}

test('a broker that dies and comes back is found again', async (context) => {
  const { write, start } = sandbox(context);
  const first = await startBroker(context, { program: programOf([packet('before')]) });
  write('voeventd.yaml', config([first.port]));
  const daemon = start('run');
  await daemon.logged(/^lines done/);
  first.close();
  await daemon.logged(/No feed from .*; trying .* in /);
  await startBroker(context, { port: first.port, program: programOf([packet('after')]) });
  await daemon.logged(/^lines done/, 2);
  await daemon.stop();
});

test('the next broker of the list takes over from one that is down', async (context) => {
  const { write, start } = sandbox(context);
  const down = await startBroker(context);
  down.close();
  const backup = await startBroker(context, { program: programOf([packet('from-the-backup')]) });
  write('voeventd.yaml', config([down.port, backup.port]));
  const daemon = start('run');
  await daemon.logged(/^lines done/);
  const line = await daemon.logged(/No feed from/);
  assert.match(line.msg, new RegExp(`127.0.0.1:${down.port}: connection refused.*trying 127.0.0.1:${backup.port} now`));
  await daemon.stop();
});

test('garbage, oversized, truncated and absurd frames cost no alert that comes after them', async (context) => {
  const { write, start } = sandbox(context);
  const acked: (string | undefined)[] = [];
  const note = (socket: Socket) => answers(socket, (message) => message.role === 'ack' && acked.push(message.origin));
  const oversized = Buffer.concat([
    Buffer.from('<VOEvent ivorn="ivo://org.example/e2e#huge">'),
    Buffer.alloc(20_000, 0x20),
  ]);
  const { port, connections } = await scripted(
    context,
    (socket) => {
      note(socket);
      socket.write(encodeFrames(['not xml at all', '', oversized, packet('one')]));
      socket.write(Buffer.concat([Buffer.from([0, 0, 4, 0]), Buffer.from('<VOEvent')]));
      answers(socket, () => socket.end());
    },
    (socket) => {
      note(socket);
      socket.write(encodeFrames([packet('two')]));
      answers(socket, () => socket.write(Buffer.from('7fffffff', 'hex')));
    },
    (socket) => {
      note(socket);
      socket.write(encodeFrames([packet('three')], true));
    },
  );
  write('voeventd.yaml', config([port], 'maxFrame: 10000'));
  const daemon = start('run');
  await daemon.logged(/^lines done/, 3);
  await daemon.logged(/A message of 20044 bytes was discarded.*set maxFrame: 20044/);
  await daemon.logged(/in the middle of a message, after 8 of 1024 bytes/);
  await daemon.logged(/announced a message of 2147483647 bytes/);
  await daemon.logged(/writes lengths in little-endian order/);
  await daemon.logged(/neither a VOEvent nor a Transport message; it is kept in quarantine/);
  assert.equal(connections(), 3);
  assert.deepEqual(acked.slice(0, 2), ['ivo://org.example/e2e#one', 'ivo://org.example/e2e#two']);
  const oversizedLine = daemon.log.find(({ msg }) => msg.includes('was discarded'));
  assert.equal(oversizedLine?.ivorn, 'ivo://org.example/e2e#huge');
  await daemon.stop();
});

test('an iamalive is answered while every handler hangs', async (context) => {
  const { write, start } = sandbox(context);
  const { promise: answered, resolve } = Promise.withResolvers<TransportMessage>();
  const { port } = await scripted(context, (socket) => {
    answers(socket, (message) => {
      if (message.role === 'iamalive') resolve(message);
    });
    socket.write(encodeFrames([packet('hangs')]));
  });
  write(
    'voeventd.yaml',
    config([port]).replace(
      '{ lines: { plugin: log } }',
      '{ hang: { plugin: exec, with: { command: [sleep, "60"] } } }',
    ),
  );
  const daemon = start('run');
  await daemon.logged(/hang fires/);
  const { port: other } = await scripted(context, (socket) => {
    answers(socket, (message) => message.role === 'iamalive' && resolve(message));
    socket.write(
      encodeFrames([
        '<Transport role="iamalive" version="1.0"><Origin>ivo://org.example/broker</Origin><TimeStamp>2026-11-22T00:00:00Z</TimeStamp></Transport>',
      ]),
    );
  });
  write(
    'voeventd.yaml',
    config([other]).replace(
      '{ lines: { plugin: log } }',
      '{ hang: { plugin: exec, with: { command: [sleep, "60"] } } }',
    ),
  );
  daemon.child.kill('SIGHUP');
  const message = await answered;
  assert.equal(message.origin, 'ivo://org.example/broker');
  assert.equal(message.response, 'ivo://org.example/telescope-1');
  await daemon.stop('SIGKILL');
});
