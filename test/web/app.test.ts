import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { request } from 'node:http';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, it, type TestContext } from 'node:test';
import { createApp } from '../../src/web/app.ts';
import { Unanswered } from '../../src/web/context.ts';
import { Desk } from '../../src/web/desk.ts';
import { Hub } from '../../src/web/hub.ts';
import type { WebSettings } from '../../src/web/messages.ts';
import { WebServer } from '../../src/web/server.ts';
import type { Snapshot } from '../../src/web/snapshot.ts';
import { rawRequest } from '../support/http.ts';
import { packet } from '../support/play.ts';
import { recordLog, until, within } from '../support/wait.ts';
import { watchedJournal } from './journal.ts';
import { snapshot } from './snapshot.ts';

async function serve(context: TestContext, ask: () => Promise<Snapshot>, changes: Partial<WebSettings> = {}) {
  const journal = watchedJournal(context);
  const listen = { host: '127.0.0.1', port: 0, text: '127.0.0.1:0' };
  const settings = { listen, tokens: undefined, url: undefined, feedItems: 20, maxConnections: 20, ...changes };
  const log = recordLog();
  const desk = new Desk(journal.path, ask);
  const hub = new Hub(desk.journal, {
    after: (seq, limit) => desk.rows.after(seq, limit),
    latest: (limit) => desk.rows.list({}, limit),
    status: () => desk.status(),
    problem: () => {},
  });
  const pretty = () => Promise.resolve({ text: '', language: 'text', isCut: false } as const);
  const server = new WebServer(settings, createApp({ desk, hub, settings, log, pretty }), log);
  const stop = new AbortController();
  const ended = server.run(stop.signal);
  context.after(async () => {
    stop.abort();
    hub.close();
    await ended;
    desk.close();
  });
  const served = await server.started;
  assert.ok('address' in served, JSON.stringify(served));
  return { ...journal, log, hub, address: served.address, url: served.address.replace(/\/$/, ''), stop, ended };
}

const now = () => Promise.resolve(snapshot({ startedAt: Date.now() - 1_000, sources: [] }));

describe('the web', () => {
  it('asks the parts once, however many look at once, and not at all while nobody does', async (t) => {
    let asked = 0;
    const { url } = await serve(t, () => {
      asked += 1;
      return now();
    });
    assert.equal(asked, 0);
    const answers = await Promise.all(Array.from({ length: 15 }, () => fetch(`${url}/api/status`)));
    assert.ok(answers.every(({ status }) => status === 200));
    await fetch(`${url}/metrics`);
    assert.equal(asked, 1);
  });

  it('says so when the main thread does not answer, and shows what the journal has all the same', async (t) => {
    const { url, receive } = await serve(t, () => Promise.reject(new Unanswered('The daemon’s main thread is busy.')));
    await receive([packet('one')]);
    for (const path of ['/healthz', '/readyz', '/metrics', '/api/status', '/']) {
      const answer = await fetch(url + path, { headers: { accept: path === '/' ? 'text/html' : '*/*' } });
      assert.equal(answer.status, 503, path);
      assert.match(await answer.text(), /main thread is busy/, path);
    }
    const { alerts } = (await (await fetch(`${url}/api/alerts`)).json()) as { alerts: { id: string }[] };
    assert.equal(alerts.length, 1);
    assert.equal((await fetch(`${url}/alerts/${alerts[0]?.id}`)).status, 200);
  });

  it('goes on when the main thread answers again', async (t) => {
    let isBusy = true;
    const { url } = await serve(t, () => (isBusy ? Promise.reject(new Unanswered('busy')) : now()));
    assert.equal((await fetch(`${url}/healthz`)).status, 503);
    isBusy = false;
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
  });

  it('asks for its health whether the main thread answers now, whatever it knows from before', async (t) => {
    let isBusy = false;
    const { url } = await serve(t, () => (isBusy ? Promise.reject(new Unanswered('busy')) : now()));
    assert.equal((await fetch(`${url}/api/status`)).status, 200);
    isBusy = true;
    // One that answered half a second ago answers now.
    const unwell = async (): Promise<void> => {
      if ((await fetch(`${url}/healthz`)).status !== 503) await unwell();
    };
    await within(unwell(), 'an answer that it is not well');
  });

  it('hides its own faults from strangers, and has them in the log', async (t) => {
    const { url, log } = await serve(t, () => Promise.reject(new Error('secret detail')));
    const answer = await fetch(`${url}/api/status`);
    assert.equal(answer.status, 500);
    assert.doesNotMatch(await answer.text(), /secret/);
    assert.match((await log.said(/could not answer/)).message, /\/api\/status: Error: secret detail/);
  });

  it('listens on a Unix-domain socket of its user and group, also where a killed daemon left one', async (t) => {
    const { path } = watchedJournal(t);
    const socketPath = join(dirname(path), 'web.sock');
    const killed = `require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
    spawnSync(process.execPath, ['-e', killed, socketPath]);
    assert.ok(statSync(socketPath).isSocket());
    const listen = { path: socketPath, text: `unix:${socketPath}` };
    const { address } = await serve(t, now, { listen });
    assert.equal(address, listen.text);
    assert.equal(statSync(socketPath).mode & 0o777, 0o660);
    const { promise, resolve } = Promise.withResolvers<string>();
    request({ socketPath, path: '/healthz' }, async (response) => resolve(await text(response))).end();
    assert.equal(await promise, 'alive\n');
  });

  it('takes no more than so many connections, and says so once', async (t) => {
    const { url, log, hub } = await serve(t, now, { maxConnections: 3 });
    const open = await Promise.all(Array.from({ length: 3 }, () => fetch(`${url}/api/stream`)));
    await until(() => hub.clients === 3, 'three listeners');
    await assert.rejects(fetch(`${url}/healthz`));
    await assert.rejects(fetch(`${url}/healthz`));
    await log.said(/3 are connected, the limit of web\.maxConnections/);
    assert.equal(log.lines.filter(({ message }) => /maxConnections/.test(message)).length, 1);
    await open[0]?.body?.cancel();
    await until(() => hub.clients === 2, 'one to go');
    // The server counts a connection until it is closed on both sides.
    const again = async (): Promise<number> => await fetch(`${url}/healthz`).then(({ status }) => status, again);
    assert.equal(await within(again(), 'room for another'), 200);
  });

  it('answers one request of a connection at a time, and ends one that wants more', async (t) => {
    const { url, hub } = await serve(t, now);
    const one = `GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    await rawRequest(url, one.repeat(100));
    await until(() => hub.clients === 0, 'all of them to be forgotten');
    const { host } = new URL(url);
    const two = `GET /healthz HTTP/1.1\r\nHost: ${host}\r\n`;
    assert.match(await rawRequest(url, `${two}Connection: close\r\n\r\n`), /alive/);
  });

  it('ends at once, whoever listens', async (t) => {
    const { url, stop, ended } = await serve(t, now);
    const listening = await fetch(`${url}/api/stream`);
    stop.abort();
    await ended;
    await listening.text().catch(() => '');
  });
});
