import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { alertSchema } from '../../src/alert/model.ts';
import type { RehearsalBroker } from '../../src/rehearsal/broker.ts';
import {
  type AlertDetail,
  type AlertPage,
  alertDetailSchema,
  alertPageSchema,
  type Status,
  statusSchema,
} from '../../src/web/model.ts';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { EventReader, rawRequest, webAddress } from '../support/http.ts';
import { idOf, packet, programOf, startBroker } from '../support/play.ts';
import { until } from '../support/wait.ts';

const config = (port: number, web = '{ listen: "127.0.0.1:0" }', more = ''): string => `
identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
web: ${web}
handlers:
  keep: { plugin: archive, roles: [observation, test], with: { directory: ./archive } }
  slew: { plugin: exec, when: alert.errorRadius < 1.0, with: { command: [sh, -c, 'echo slewed'] } }
${more}`;

const json = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;

interface Watched {
  readonly daemon: Voeventd;
  readonly url: string;
  readonly packets: readonly Buffer[];
  readonly broker: RehearsalBroker;
}

/** A daemon that has received these packets and is done with them. */
async function watched(context: TestContext, packets: readonly Buffer[], web?: string): Promise<Watched> {
  const { write, start } = sandbox(context);
  const { broker, port } = await startBroker(context, { program: programOf(packets) });
  write('voeventd.yaml', config(port, web));
  const daemon = start('run');
  const url = await webAddress(daemon);
  await broker.finished();
  return { daemon, url, packets, broker };
}

test('the API tells what was received, decided and done, in the shapes it describes', async (context) => {
  const first = packet('first', { what: '<Param name="TrigID" value="42"/>' });
  const cites = packet('second')
    .toString()
    .replace(
      '</voe:VOEvent>',
      '<Citations><EventIVORN cite="supersedes">ivo://org.example/e2e#first</EventIVORN></Citations></voe:VOEvent>',
    );
  const broken = Buffer.from(packet('broken').toString().replace('</What>', ''));
  const packets = [
    first,
    Buffer.from(cites),
    packet('drill', { role: 'test' }),
    packet('wide', { errorRadius: 9 }),
    broken,
  ];
  const { daemon, url } = await watched(context, packets);
  await daemon.logged(/^keep done/, 4);
  await daemon.logged(/^slew done/, 2);
  await daemon.logged(/^In quarantine/);

  const page = alertPageSchema.parse(await json<AlertPage>(`${url}/api/alerts`));
  assert.deepEqual(
    page.alerts.map(({ id }) => id),
    packets.map(idOf).toReversed(),
  );
  const [quarantined, wide, drill] = page.alerts;
  assert.match(quarantined?.problem ?? '', /not well-formed/);
  assert.deepEqual(quarantined?.handlers, []);
  assert.deepEqual(
    wide?.handlers.map(({ handler, fired, delivery }) => [handler, fired, delivery?.state]),
    [
      ['keep', true, 'done'],
      ['slew', false, undefined],
    ],
  );
  assert.deepEqual([drill?.role, drill?.ra, drill?.dec, drill?.errorRadius], ['test', 74.7412, -9.3137, 0.05]);

  const detail = alertDetailSchema.parse(await json<AlertDetail>(`${url}/api/alerts/${idOf(first)}`));
  assert.deepEqual(
    detail.citedBy.map(({ id, cite }) => [id, cite]),
    [[idOf(Buffer.from(cites)), 'supersedes']],
  );
  assert.equal(detail.alert?.params[0]?.value, '42');
  assert.equal(detail.handlers[1]?.delivery?.attempts, 1);
  const citing = alertDetailSchema.parse(await json<AlertDetail>(`${url}/api/alerts/${idOf(Buffer.from(cites))}`));
  assert.deepEqual(
    citing.cites.map(({ cite, alerts }) => [cite, alerts.map(({ id }) => id)]),
    [['supersedes', [idOf(first)]]],
  );
  assert.deepEqual(
    citing.threadAlerts.map(({ id }) => id),
    [idOf(first), idOf(Buffer.from(cites))],
  );

  const status = statusSchema.parse(await json<Status>(`${url}/api/status`));
  assert.deepEqual(
    [status.sources[0]?.state, status.sources[0]?.received, status.sources[0]?.acks, status.sources[0]?.lastHour],
    ['connected', 5, 5, 5],
  );
  assert.deepEqual([status.journal.alerts, status.journal.quarantined, status.level], [5, 1, 'warning']);
  assert.deepEqual(
    status.handlers.map(({ name, done, state }) => [name, done, state]),
    [
      ['keep', 4, 'running'],
      ['slew', 2, 'running'],
    ],
  );

  const asked = async (query: string) => (await json<AlertPage>(`${url}/api/alerts?${query}`)).alerts.length;
  assert.deepEqual(
    await Promise.all(
      ['role=test', 'stream=org.example/e2e', 'source=campus&count=2', 'from=2999-01-01', 'to=2999-01-01'].map(asked),
    ),
    [1, 4, 2, 0, 5],
  );
  const older = await json<AlertPage>(
    `${url}/api/alerts?count=2&before=${(await json<AlertPage>(`${url}/api/alerts?count=2`)).next}`,
  );
  assert.deepEqual(
    older.alerts.map(({ seq }) => seq),
    [3, 2],
  );
  for (const query of [
    'role=nobody',
    'count=0',
    'count=1e3',
    'from=yesterday',
    'from=2026-13-45',
    'sort=name',
    'before=-1',
  ]) {
    const answer = await fetch(`${url}/api/alerts?${query}`);
    assert.equal(answer.status, 400, query);
    assert.match(((await answer.json()) as { error: string }).error, /^[\w: ].*[.!]$/, query);
  }
  assert.equal((await fetch(`${url}/api/alerts/0123456789abcdef`)).status, 404);
  await daemon.stop();
});

