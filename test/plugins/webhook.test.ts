import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type * as http from 'node:http';
import type * as https from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import webhook from '../../plugins/webhook/index.ts';
import type { Alert } from '../../src/plugin/api.ts';
import { closedPort } from '../support/broker.ts';
import { type Answering, answer, serve as serveFor } from '../support/http-server.ts';
import {
  configure,
  contextFor,
  failureOf,
  sampleAlert,
  type TestContext,
  withoutFields,
} from '../support/plugin-context.ts';

type Changes = Partial<TestContext<unknown>> & { alert?: Alert };

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const serve = (answering: Answering, tls?: https.ServerOptions) =>
  serveFor({ after: (close) => closers.push(close) }, answering, tls);

/** One attempt: the promise of its end, and its context. */
function attempt(options: Record<string, unknown>, { alert = sampleAlert(), ...changes }: Changes = {}) {
  const context = contextFor(configure(webhook, options), changes as object);
  return { context, ended: webhook.handle(alert, context) };
}

describe('what is sent', () => {
  it('is the decoded alert as JSON, with headers that name the delivery', async () => {
    const { url, heard } = await serve(answer(200));
    const { ended } = attempt({ url: `${url}/hook?a=1` }, { attempt: 2 });
    assert.match(await ended, /^200 OK after \d/);
    const [request] = heard;
    assert.ok(request);
    assert.equal(heard.length, 1);
    assert.equal(request.method, 'POST');
    assert.equal(request.path, '/hook?a=1');
    assert.deepEqual(JSON.parse(request.body.toString()), withoutFields(sampleAlert(), 'raw'));
    assert.equal(request.headers['content-type'], 'application/json');
    assert.equal(request.headers['content-length'], String(request.body.length));
    assert.equal(request.headers['user-agent'], 'voeventd');
    assert.equal(request.headers['x-voeventd-delivery'], '17/slew');
    assert.equal(request.headers['x-voeventd-attempt'], '2');
    assert.equal(request.headers['idempotency-key'], '0123456789abcdef/slew');
  });

  it('tells what others have failed at, and never as the same message', async () => {
    const { url, heard } = await serve(answer(200));
    const stuck = { handler: 'slew', outcome: 'stuck', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' };
    await attempt({ url }, { because: [stuck] }).ended;
    await attempt({ url, body: { template: '{"text": "{because}"}' } }, { because: [stuck] }).ended;
    await attempt({ url }, { because: [{ ...stuck, endedAt: '2026-11-22T10:05:10.000Z' }] }).ended;
    const bodies = heard.map(({ body }) => JSON.parse(body.toString()));
    assert.deepEqual([bodies[0].because, bodies[1].text], [[stuck], 'slew failed after 3 attempts: stuck']);
    const keys = heard.map(({ headers }) => headers['idempotency-key']);
    assert.equal(keys[0], `${sampleAlert().id}/slew/${stuck.endedAt}`);
    assert.notEqual(keys[2], keys[0]);
  });

  it('is the bytes as received with body: xml, by another method if asked', async () => {
    const { url, heard } = await serve(answer(204));
    const packet = randomBytes(100_000);
    const { ended } = attempt({ url, body: 'xml', method: 'PUT' }, { packet });
    assert.match(await ended, /^204 No Content/);
    assert.equal(heard[0]?.method, 'PUT');
    assert.ok(heard[0]?.body.equals(packet));
    assert.equal(heard[0]?.headers['content-type'], 'application/xml');
  });

  const hostile = `"}],\n\\ <b>&'\u0000é ${String.fromCharCode(0xd800)}`;
  const kinds: [string, string, string, (body: string) => void][] = [
    [
      'application/json',
      '{"text": "seen: {alert.local}", "ra": {alert.ra}}',
      hostile,
      (body) => assert.deepEqual(JSON.parse(body), { text: `seen: ${hostile}`, ra: 83.6331 }),
    ],
    [
      'application/vnd.x+json; charset=utf-8',
      '["{alert.local}"]',
      hostile,
      (body) => assert.deepEqual(JSON.parse(body), [hostile]),
    ],
    ['text/xml', '<a b="{alert.local}"/>', `<">'&`, (body) => assert.equal(body, '<a b="&lt;&quot;&gt;&apos;&amp;"/>')],
    [
      'application/x-www-form-urlencoded',
      'text={alert.local}',
      'a&b=c d',
      (body) => assert.equal(new URLSearchParams(body).get('text'), 'a&b=c d'),
    ],
    ['text/plain', '{alert.local} seen', 'a"b', (body) => assert.equal(body, 'a"b seen')],
  ];
  for (const [contentType, template, local, check] of kinds) {
    it(`is a template with values escaped for ${contentType}`, async () => {
      const { url, heard } = await serve(answer(200));
      await attempt({ url, body: { template, contentType } }, { alert: sampleAlert({ local }) }).ended;
      assert.equal(heard[0]?.headers['content-type'], contentType);
      check(heard[0]?.body.toString() ?? '');
    });
  }

  it('carries the headers of the configuration, which replace those of the daemon', async () => {
    const { url, heard } = await serve(answer(200));
    await attempt({ url, headers: { Authorization: 'Bearer abc', 'Content-Type': 'application/x-voevent+json' } })
      .ended;
    assert.equal(heard[0]?.headers.authorization, 'Bearer abc');
    assert.equal(heard[0]?.headers['content-type'], 'application/x-voevent+json');
  });

  it('carries the user and password of the address', async () => {
    const { url, heard } = await serve(answer(200));
    await attempt({ url: url.replace('://', '://dome:s%40sam@') }).ended;
    assert.equal(heard[0]?.headers.authorization, `Basic ${btoa('dome:s@sam')}`);
  });

  it('carries a handler name that is no plain text in a form a header can hold', async () => {
    const { url, heard } = await serve(answer(200));
    await attempt({ url }, { handler: 'süd', delivery: '1/süd\r\nX: y' }).ended;
    assert.equal(heard[0]?.headers['idempotency-key'], '0123456789abcdef/s%C3%BCd');
    assert.equal(heard[0]?.headers['x-voeventd-delivery'], '1/s%C3%BCd%0D%0AX: y');
  });

  for (const algorithm of ['sha256', 'sha512']) {
    it(`is signed with ${algorithm} over the exact body`, async () => {
      const { url, heard } = await serve(answer(200));
      await attempt({ url, body: 'xml', signature: { secret: 'shared', algorithm, header: 'X-Sign' } }).ended;
      const [request] = heard;
      assert.ok(request);
      const expected = createHmac(algorithm, 'shared').update(request.body).digest('hex');
      assert.equal(request.headers['x-sign'], `${algorithm}=${expected}`);
    });
  }

  it('goes over a connection that is kept for the next alert', async () => {
    const { url, server } = await serve(answer(200, {}, 'thanks'));
    let connections = 0;
    server.on('connection', () => connections++);
    const context = contextFor(configure(webhook, { url }));
    for (let alerts = 0; alerts < 5; alerts++) await webhook.handle(sampleAlert(), context);
    assert.equal(connections, 1);
  });

  it('is sent again on a new connection when the server closes the kept one as it is used', async () => {
    let requests = 0;
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      let served = false;
      socket.on('error', () => {});
      socket.on('data', () => {
        if (served) return socket.resetAndDestroy();
        served = true;
        requests++;
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    const context = contextFor(
      configure(webhook, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }),
    );
    for (let alerts = 0; alerts < 2; alerts++) assert.match(await webhook.handle(sampleAlert(), context), /^200/);
    assert.deepEqual([requests, sockets.size], [2, 2]);
    for (const socket of sockets) socket.destroy();
  });
});

describe('what the answer means', () => {
  for (const status of [200, 201, 202, 204, 299]) {
    it(`${status} is done`, async () => {
      const { url } = await serve(answer(status));
      assert.match(await attempt({ url }).ended, new RegExp(`^${status} .* after`));
    });
  }

  for (const status of [408, 425, 429, 500, 502, 503, 504, 599]) {
    it(`${status} may be tried again`, async () => {
      const { url } = await serve(answer(status, {}, 'later, please'));
      const failure = await failureOf(() => attempt({ url }).ended);
      assert.equal(failure.retryable, true);
      assert.equal(failure.afterMs, undefined);
      assert.match(failure.message, new RegExp(`^${url} answered ${status} .*: later, please$`));
    });
  }

  for (const status of [301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 410, 413, 422]) {
    it(`${status} is the end of the delivery`, async () => {
      const { url, heard } = await serve(answer(status, status < 304 ? { location: '/elsewhere' } : {}));
      const failure = await failureOf(() => attempt({ url, redirects: 2 }).ended);
      assert.equal(failure.retryable, false);
      assert.match(failure.message, new RegExp(`answered ${status}`));
      assert.equal(heard.length, 1);
    });
  }

  const waits: [string, http.OutgoingHttpHeaders, number | undefined][] = [
    ['a number of seconds', { 'retry-after': '7' }, 7_000],
    [
      'a date, by the server clock',
      { date: 'Sun, 22 Nov 2026 10:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 10:01:30 GMT' },
      90_000,
    ],
    [
      'a date that has passed',
      { date: 'Sun, 22 Nov 2026 10:00:00 GMT', 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' },
      0,
    ],
    ['a week, which is cut to an hour', { 'retry-after': '604800' }, 3_600_000],
    ['words, which are ignored', { 'retry-after': 'soon' }, undefined],
    ['nothing, which is ignored', { 'retry-after': '' }, undefined],
  ];
  for (const [kind, headers, afterMs] of waits) {
    it(`Retry-After is honoured: ${kind}`, async () => {
      const { url } = await serve(answer(503, headers));
      const failure = await failureOf(() => attempt({ url }).ended);
      assert.equal(failure.retryable, true);
      assert.equal(failure.afterMs, afterMs);
    });
  }

  it('the hint from the answer is one short line without control characters', async () => {
    const { url } = await serve(answer(400, {}, `\u001b[31mno\u001b[0m\r\n  such\tfield\u009b ${'x'.repeat(1_000)}`));
    const failure = await failureOf(() => attempt({ url }).ended);
    assert.match(failure.message, /answered 400 Bad Request: no such field x{186}$/);
  });

  it('an answer without end is cut off', async () => {
    let sent = 0;
    let closed: Promise<unknown> = Promise.resolve();
    const { url } = await serve((_, response) => {
      closed = once(response, 'close');
      response.writeHead(400);
      const more = () => {
        for (let room = true; room && !response.destroyed; sent += 10_000) room = response.write('y'.repeat(10_000));
      };
      response.on('drain', more);
      more();
    });
    const failure = await failureOf(() => attempt({ url, responseLimit: 1_000 }).ended);
    assert.equal(failure.retryable, false);
    await closed;
    assert.ok(sent < 20_000_000, `${sent} bytes: more than the sockets of both sides hold`);
  });

  it('an answer that says 200 and then stalls is done', async () => {
    const { url } = await serve((_, response) => response.writeHead(200, { 'content-length': 10 }).write('half'));
    assert.match(await attempt({ url }).ended, /^200 OK/);
  });
});

describe('redirects', () => {
  const moved =
    (status: number, location: string): Answering =>
    (request, response) =>
      request.path === '/old' ? response.writeHead(status, { location }).end() : response.writeHead(200).end();

  it('are not followed by default, and the message says what to change', async () => {
    const { url, heard } = await serve(moved(308, '/new'));
    const failure = await failureOf(() => attempt({ url: `${url}/old` }).ended);
    assert.equal(failure.retryable, false);
    assert.match(
      failure.message,
      /answered 308 Permanent Redirect\. Write the new address as "url", or allow redirects/,
    );
    assert.equal(heard.length, 1);
  });

  for (const status of [307, 308]) {
    it(`${status} on the same server is followed with the same request if allowed`, async () => {
      const { url, heard } = await serve(moved(status, '/new'));
      const options = {
        url: url.replace('://', '://dome:sesame@').concat('/old'),
        redirects: 1,
        body: 'xml',
        headers: { 'X-Token': 'abc' },
      };
      await attempt(options).ended;
      assert.deepEqual(
        heard.map(({ method, path }) => [method, path]),
        [
          ['POST', '/old'],
          ['POST', '/new'],
        ],
      );
      assert.ok(heard[1]?.body.equals(heard[0]?.body ?? Buffer.alloc(0)));
      assert.equal(heard[1]?.headers['x-token'], 'abc');
      assert.equal(heard[1]?.headers.authorization, heard[0]?.headers.authorization);
    });
  }

  it('to another server are never followed', async () => {
    const other = await serve(answer(200));
    const { url } = await serve(answer(307, { location: `${other.url}/token-in-path` }));
    const failure = await failureOf(() => attempt({ url, redirects: 5 }).ended);
    assert.equal(failure.retryable, false);
    assert.match(failure.message, new RegExp(`, to ${other.url}\\. Only 307 and 308 on the same server`));
    assert.doesNotMatch(failure.message, /token-in-path/);
    assert.equal(other.heard.length, 0);
  });

  it('in a circle end', async () => {
    const { url, heard } = await serve(answer(307, { location: '/' }));
    const failure = await failureOf(() => attempt({ url, redirects: 3 }).ended);
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /more than 3 times/);
    assert.equal(heard.length, 4);
  });
});

describe('trouble on the way', () => {
  async function rawServer(talk: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      closers.push(() => socket.destroy());
      talk(socket);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    closers.push(() => server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it('a refused connection may be tried again', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const failure = await failureOf(() => attempt({ url }).ended);
    assert.equal(failure.retryable, true);
    assert.equal(failure.message, `Cannot deliver to ${url}: connection refused, nothing listens there (ECONNREFUSED)`);
  });

  it('an unknown host may be tried again', async () => {
    const failure = await failureOf(() => attempt({ url: 'http://nowhere.invalid/' }).ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^Cannot deliver to http:\/\/nowhere\.invalid: .*(ENOTFOUND|EAI_AGAIN)/);
  });

  it('a connection closed without an answer may be tried again', async () => {
    const server = await rawServer((socket) => socket.on('data', () => socket.destroy()));
    const failure = await failureOf(() => attempt({ url: `http://${server}` }).ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /closed the connection without an answer \(ECONNRESET\)/);
  });

  it('an answer that is no HTTP may be tried again', async () => {
    const server = await rawServer((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    const failure = await failureOf(() => attempt({ url: `http://${server}` }).ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /does not answer in HTTP \(HPE_/);
  });

  it('a server that does not answer in time is a timeout', async () => {
    let gone: Promise<unknown> = Promise.resolve();
    const asked = Promise.withResolvers<void>();
    const { url } = await serve((_, response) => {
      gone = once(response, 'close');
      asked.resolve();
    });
    const { context, ended } = attempt({ url });
    await asked.promise;
    context.expire();
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.equal(failure.message, `Cannot deliver to ${url}: timeout, no answer in time`);
    await gone;
  });

  it('a TLS handshake that does not end is a timeout', async () => {
    const hello = Promise.withResolvers<void>();
    const server = await rawServer((socket) => socket.on('data', () => hello.resolve()));
    const { context, ended } = attempt({ url: `https://${server}` });
    await hello.promise;
    context.expire();
    const failure = await failureOf(() => ended);
    assert.match(failure.message, /timeout, no answer in time$/);
  });

  it('the stop of the daemon is not called a timeout', async () => {
    const asked = Promise.withResolvers<void>();
    const { url } = await serve(() => asked.resolve());
    const { context, ended } = attempt({ url });
    await asked.promise;
    context.stop();
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /: interrupted$/);
  });
});

function openssl(...words: string[]): void {
  execFileSync('openssl', words, { stdio: 'pipe' });
}

function hasOpenssl(): boolean {
  try {
    openssl('version');
    return true;
  } catch {
    return false;
  }
}

describe('TLS', { skip: hasOpenssl() ? false : 'openssl, which makes the certificates, is not installed' }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'webhook-test-'));
  const file = (name: string) => join(directory, name);
  const pem = (name: string) => readFileSync(file(name));

  const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

  /** NAME.pem and NAME.key, signed by our authority for the given address, for so many days from now. */
  function certificate(name: string, address: string, days = 2) {
    const request = [file(`${name}.csr`), file(`${name}.ext`)] as const;
    writeFileSync(request[1], `subjectAltName=${address}\n`);
    openssl('req', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', file(`${name}.key`), '-out', request[0]);
    const signing = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', String(days)];
    openssl('x509', '-req', '-in', request[0], '-extfile', request[1], ...signing, '-out', file(`${name}.pem`));
  }

  before(() => {
    for (const name of ['ca', 'stranger']) {
      const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)];
      openssl('req', '-x509', ...NEW_KEY, '-days', '2', '-subj', `/CN=${name}`, ...out);
    }
    certificate('server', 'IP:127.0.0.1');
    certificate('misnamed', 'DNS:elsewhere.example');
    certificate('expired', 'IP:127.0.0.1', -1);
    certificate('client', 'DNS:voeventd');
  });

  after(() => rmSync(directory, { recursive: true, force: true }));

  const secureServer = (name: string, more: https.ServerOptions = {}) =>
    serve(answer(200), { cert: pem(`${name}.pem`), key: pem(`${name}.key`), ...more });

  it('a server under an authority of our own is trusted when that is named', async () => {
    const { url, heard } = await secureServer('server');
    assert.match(await attempt({ url, tls: { ca: file('ca.pem') } }).ended, /^200 OK/);
    assert.equal(heard.length, 1);
  });

  const refusals: [string, string, object, RegExp][] = [
    ['an unknown authority', 'server', {}, /authority is not trusted here; name that in tls\.ca \(UNABLE_TO/],
    ['the wrong authority', 'server', { ca: 'stranger.pem' }, /authority is not trusted here/],
    ['another host name', 'misnamed', { ca: 'ca.pem' }, /it is for another host name \(ERR_TLS_CERT_ALTNAME_INVALID\)/],
    ['a date that has passed', 'expired', { ca: 'ca.pem' }, /it has expired \(CERT_HAS_EXPIRED\)/],
    ['a signature of its own', 'stranger', {}, /it is self-signed; name it in tls\.ca \(DEPTH_ZERO_SELF_SIGNED_CERT\)/],
  ];
  for (const [flaw, name, tls, message] of refusals) {
    it(`a certificate with ${flaw} is refused, said so, and may be tried again`, async () => {
      const { url, heard } = await secureServer(name);
      const paths = Object.fromEntries(Object.entries(tls).map(([option, path]) => [option, file(path)]));
      const failure = await failureOf(() => attempt({ url, tls: paths }).ended);
      assert.equal(failure.retryable, true);
      assert.match(failure.message, /: the server's certificate is refused: /);
      assert.match(failure.message, message);
      assert.equal(heard.length, 0);
    });
  }

  it('the check of the server can be turned off, with a warning at the start', async () => {
    const { url } = await secureServer('server');
    const { context, ended } = attempt({ url, tls: { verify: false } });
    assert.match(await ended, /^200 OK/);
    webhook.setup(context);
    assert.match(context.logged[0]?.message ?? '', /^The identity of https:.* is not checked/);
  });

  it('the daemon shows its own certificate to a server that asks for one', async () => {
    const { url } = await secureServer('server', { ca: pem('ca.pem'), requestCert: true, rejectUnauthorized: true });
    const tls = { ca: file('ca.pem'), cert: file('client.pem'), key: file('client.key') };
    assert.match(await attempt({ url, tls }).ended, /^200 OK/);
    const failure = await failureOf(() => attempt({ url, tls: { ca: file('ca.pem') } }).ended);
    assert.equal(failure.retryable, true);
  });

  it('a plain server behind an https address is named as such', async () => {
    const { url } = await serve(answer(200));
    const failure = await failureOf(() => attempt({ url: url.replace('http:', 'https:') }).ended);
    assert.match(failure.message, /does not speak TLS.*is it an http:\/\/ address\?/);
  });

  it('a certificate file that is missing stops the start', () => {
    const context = contextFor(configure(webhook, { url: 'https://chat.example.org', tls: { ca: file('none.pem') } }));
    assert.throws(() => webhook.setup(context), /^Error: Cannot read .*none\.pem, named by tls\.ca: /);
  });
});

describe('secrets', () => {
  const SECRETS = ['hunter22', 's3cr3t-token', 'path-T0KEN', 'query-T0KEN', 'hmac-k3y'];
  const withSecrets = (url: string) => ({
    url: `${url.replace('://', '://user:hunter22@')}/hooks/path-T0KEN?key=query-T0KEN`,
    headers: { Authorization: 'Bearer s3cr3t-token' },
    signature: { secret: 'hmac-k3y' },
  });
  const hasNone = (text: string) => {
    for (const secret of SECRETS) assert.ok(!text.includes(secret), `${secret} stands in: ${text}`);
  };

  for (const status of [200, 307, 400, 503]) {
    it(`are not in what is said about ${status}, even when the server echoes them`, async () => {
      const { url, heard } = await serve((request, response) =>
        response
          .writeHead(status, { location: `https://other.example${request.path}` })
          .end(`Cannot ${request.method} ${request.path} for hunter22 as ${request.headers.authorization} hmac-k3y`),
      );
      const { context, ended } = attempt(withSecrets(url));
      const said = await ended.catch((error: Error) => error.message);
      assert.equal(heard[0]?.path, '/hooks/path-T0KEN?key=query-T0KEN');
      hasNone(said);
      hasNone(JSON.stringify([context.logged, context.config]));
      if (status === 400) assert.match(said, /Cannot POST \[secret\] for \[secret\] as/);
    });
  }

  it('are not in what is said about a failed connection', async () => {
    const failure = await failureOf(() => attempt(withSecrets('http://nowhere.invalid')).ended);
    hasNone(failure.message);
    hasNone(String(failure.cause));
  });
});

describe('options', () => {
  it('have defaults for everything but the address', () => {
    const { url, ...rest } = configure(webhook, { url: 'https://chat.example.org/hook' });
    assert.equal(url.reveal(), 'https://chat.example.org/hook');
    assert.deepEqual(rest, {
      method: 'POST',
      headers: {},
      body: 'json',
      redirects: 0,
      tls: { verify: true },
      responseLimit: 16_384,
    });
  });

  it('that do not fit are refused', () => {
    const url = 'https://chat.example.org/hook';
    for (const options of [
      {},
      { url: 'chat.example.org/hook' },
      { url: 'ftp://chat.example.org' },
      { url: { env: 'NO_SUCH_VARIABLE_OF_OURS' } },
      { url, method: 'GET' },
      { url, headers: { 'not a name': 'x' } },
      { url, headers: { 'Content-Length': '3' } },
      { url, headers: { 'X-A': 'two\r\nlines' } },
      { url, body: 'yaml' },
      { url, body: { template: '{alert.nonsense}' } },
      { url, body: { template: 'x', contentType: 'a\nb' } },
      { url, redirects: -1 },
      { url, tls: { cert: 'a.pem' } },
      { url, signature: { secret: '' } },
      { url, signature: { secret: 'x', algorithm: 'md5' } },
      { url, retries: 3 },
    ]) {
      assert.throws(() => configure(webhook, options), { name: 'ZodError' }, JSON.stringify(options));
    }
  });
});

describe('what it would do', () => {
  const would = (options: Record<string, unknown>) =>
    webhook.pretend(sampleAlert(), contextFor(configure(webhook, options)));

  it('is the method, the host and the size, without what may be a password', () => {
    const url = 'https://user:s3cr3t@hooks.example.org/services/T0KEN?key=K3Y';
    const body = { template: 'at {alert.ra}', contentType: 'text/plain' };
    assert.equal(would({ url, body }), 'POST https://hooks.example.org/… (10 bytes of text/plain)');
    assert.match(would({ url, method: 'PUT' }), /^PUT https:\/\/hooks\.example\.org\/… \(\d{3,} bytes of json\)$/);
    assert.match(would({ url, body: 'xml' }), /\(33 bytes of xml\)$/);
  });

  it('fails as the message would', async () => {
    const body = { template: '{param.none}' };
    const failure = await failureOf(() => would({ url: 'http://127.0.0.1:1', body }));
    assert.equal(failure.retryable, false);
  });
});
