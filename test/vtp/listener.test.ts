import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parseEndpoint } from '../../src/vtp/address.ts';
import { type Caller, Listener, type ListenSettings } from '../../src/vtp/listener.ts';
import { parseNetworks } from '../../src/vtp/networks.ts';
import { Peer } from '../support/peer.ts';
import { recordLog, until } from '../support/wait.ts';

const allow = (...texts: string[]) => texts.flatMap((text) => parseNetworks(text) ?? []);

async function listen(context: TestContext, where: string, changes: Partial<ListenSettings> = {}) {
  const endpoint = parseEndpoint(where, 0);
  if (endpoint === undefined) throw new Error(`${where} is no place to listen.`);
  const log = recordLog();
  const callers: Caller[] = [];
  const settings = {
    listen: endpoint,
    allow: allow('127.0.0.1', '::1'),
    tls: undefined,
    maxConnections: 10,
    maxPerAddress: 10,
  };
  const listener = new Listener(
    { ...settings, ...changes },
    'authors',
    (caller) => {
      callers.push(caller);
      caller.socket.resume().once('end', () => caller.socket.destroy());
    },
    log,
  );
  const address = await listener.start();
  context.after(async () => {
    for (const { socket } of callers) socket.destroy();
    await listener.close();
  });
  return { listener, address, callers, log };
}

describe('a listener', () => {
  it('lets in who may come, and says who it is', async (t) => {
    const { address, callers, listener } = await listen(t, '127.0.0.1:0');
    assert.match(address, /^127\.0\.0\.1:\d+$/);
    const peer = await Peer.connect(address);
    await until(() => callers.length === 1, 'the caller');
    assert.equal(callers[0]?.address, '127.0.0.1');
    assert.match(callers[0]?.name ?? '', /^127\.0\.0\.1:\d+$/);
    assert.equal(listener.connections, 1);
    peer.close();
    await until(() => listener.connections === 0, 'the connection to be forgotten');
  });

  it('takes both families on one socket, and knows IPv4 peers as such', async (t) => {
    const { address, callers } = await listen(t, '[::]:0', { allow: allow('127.0.0.0/8', '::1') });
    const port = address.slice(address.lastIndexOf(':') + 1);
    const peers = [await Peer.connect(`127.0.0.1:${port}`), await Peer.connect(`[::1]:${port}`)];
    await until(() => callers.length === 2, 'both callers');
    assert.deepEqual(callers.map((caller) => caller.address).sort(), ['127.0.0.1', '::1']);
    for (const peer of peers) peer.close();
  });

  it('refuses who is not in allow before anything is read, and says what to write', async (t) => {
    const { address, callers, log } = await listen(t, '127.0.0.1:0', { allow: allow('192.0.2.0/24') });
    for (let call = 0; call < 3; call++) await (await Peer.connect(address)).gone();
    assert.equal(callers.length, 0);
    const lines = log.lines.filter(({ level }) => level === 'warn').map(({ message }) => message);
    assert.deepEqual(lines, [
      '127.0.0.1 was refused as one of the authors: it is not in allow. To let it in, add 127.0.0.1 to allow',
    ]);
  });

  it('refuses more than there may be, in all and from one address', async (t) => {
    const all = await listen(t, '127.0.0.1:0', { maxConnections: 2 });
    const one = await listen(t, '127.0.0.1:0', { maxPerAddress: 2 });
    for (const { address, callers, log } of [all, one]) {
      const peers = [await Peer.connect(address), await Peer.connect(address)];
      await until(() => callers.length === 2, 'two callers');
      await (await Peer.connect(address)).gone();
      assert.equal(callers.length, 2);
      peers[0]?.close();
      await until(() => peers[0]?.socket.closed === true, 'one to go');
      await log.said(/the limit of max(?:Connections|PerAddress)/);
    }
    await until(() => all.listener.connections === 1, 'room for one more');
    await Peer.connect(all.address);
    await until(() => all.callers.length === 3, 'one more');
  });

  it('listens on a Unix-domain socket for the daemon’s user and group, whoever allow names', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'listener-test-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, 'authors.sock');
    const { address, callers } = await listen(t, `unix:${path}`, { allow: [] });
    assert.equal(address, `unix:${path}`);
    assert.equal(statSync(path).mode & 0o777, 0o660);
    const peer = await Peer.connect({ path });
    await until(() => callers.length === 1, 'the caller');
    peer.close();
  });

  it('takes the socket that a killed daemon left, and leaves one alone that somebody listens on', async (t) => {
    const directory = mkdtempSync(join(tmpdir(), 'listener-test-'));
    t.after(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, 'a.sock');
    await listen(t, `unix:${path}`);
    await assert.rejects(listen(t, `unix:${path}`), { code: 'EADDRINUSE' });
    assert.ok(existsSync(path));
    // What is left by one who had no time to unlink it: a file that nobody listens on.
    const stale = join(directory, 'b.sock');
    const { execFileSync } = await import('node:child_process');
    const script = `require('node:net').createServer().listen(${JSON.stringify(stale)}, () => process.kill(process.pid, 'SIGKILL'))`;
    assert.throws(() => execFileSync(process.execPath, ['-e', script], { stdio: 'ignore' }));
    assert.ok(existsSync(stale));
    const { address } = await listen(t, `unix:${stale}`);
    (await Peer.connect(address)).close();
  });

  it('says why it cannot listen', async (t) => {
    const taken = createServer().listen(0, '127.0.0.1');
    t.after(() => taken.close());
    await until(() => taken.listening, 'the other to listen');
    const { port } = taken.address() as { port: number };
    await assert.rejects(listen(t, `127.0.0.1:${port}`), { code: 'EADDRINUSE' });
    await assert.rejects(listen(t, '192.0.2.1:0'), { code: 'EADDRNOTAVAIL' });
  });
});