test('a packet has an address for its exact bytes, one for what it says, and one for people', async (context) => {
  const bytes = packet('one', { what: '<Param name="x" value="&lt;b&gt;"/><!-- é -->' });
  const { daemon, url } = await watched(context, [bytes]);
  await daemon.logged(/^slew done/);
  const at = `${url}/alerts/${idOf(bytes)}`;
  for (const kind of ['xml', 'raw']) {
    const answer = await fetch(`${at}.${kind}`);
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
    assert.equal(answer.headers.get('content-type'), 'application/xml+voevent');
    assert.equal(answer.headers.get('content-security-policy'), "default-src 'none'; sandbox");
    assert.match(answer.headers.get('content-disposition') ?? '', /^attachment/);
  }
  const model = alertSchema.parse(await json(`${at}.json`));
  assert.deepEqual([model.ivorn, model.raw], ['ivo://org.example/e2e#one', bytes.toString()]);
  const page = await (await fetch(at)).text();
  assert.match(page, /ivo:\/\/org\.example\/e2e#one/);
  assert.match(page, /exit 0 after/);
  assert.match(page, /&lt;voe:VOEvent/);
  for (const path of [
    '/alerts/..%2f..%2fetc%2fpasswd',
    '/alerts/../../etc/passwd',
    '/alerts/0123456789abcdef.xml',
    `/alerts/${idOf(bytes)}.exe`,
    '/alerts/%00',
    '/assets/..%2f..%2fpackage.json',
    '/assets/constructor',
    '/feeds/',
    '/feeds/all',
    '/nothing',
  ]) {
    assert.equal((await fetch(url + path)).status, 404, path);
  }
  await daemon.stop();
});

test('feeds say what is new, and 304 when nothing is', async (context) => {
  const packets = [packet('a'), packet('b', { role: 'test' })];
  const { daemon, url } = await watched(context, packets);
  await daemon.logged(/^keep done/, 2);
  for (const [path, type, count] of [
    ['all.rss', 'application/rss+xml; charset=utf-8', 2],
    ['all.atom', 'application/atom+xml; charset=utf-8', 2],
    ['all.json', 'application/feed+json', 2],
    ['source/campus.rss', 'application/rss+xml; charset=utf-8', 2],
    ['stream/org.example/e2e.atom', 'application/atom+xml; charset=utf-8', 2],
    ['role/test.rss', 'application/rss+xml; charset=utf-8', 1],
    ['role/observation.json', 'application/feed+json', 1],
    ['all.rss?count=1', 'application/rss+xml; charset=utf-8', 1],
    ['stream/nobody.rss', 'application/rss+xml; charset=utf-8', 0],
  ] as const) {
    const answer = await fetch(`${url}/feeds/${path}`);
    assert.deepEqual([answer.status, answer.headers.get('content-type')], [200, type], path);
    const text = await answer.text();
    const enclosures = packets.filter((one) => text.includes(`${url}/alerts/${idOf(one)}.xml`));
    assert.equal(enclosures.length, count, path);
    const tag = answer.headers.get('etag') ?? '';
    const again = await fetch(`${url}/feeds/${path}`, { headers: { 'if-none-match': `"other", W/${tag}` } });
    assert.deepEqual([again.status, await again.text()], [304, ''], path);
  }
  const past = await fetch(`${url}/feeds/role/test.rss`);
  await until(() => Date.now() - Date.parse(past.headers.get('date') ?? '') > 3_000, 'the second to be over');
  const settled = await fetch(`${url}/feeds/role/test.rss`);
  const modified = settled.headers.get('last-modified') ?? '';
  assert.equal((await fetch(`${url}/feeds/role/test.rss`, { headers: { 'if-modified-since': modified } })).status, 304);
  const before = new Date(Date.parse(modified) - 1_000).toUTCString();
  assert.equal((await fetch(`${url}/feeds/role/test.rss`, { headers: { 'if-modified-since': before } })).status, 200);
  const listing = await (await fetch(`${url}/feeds`)).text();
  for (const path of [
    '/feeds/all.rss',
    '/feeds/source/campus.atom',
    '/feeds/stream/org.example/e2e.json',
    '/feeds/role/test.rss',
  ]) {
    assert.ok(listing.includes(`href="${path}"`), path);
  }
  assert.match(
    await (await fetch(url)).text(),
    /<link rel="alternate" type="application\/rss\+xml"[^>]*href="\/feeds\/all\.rss"/,
  );
  await daemon.stop();
});

test('whoever listens hears of each alert and delivery, and after a cut of those that were missed', async (context) => {
  const { write, start } = sandbox(context);
  const { broker, port } = await startBroker(context, {
    program: programOf(Array.from({ length: 40 }, (_, index) => packet(String(index)))),
    rate: 20,
  });
  write('voeventd.yaml', config(port));
  const daemon = start('run');
  const url = await webAddress(daemon);
  const reader = await EventReader.open(`${url}/api/stream?after=0`);
  await until(() => reader.of('alert').length >= 5, 'five alerts');
  reader.close();
  const last = Number(reader.of('alert').at(-1)?.id);
  await broker.finished();
  await daemon.logged(/^slew done/, 40);
  const again = await EventReader.open(`${url}/api/stream`, { 'last-event-id': String(last) });
  await until(() => again.of('alert').length === 40 - last, 'those that were missed');
  assert.deepEqual(
    [...reader.of('alert'), ...again.of('alert')]
      .map(({ id }) => Number(id))
      .filter((id, index, all) => all.indexOf(id) === index),
    Array.from({ length: 40 }, (_, index) => index + 1),
  );
  const isDone = ({ data }: { data: unknown }): boolean => {
    const { seq, handler, delivery } = data as { seq: number; handler: string; delivery: { state: string } };
    return seq === 1 && handler === 'slew' && delivery.state === 'done';
  };
  await until(() => again.of('delivery').some(isDone), 'what became of the first alert meanwhile');
  again.close();
  assert.equal((await fetch(`${url}/api/stream?after=x`)).status, 400);
  await daemon.stop();
});

test('health, readiness, metrics and voeventd status say the same when a feed is silent and when it is back', async (context) => {
  const { write, start, startWith } = sandbox(context);
  const { broker, port, close } = await startBroker(context, { program: programOf([packet('a')]), iamaliveMs: 500 });
  write('voeventd.yaml', config(port).replace('] } }', '], silence: 2s, grace: 2s } }'));
  const daemon = start('run');
  const url = await webAddress(daemon);
  await broker.finished();
  await daemon.logged(/^slew done/);
  const ask = async (path: string) => {
    const answer = await fetch(url + path);
    return { status: answer.status, text: await answer.text() };
  };
  assert.deepEqual([(await ask('/healthz')).status, (await ask('/readyz')).status], [200, 200]);
  const well = start('status', '--url', url);
  assert.equal((await well.exited).code, 0);
  assert.match(well.output.join('\n'), /^All is well\.\n\nsource +state/);
  const metrics = (await ask('/metrics')).text;
  for (const line of [
    'voeventd_level 0',
    'voeventd_source_up{source="campus"} 1',
    'voeventd_received_total{source="campus"} 1',
    'voeventd_acks_total{source="campus"} 1',
    'voeventd_ack_seconds_count 1',
    'voeventd_handler_start_seconds_count{handler="slew"} 1',
    'voeventd_deliveries_total{handler="keep",outcome="done"} 1',
  ]) {
    assert.ok(metrics.includes(`\n${line}\n`), line);
  }
  close();
  let ready = await ask('/readyz');
  for (const deadline = Date.now() + 20_000; ready.status === 200 && Date.now() < deadline; )
    ready = await ask('/readyz');
  assert.equal(ready.status, 503);
  assert.match(ready.text, /^not ready\nsource campus: Nothing has come for \d.*connection refused/);
  assert.equal((await ask('/healthz')).status, 200, 'a silent feed is no reason to start the daemon again');
  const silent = startWith({}, 'status', '--json', '--url', url);
  assert.equal((await silent.exited).code, 1);
  const told = statusSchema.parse(JSON.parse(silent.output.join('')));
  assert.deepEqual([told.level, told.concerns[0]?.about], ['red', 'source campus']);
  assert.match((await ask('/metrics')).text, /\nvoeventd_source_level\{source="campus"\} 2\n/);
  await daemon.stop();
  const gone = start('status', '--url', url);
  assert.equal((await gone.exited).code, 1);
  assert.match(
    gone.lines.join('\n'),
    /^voeventd: Cannot ask the daemon at http:\/\/127\.0\.0\.1:\d+: connection refused.*Is voeventd running/,
  );
});

test('only who knows a token may look, where the configuration says so', async (context) => {
  const { directory, write, start } = sandbox(context);
  const { port } = await startBroker(context);
  write('token', 'open-sesame\n');
  write('wrong', 'sesame-open\n');
  write('voeventd.yaml', config(port, '{ listen: "0.0.0.0:0", auth: { tokens: [{ file: ./token }] } }'));
  const daemon = start('run');
  const url = (await webAddress(daemon)).replace('0.0.0.0', '127.0.0.1');
  const ask = (headers: Record<string, string>, path = '/api/status') => fetch(url + path, { headers });
  const refused = await ask({});
  assert.equal(refused.status, 401);
  assert.match(refused.headers.get('www-authenticate') ?? '', /Basic realm="voeventd".*Bearer/);
  assert.match(((await refused.json()) as { error: string }).error, /A token is needed/);
  for (const path of [
    '/',
    '/alerts',
    '/feeds/all.rss',
    '/api/stream',
    '/metrics',
    '/readyz',
    '/assets/app.js',
    '/nothing',
  ]) {
    assert.equal((await ask({ authorization: 'Bearer sesame-open' }, path)).status, 401, path);
  }
  assert.equal((await ask({}, '/healthz')).status, 200);
  assert.equal((await ask({ authorization: 'Bearer open-sesame' })).status, 200);
  assert.equal(
    (await ask({ authorization: `Basic ${Buffer.from('me:open-sesame').toString('base64')}` }, '/')).status,
    200,
  );
  const known = start('status', '--url', url, '--token-file', join(directory, 'token'));
  assert.equal((await known.exited).code, 0);
  assert.match(known.output.join('\n'), /source +state/);
  const unknown = start('status', '--url', url, '--token-file', join(directory, 'wrong'));
  assert.equal((await unknown.exited).code, 1);
  assert.match(unknown.lines.join('\n'), /it answered 401\. Give a token that it knows/);
  await daemon.logged(/was refused by the status page/);
  assert.ok(!daemon.lines.some((line) => /sesame/.test(line)), 'a token is in the log');
  await daemon.stop();
});

test('what is no question is refused, and costs nothing', async (context) => {
  const { daemon, url } = await watched(context, [packet('a')]);
  const host = new URL(url).host;
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])
    assert.equal((await fetch(url, { method })).status, 405, method);
  const status = async (bytes: string): Promise<string> =>
    /^HTTP\/1\.1 (\d+)/.exec(await rawRequest(url, bytes))?.[1] ?? 'none';
  assert.equal(
    await status(`GET / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello`),
    '413',
  );
  assert.equal(
    await status(`GET / HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`),
    '413',
  );
  assert.equal(await status(`GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`), '431');
  assert.equal(await status('\u0000\u0000\u0000\u0010not HTTP at all'), '400');
  assert.equal(await status('GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n'), '421');
  assert.equal(
    await status(`GET /alerts/../../../etc/passwd HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    '404',
  );
  assert.equal(
    await status(`GET http://evil.example/ HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`).then(
      (code) => code !== '500',
    ),
    true,
  );
  const head = await fetch(url, { method: 'HEAD' });
  assert.deepEqual([head.status, await head.text()], [200, '']);
  const answer = await fetch(url);
  assert.match(
    answer.headers.get('content-security-policy') ?? '',
    /^default-src 'none'; script-src 'self'; style-src 'self'/,
  );
  assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  assert.doesNotMatch(await answer.text(), / style=| on[a-z]+=|<script(?! type="(?:module|application\/json)")/);
  await daemon.stop();
});

