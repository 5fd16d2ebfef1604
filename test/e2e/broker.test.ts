import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { parseTransport } from '../../src/vtp/message.ts';
import { freePort } from '../interop/support/port.ts';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { authenticate, Peer } from '../support/peer.ts';
import { packet } from '../support/play.ts';
import { until, within } from '../support/wait.ts';

const BROKER = `identity: ivo://org.example/node
sources: { authors: { type: receiver, listen: "127.0.0.1:0" } }
`;

const portOf = async (daemon: Voeventd, what: 'Receiving from authors' | 'Broadcasting to subscribers', times = 1) => {
  await daemon.logged(new RegExp(`^${what} on`), times);
  const lines = daemon.log.filter(({ msg }) => msg.startsWith(what));
  return String(lines[times - 1]?.address);
};

/** One transaction of an author: the role of the receipt, or undefined when there was none. */
async function publish(address: string, bytes: Buffer): Promise<string | undefined> {
  const author = await Peer.connect(address).catch(() => undefined);
  if (author === undefined) return undefined;
  author.send(bytes);
  await until(() => author.messages.length > 0 || author.ended, 'an answer, or the end');
  const [message] = author.messages;
  author.close();
  return message === undefined ? undefined : parseTransport(message)?.role;
}

test('what an author publishes reaches every subscriber and handler, the same bytes', async (context) => {
  const { directory, write, start } = sandbox(context);
  write(
    'voeventd.yaml',
    `${BROKER}broadcast: { listen: "127.0.0.1:0", test: false }
handlers: { keep: { plugin: archive, with: { directory: ./archive } } }
`,
  );
  const daemon = start('run');
  const [receiver, broadcast] = [
    await portOf(daemon, 'Receiving from authors'),
    await portOf(daemon, 'Broadcasting to subscribers'),
  ];
  const listener = start('listen', broadcast, '--save', './saved');
  await daemon.logged(/subscribes$/);
  write('event.xml', packet('a').toString());
  const sent = start('send', 'event.xml', '--to', receiver);
  assert.equal((await sent.exited).code, 0);
  await listener.until('the alert', () => listener.output.some((line) => line.includes('ivo://org.example/e2e#a')));
  await daemon.logged(/keep done/);
  const fileIn = (folder: string): string | undefined => {
    const path = join(directory, folder);
    const names = existsSync(path) ? readdirSync(path, { recursive: true, encoding: 'utf8' }) : [];
    return names.filter((name) => name.endsWith('.xml')).map((name) => join(path, name))[0];
  };
  // It is printed, and then saved.
  await listener.until('the alert to be saved', () => fileIn('saved') !== undefined);
  for (const folder of ['archive', 'saved']) {
    assert.deepEqual(readFileSync(fileIn(folder) ?? ''), readFileSync(join(directory, 'event.xml')));
  }
  daemon.child.kill('SIGUSR2');
  const status = await daemon.logged(/^Subscriber 127\.0\.0\.1:\d+ for .*: 1 alerts, 0 receipts owed/);
  assert.equal(status.level, 'info');
  assert.equal((await daemon.stop()).code, 0);
});

test('killed at any point, what a broker has acknowledged reaches the node that subscribes to it', async (context) => {
  const EVENTS = 240;
  const KILLS = 3;
  const [submit, subscribe] = [await freePort(), await freePort()];
  const node = sandbox(context);
  const site = sandbox(context);
  node.write(
    'voeventd.yaml',
    `identity: ivo://org.example/node
sources: { authors: { type: receiver, listen: "127.0.0.1:${submit}" } }
broadcast: { listen: "127.0.0.1:${subscribe}", test: false }
`,
  );
  site.write(
    'voeventd.yaml',
    `identity: ivo://org.example/site
sources: { node: { type: vtp, brokers: ["127.0.0.1:${subscribe}"], reconnect: { initial: 50ms, max: 200ms } } }
handlers: { keep: { plugin: archive, with: { directory: ./archive } } }
`,
  );
  const subscriber = site.start('run');
  let broker = node.start('run');
  await subscriber.logged(/^Connected to/);
  const kills = new Set(
    Array.from({ length: KILLS }, (_, kill) => Math.floor((EVENTS / KILLS) * kill) + randomInt(10, EVENTS / KILLS)),
  );
  const acknowledged: string[] = [];
  for (let index = 0; index < EVENTS; index++) {
    const bytes = packet(`n${index}`);
    if (kills.has(index)) {
      const answer = publish(`127.0.0.1:${submit}`, bytes);
      setTimeout(() => broker.child.kill('SIGKILL'), randomInt(0, 8));
      if ((await answer) === 'ack') acknowledged.push(`n${index}`);
      await broker.exited;
      broker = node.start('run');
      await broker.logged(/^Receiving from authors/);
      continue;
    }
    const answer = await publish(`127.0.0.1:${submit}`, bytes);
    if (answer === 'ack') acknowledged.push(`n${index}`);
  }
  assert.ok(acknowledged.length >= EVENTS - KILLS);
  const archive = join(site.directory, 'archive');
  const archived = (): Set<string> =>
    new Set(
      existsSync(archive)
        ? readdirSync(archive, { recursive: true, encoding: 'utf8' }).map((name) => name.split('/').at(-1) ?? '')
        : [],
    );
  await subscriber.until('every acknowledged event', () => {
    const names = archived();
    return acknowledged.every((name) => names.has(`${name}.xml`));
  });
  await broker.stop();
  await subscriber.stop();
});

