import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { type PlainRequest, permittedFetch } from '../../src/plugin/permitted-fetch.ts';
import { until } from '../support/wait.ts';

const never = new AbortController().signal;

interface Server {
  readonly port: number;
  readonly requests: IncomingMessage[];
}

async function serve(test: TestContext, listener: RequestListener): Promise<Server> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    listener(request, response);
  });
  test.after(() => server.close().closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return { port: (server.address() as AddressInfo).port, requests };
}

const request = (url: string, changes: Partial<PlainRequest> = {}): PlainRequest => ({
  ...{ url, method: 'GET', headers: [], body: undefined, redirect: 'follow' },
  ...changes,
});

describe('what the daemon fetches for a plugin', () => {
  it('is what was asked for, byte by byte', async (test) => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const { port } = await serve(test, (incoming, response) => {
      response.writeHead(201, 'Taken', { 'X-Twice': ['a', 'b'], 'X-Got': incoming.headers['x-token'] ?? '' });
      incoming.pipe(response);
    });
    const asked = request(`http://127.0.0.1:${port}/a?b`, {
      ...{ method: 'PUT', headers: [['X-Token', 'open']], body: new Uint8Array(bytes) },
    });
    const { headers, body, ...rest } = await permittedFetch(asked, [`127.0.0.1:${port}`], never);
    assert.deepEqual(rest, { url: asked.url, status: 201, statusText: 'Taken', redirected: false });
    assert.deepEqual(Buffer.from(body), bytes);
    const { 'x-twice': twice, 'x-got': got } = Object.fromEntries(headers);
    assert.deepEqual([twice, got], ['a, b', 'open']);
  });

  it('comes from no other host, port or scheme', async (test) => {
    const { port, requests } = await serve(test, (_, response) => response.end());
    for (const [url, hosts] of [
      [`http://127.0.0.1:${port}/`, []],
      [`http://127.0.0.1:${port}/`, ['127.0.0.1:1', 'localhost', '27.0.0.1']],
      [`http://user@127.0.0.1:${port}/`, ['user']],
      ['data:text/plain,x', ['']],
      ['file:///etc/passwd', ['localhost']],
    ] as const) {
      await assert.rejects(
        permittedFetch(request(url), hosts, never),
        /^AccessDenied: it may not fetch from .*: declare/,
      );
    }
    assert.equal(requests.length, 0);
  });

  it('follows redirects as a browser does, and gives its credentials to nobody else', async (test) => {
    const other = await serve(test, (_, response) => response.end('there'));
    const { port, requests } = await serve(test, (incoming, response) => {
      const to = incoming.url === '/see' ? `http://127.0.0.1:${other.port}/` : '/see';
      if (incoming.url === '/loop') response.writeHead(307, { Location: '/loop' }).end();
      else response.writeHead(incoming.url === '/keep' ? 307 : 302, { Location: to }).end();
    });
    const headers = [
      ['Authorization', 'Bearer x'],
      ['Content-Type', 'text/plain'],
    ] as const;
    const post = (path: string, changes = {}) =>
      permittedFetch(
        request(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body: Buffer.from('x'), ...changes }),
        ['127.0.0.1'],
        never,
      );
    const { url, redirected } = await post('/change');
    assert.deepEqual([url, redirected], [`http://127.0.0.1:${other.port}/`, true]);
    await post('/keep');
    const seen = (list: readonly IncomingMessage[]) =>
      list.map(({ method, headers: { authorization = '', 'content-type': type = '' } }) => [
        method,
        authorization,
        type,
      ]);
    const kept = ['POST', 'Bearer x', 'text/plain'];
    assert.deepEqual(seen(requests), [kept, ['GET', 'Bearer x', ''], kept, kept]);
    assert.deepEqual(seen(other.requests), [
      ['GET', '', ''],
      ['GET', '', ''],
    ]);
    await assert.rejects(post('/loop'), /it redirects more than 20 times/);
    await assert.rejects(post('/see', { redirect: 'error' }), /it redirects to http:/);
    assert.equal((await post('/see', { redirect: 'manual' })).status, 302);
  });

  it('does not come when nobody waits for it any more, or nobody is there', async (test) => {
    const { port, requests } = await serve(test, () => {});
    const controller = new AbortController();
    const fetching = permittedFetch(request(`http://127.0.0.1:${port}`), ['127.0.0.1'], controller.signal);
    const failing = assert.rejects(fetching, /Cannot fetch .*abort/);
    await until(() => requests.length === 1, 'the request');
    controller.abort();
    await failing;
    const closed = createServer().listen(0, '127.0.0.1');
    await once(closed, 'listening');
    const { port: free } = closed.address() as AddressInfo;
    await once(closed.close(), 'close');
    await assert.rejects(
      permittedFetch(request(`http://127.0.0.1:${free}/`), ['127.0.0.1'], never),
      /^Error: Cannot fetch http:\/\/127\.0\.0\.1:\d+\/: connection refused: nothing listens there \(ECONNREFUSED\)$/,
    );
  });
});
