import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { it } from 'node:test';
import { WebServer } from '../../src/web/server.ts';
import { recordLog, until } from '../support/wait.ts';

it('that it cannot listen is told once, and again when it is for another reason', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  const listen = { host: '127.0.0.1', port, text: `127.0.0.1:${port}` };
  const log = recordLog();
  const server = new WebServer({ listen, maxConnections: 5 }, () => {}, log, 10);
  const stop = new AbortController();
  const ended = server.run(stop.signal);
  t.after(async () => {
    stop.abort();
    other.close();
    await ended;
  });
  const tries = () => log.lines.filter(({ message }) => /Cannot serve/.test(message));
  const told = () => tries().filter(({ level }) => level === 'warn');
  await until(() => tries().length >= 4, 'some attempts');
  assert.equal(told().length, 1);
  assert.match(told()[0]?.message ?? '', /in use by another program/);
  assert.ok(
    tries()
      .slice(1)
      .every(({ level }) => level === 'debug'),
  );
  listen.host = '192.0.2.1';
  await until(() => told().length === 2, 'another reason');
  assert.match(told()[1]?.message ?? '', /does not have that address/);
  listen.host = '127.0.0.1';
  await until(() => told().length === 3, 'the first reason again');
  other.close();
  await log.said(/Status page on/);
});
