import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { address, closedPort, ScriptedBroker } from '../../support/broker.ts';
import { until, within } from '../../support/wait.ts';
import { HeldStore, subscribe } from './subscription.ts';

/** It listens, accepts nothing, and has no room left: whoever connects waits. */
const FULL_LISTENER = `
  const server = require('node:net').createServer();
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    require('node:fs').writeSync(1, server.address().port + '\\n');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });`;

describe('subscriber stops', () => {
  it('while it connects, without waiting for the answer', async (t) => {
    const child = spawn(process.execPath, ['-e', FULL_LISTENER], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.after(() => child.kill('SIGKILL'));
    const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
    const fillers = Array.from({ length: 8 }, () => connect(Number(port), '127.0.0.1').on('error', () => {}));
    t.after(() => {
      for (const filler of fillers) filler.destroy();
    });
    await until(() => fillers.some(({ connecting }) => !connecting), 'the first to connect');
    for (let look = 0; look < 20; look++) await turn();
    const { stop, subscriber } = subscribe(t, [address(Number(port))], new HeldStore());
    assert.equal(subscriber.status.state, 'connecting');
    const before = performance.now();
    await within(stop(), 'the subscriber to stop');
    assert.ok(performance.now() - before < 800, 'at once, not after the time to linger');
    assert.equal(subscriber.status.state, 'stopped');
  });

  it('in the middle of a TLS handshake', async (t) => {
    await using mute = await ScriptedBroker.listen();
    const { stop, subscriber } = subscribe(t, [mute.address], new HeldStore(), { tls: {} });
    await mute.connection();
    assert.equal(subscriber.status.state, 'connecting');
    await within(stop(), 'the subscriber to stop');
  });

  it('while it waits to connect again', async (t) => {
    const { stop, log, subscriber } = subscribe(t, [address(await closedPort())], new HeldStore(), {
      reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 },
    });
    await log.said(/No feed/);
    assert.equal(subscriber.status.state, 'waiting');
    await within(stop(), 'the subscriber to stop');
    assert.equal(subscriber.status.state, 'stopped');
  });

  it('though the broker never closes its end', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { stop, log } = subscribe(t, [broker.address], new HeldStore());
    await broker.connection();
    await log.said(/Connected to/);
    await within(stop(), 'the subscriber to stop');
  });

  it('before it has begun', async (t) => {
    await using broker = await ScriptedBroker.listen();
    const { stop, subscriber } = subscribe(t, [broker.address], new HeldStore());
    await within(stop(), 'the subscriber to stop');
    assert.equal(subscriber.status.state, 'stopped');
  });
});