test('a port that is taken is a reason not to start, and after a reload one to go on trying', async (context) => {
  const { write, start } = sandbox(context);
  const taken = createServer().listen(0, '127.0.0.1');
  await until(() => taken.listening, 'the other to listen');
  context.after(() => taken.close());
  const { port } = taken.address() as { port: number };
  write('voeventd.yaml', `${BROKER}broadcast: { listen: "127.0.0.1:${port}", test: false }\n`);
  const refused = start('run');
  assert.equal((await refused.exited).code, 1);
  assert.ok(
    refused.lines.includes(
      `voeventd: Cannot listen on 127.0.0.1:${port} for broadcast: the address is in use by another program (EADDRINUSE). Stop what listens there, or write another broadcast.listen.`,
    ),
  );
  write('voeventd.yaml', `${BROKER}broadcast: { listen: "127.0.0.1:0", test: false }\n`);
  const daemon = start('run');
  await portOf(daemon, 'Broadcasting to subscribers');
  write('voeventd.yaml', `${BROKER}broadcast: { listen: "127.0.0.1:${port}", test: false }\n`);
  daemon.child.kill('SIGHUP');
  await daemon.logged(/^Cannot listen on .* for broadcast: the address is in use/);
  taken.close();
  await portOf(daemon, 'Broadcasting to subscribers', 2);
  assert.equal((await daemon.stop()).code, 0);
});

test('a reload keeps subscribers unless they must connect elsewhere, and may begin and end the broadcast', async (context) => {
  const { write, start } = sandbox(context);
  const config = (broadcast: string) =>
    write('voeventd.yaml', `${BROKER}${broadcast}\nhandlers: { lines: { plugin: log } }\n`);
  config('');
  const daemon = start('run');
  const receiver = await portOf(daemon, 'Receiving from authors');
  const port = await freePort();
  const reload = async (broadcast: string, times: number) => {
    config(broadcast);
    daemon.child.kill('SIGHUP');
    await daemon.logged(/^Reloaded/, times);
  };
  await reload(`broadcast: { listen: "127.0.0.1:${port}", test: false }`, 1);
  const subscriber = await Peer.connect(`127.0.0.1:${port}`);
  await subscriber.message(0);
  subscriber.send(authenticate());
  assert.equal(await publish(receiver, packet('a')), 'ack');
  await until(() => subscriber.events.length === 1, 'the first alert');
  await reload(`broadcast: { listen: "127.0.0.1:${port}", test: false, filter: 'alert.local != "b"' }`, 2);
  assert.equal(await publish(receiver, packet('b')), 'ack');
  assert.equal(await publish(receiver, packet('c')), 'ack');
  await until(() => subscriber.events.length === 2, 'the third alert');
  assert.match(String(subscriber.events[1]), /#c"/);
  await daemon.logged(/^Not broadcast: ivo:\/\/org.example\/e2e#b: .* is false \(/);
  await reload('', 3);
  await within(subscriber.gone(), 'the subscriber to be let go');
  await assert.rejects(Peer.connect(`127.0.0.1:${port}`), { code: 'ECONNREFUSED' });
  assert.equal(await publish(receiver, packet('d')), 'ack');
  assert.equal((await daemon.stop()).code, 0);
});