test('a port that is taken costs the page, not the daemon; web: false costs nothing', async (context) => {
  const { write, start } = sandbox(context);
  const { port } = await startBroker(context);
  write('voeventd.yaml', config(port));
  const first = start('run');
  const url = await webAddress(first);
  write('second.yaml', config(port, `{ listen: "${new URL(url).host}" }`, 'journal: { path: ./second.db }\n'));
  const second = start('run', '-c', 'second.yaml');
  const line = await second.logged(/^Cannot serve the status page/);
  assert.equal(line.level, 'warn');
  assert.match(
    line.msg,
    /the address is in use by another program \(EADDRINUSE\); alerts are received and handled all the same/,
  );
  await second.logged(/voeventd .* runs/);
  await first.stop();
  await second.logged(/^Status page on/);
  write('second.yaml', config(port, 'false', 'journal: { path: ./second.db }\n'));
  second.child.kill('SIGHUP');
  await second.logged(/^Reloaded/);
  await assert.rejects(fetch(`${url}/healthz`));
  await second.stop();
});

test('acks say where the alert can be read, when they are told to', async (context) => {
  const bytes = packet('kept');
  const { write, start } = sandbox(context);
  const { broker, port } = await startBroker(context, { program: programOf([bytes]) });
  write(
    'voeventd.yaml',
    `${config(port, '{ listen: "127.0.0.1:0", url: "http://control-host:8090/", storedInAcks: true }').replace('sources: { ', 'sources: { authors: { type: receiver, listen: "127.0.0.1:0" }, ')}`,
  );
  const daemon = start('run');
  await broker.finished();
  const { address } = await daemon.logged(/^Receiving from authors/);
  const { Peer } = await import('../support/peer.ts');
  const author = await Peer.connect(String(address));
  context.after(() => author.close());
  const sent = packet('authored');
  author.send(sent);
  const answer = await author.message(0);
  assert.ok(
    answer.includes(`<Meta><Param name="stored" value="http://control-host:8090/alerts/${idOf(sent)}.xml"/></Meta>`),
    answer,
  );
  await daemon.stop();
});
