import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { type BrokerAddress, parseAddress } from '../../src/vtp/address.ts';
import { type Retry, type SendOutcome, type SendSettings, send, sendOnce } from '../../src/vtp/sender.ts';
import { address, BrokerConnection, closedPort, frame, littleEndianFrame, ScriptedBroker } from '../support/broker.ts';
import { ESTAR_IAMALIVE, FULL_2_0, transport, voevent } from '../support/packets.ts';
import { until, within } from '../support/wait.ts';

const IVORN = 'ivo://example.org/stream#1';
const PATIENT_MS = 60_000;

/** A receipt as VTP 2.0 §6 wants it. */
function receipt(role: 'ack' | 'nak', { origin = IVORN, by = '', meta = '' } = {}): Buffer {
  const response = by === '' ? '' : `<Response>${by}</Response>`;
  const subject = origin === '' ? '' : `<Origin>${origin}</Origin>`;
  return transport(role, {
    content: `${subject}${response}<TimeStamp>2026-11-22T10:00:00Z</TimeStamp>${meta}`,
  });
}

interface Offer {
  readonly packet?: Buffer;
  readonly ivorn?: string;
  readonly timeoutMs?: number;
  readonly tls?: SendSettings['tls'];
  readonly signal?: AbortSignal;
}

/** One attempt, at a broker that is patient unless the test says otherwise. */
async function offer(to: BrokerAddress, options: Offer = {}): Promise<SendOutcome> {
  const { packet = voevent(), ivorn = IVORN, timeoutMs = PATIENT_MS, tls, signal = AbortSignal.any([]) } = options;
  return await within(sendOnce({ packet, ivorn }, { address: to, tls, timeoutMs }, signal), 'the outcome');
}

/** A broker that has these messages ready for whoever has sent its event. */
function answering(...answers: (string | Buffer)[]): Promise<ScriptedBroker> {
  return ScriptedBroker.listen({
    script: async (connection) => {
      await connection.message(0);
      connection.send(...answers);
    },
  });
}

/** A folder that goes with the test. */
function folder(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'sender-test-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function reasonOf(outcome: SendOutcome): string {
  assert.equal(outcome.state, 'unanswered');
  return outcome.state === 'unanswered' ? outcome.reason : '';
}

describe('sender offers an event', () => {
  it('byte for byte, in one frame, and nothing else; then it closes', async () => {
    const odd = Buffer.concat([
      Buffer.from('\ufeff<?xml version="1.0"?>\r\n'),
      FULL_2_0,
      Buffer.from([0xe9, 0x0d, 0x0a]),
    ]);
    for (const packet of [voevent(), FULL_2_0, odd, voevent(IVORN, 'test', `<!--${'x'.repeat(3_000_000)}-->`)]) {
      await using broker = await answering(receipt('ack'));
      const outcome = await offer(broker.address, { packet });
      assert.deepEqual(outcome, { state: 'acknowledged', by: undefined });
      const connection = await broker.connection();
      await connection.gone();
      assert.ok(Buffer.concat(connection.chunks).equals(frame(packet)));
      assert.equal(broker.connections.length, 1);
    }
  });

  it('at a Unix-domain socket', async (t) => {
    const path = join(folder(t), 'broker.sock');
    const server = createServer(async (socket) => {
      const connection = new BrokerConnection(socket, false);
      assert.equal(await connection.message(0), voevent().toString());
      connection.send(receipt('ack', { by: 'ivo://example.org/broker' }));
    });
    t.after(() => server.close());
    const to = parseAddress(`unix:${path}`);
    assert.ok(to);
    assert.match(reasonOf(await offer(to)), /ENOENT/);
    await once(server.listen(path), 'listening');
    assert.deepEqual(await offer(to), { state: 'acknowledged', by: 'ivo://example.org/broker' });
  });
});

describe('sender takes for an answer', () => {
  it('an ack, and who gave it, in every namespace and order of bytes', async () => {
    const by = 'ivo://example.org/broker';
    const answers = [
      frame(receipt('ack', { by })),
      littleEndianFrame(receipt('ack', { by })),
      frame(receipt('ack', { by, meta: '<Meta><Param name="stored" value="http://example.org/1"/></Meta>' })),
      frame(`<Transport role="ACK" version="0.1"><Origin> ${IVORN}\n</Origin><Response>${by}</Response></Transport>`),
    ];
    for (const answer of answers) {
      await using broker = await ScriptedBroker.listen({
        script: async (connection) => {
          await connection.message(0);
          // A byte at a time, and the farewell with the last.
          for (const byte of answer) connection.socket.write(Buffer.from([byte]));
          connection.socket.end();
        },
      });
      assert.deepEqual(await offer(broker.address), { state: 'acknowledged', by });
    }
  });

  it('an ack whose Origin is written with references', async () => {
    const ivorn = 'ivo://example.org/a&b<c>é#"1"';
    const origins = [
      'ivo://example.org/a&amp;b&lt;c&gt;é#&quot;1&quot;',
      'ivo://example.org/a&#38;b&#x3C;c>&#233;#"1"',
    ];
    // Also as some write it, with a bare ampersand, and as a section.
    for (const origin of [
      ...origins,
      'ivo://example.org/a&b&lt;c>é#"1"',
      '<![CDATA[ivo://example.org/a&b<c>é#"1"]]>',
    ]) {
      await using broker = await answering(receipt('ack', { origin }));
      assert.deepEqual(await offer(broker.address, { ivorn }), { state: 'acknowledged', by: undefined }, origin);
    }
  });

  it('a nak, with its reason and without', async () => {
    const by = 'ivo://example.org/broker';
    for (const [meta, reason] of [
      ['<Meta><Result>Not valid: line 3 &lt;Who&gt;</Result></Meta>', 'Not valid: line 3 <Who>'],
      ['<Meta><Param name="a" value="b"/></Meta>', undefined],
      ['', undefined],
    ] as const) {
      await using broker = await answering(receipt('nak', { by, meta }));
      assert.deepEqual(await offer(broker.address), { state: 'refused', by, reason });
    }
  });

  it('the receipt that comes after questions, and answers those', async () => {
    await using broker = await answering(transport('authenticate'), transport('iamalive'), ESTAR_IAMALIVE);
    const sent = offer(broker.address);
    const connection = await broker.connection();
    assert.match(await connection.message(1), /role="authenticate"/);
    const alive = await connection.message(2);
    assert.match(alive, /role="iamalive".*<Origin>ivo:\/\/example\.org\/broker<\/Origin><TimeStamp>/s);
    assert.equal(await connection.message(3), ESTAR_IAMALIVE.toString());
    connection.send(receipt('ack'));
    assert.equal((await sent).state, 'acknowledged');
  });

  it('the receipt that comes after what is none', async () => {
    const others = [
      receipt('nak', { origin: 'ivo://example.org/stream#2' }),
      voevent('ivo://example.org/b#1'),
      'x',
      '',
    ];
    await using broker = await answering(...others, 'y'.repeat(100_000), receipt('ack'));
    assert.equal((await offer(broker.address)).state, 'acknowledged');
  });

  it('an answer before the packet has been read, however large that is', async () => {
    await using broker = await ScriptedBroker.listen({
      script: (connection) => {
        connection.socket.pause();
        connection.send(receipt('nak', { meta: '<Meta><Result>Not you</Result></Meta>' }));
      },
    });
    for (const packet of [voevent(), voevent(IVORN, 'test', `<!--${'x'.repeat(32 * 1024 * 1024)}-->`)]) {
      const outcome = await offer(broker.address, { packet });
      assert.deepEqual(outcome, { state: 'refused', by: undefined, reason: 'Not you' });
    }
  });
});

describe('sender says why it has no answer', () => {
  const closing = (...answers: (string | Buffer)[]) =>
    ScriptedBroker.listen({
      script: async (connection) => {
        await connection.message(0);
        connection.send(...answers);
        connection.socket.end();
      },
    });

  it('nobody listens', async () => {
    const to = address(await closedPort());
    assert.equal(reasonOf(await offer(to)), 'connection refused: nothing listens there (ECONNREFUSED)');
  });

  it('the broker closes, or resets, without an answer', async () => {
    await using broker = await closing();
    assert.equal(reasonOf(await offer(broker.address)), 'the broker closed the connection');
    await using rude = await ScriptedBroker.listen({ script: ({ socket }) => void socket.resetAndDestroy() });
    assert.match(reasonOf(await offer(rude.address)), /reset|closed/);
  });

  it('the broker closes in the middle of its answer', async () => {
    await using broker = await ScriptedBroker.listen({
      script: async (connection) => {
        await connection.message(0);
        connection.socket.end(frame(receipt('ack')).subarray(0, 14));
      },
    });
    const reason = reasonOf(await offer(broker.address));
    assert.match(reason, /^the broker closed the connection in the middle of a message, after 10 of \d+ bytes$/);
  });

  it('the broker keeps silent', async () => {
    await using broker = await ScriptedBroker.listen();
    assert.equal(reasonOf(await offer(broker.address, { timeoutMs: 250 })), 'no receipt within 250ms');
    await (await broker.connection()).gone();
  });

  it('the broker only asks whether we are alive', async () => {
    await using broker = await answering(transport('iamalive'));
    const sent = offer(broker.address);
    const connection = await broker.connection();
    await connection.message(1);
    connection.socket.end();
    assert.equal(reasonOf(await sent), 'the broker closed the connection');
  });

  it('the connection does not open', async () => {
    // It accepts, and never says a word of TLS.
    await using mute = await ScriptedBroker.listen();
    assert.equal(reasonOf(await offer(mute.address, { timeoutMs: 20, tls: {} })), 'no connection after 0.02s');
  });

  for (const [what, answers, pattern] of [
    [
      'an ack for another event',
      [receipt('ack', { origin: `${IVORN}0` })],
      `it sent an ack for another event, ${IVORN}0`,
    ],
    [
      'an ack for the event in other letters',
      [receipt('ack', { origin: IVORN.toUpperCase() })],
      'another event, IVO://',
    ],
    [
      'an ack that names no event',
      [receipt('ack', { origin: '' })],
      'it sent an ack for an event that it does not name',
    ],
    [
      'a nak for another event',
      [receipt('nak', { origin: 'ivo://a.b/c#d', meta: '<Meta><Result>No</Result></Meta>' })],
      'it sent a nak for another event, ivo://a.b/c#d: No',
    ],
    ['an alert', [voevent()], 'it sent an alert, as to a subscriber'],
    ['garbage', ['<html>\r\n\u0007\u00e9</html>'], 'it sent what is no receipt: "<html> </html>"'],
    ['a Transport message of no known role', [transport('hello')], 'it sent what is no receipt: "<?xml'],
    ['an ack that breaks off', ['<Transport role="ack"'], 'it sent what is no receipt: "<Transport'],
    [
      'more than a receipt can be',
      ['y'.repeat(100_000)],
      'it sent a message of 100000 bytes, and a receipt has a few hundred',
    ],
  ] as const) {
    it(`the broker sends ${what}`, async () => {
      await using broker = await closing(...answers);
      const reason = reasonOf(await offer(broker.address));
      assert.ok(reason.startsWith('the broker closed the connection; ') && reason.includes(pattern), reason);
    });
  }

  it('the peer does not speak VTP, which need not be waited out', async () => {
    await using server = await ScriptedBroker.listen({
      script: ({ socket }) => void socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'),
    });
    const reason = 'it announced a message of 1213486160 bytes, which no broker sends: it does not speak VTP';
    assert.equal(reasonOf(await offer(server.address)), reason);
  });

  it('it was stopped: before it began, and while it waited', async () => {
    await using broker = await ScriptedBroker.listen();
    assert.equal(reasonOf(await offer(broker.address, { signal: AbortSignal.abort() })), 'stopped');
    assert.equal(broker.connections.length, 0);
    const controller = new AbortController();
    const sent = offer(broker.address, { signal: controller.signal });
    await (await broker.connection()).message(0);
    controller.abort();
    assert.equal(reasonOf(await sent), 'stopped');
    await (await broker.connection()).gone();
  });
});

describe('sender tries again', () => {
  const attempts = (to: BrokerAddress, changes: Partial<SendSettings> = {}, signal = AbortSignal.any([])) => {
    const retries: Retry[] = [];
    const settings: SendSettings = {
      ...{ address: to, tls: undefined, timeoutMs: PATIENT_MS, attempts: 5, reconnect: { initialMs: 2, maxMs: 8 } },
      ...changes,
    };
    const sent = send({ packet: voevent(), ivorn: IVORN }, settings, (retry) => retries.push(retry), signal);
    return { retries, sent: within(sent, 'the outcome') };
  };

  it('with the same bytes, waiting twice as long each time, until it is answered', async (t) => {
    t.mock.method(Math, 'random', () => 0.5);
    await using broker = await ScriptedBroker.listen({
      script: async (connection, index) => {
        const got = await connection.message(0);
        assert.equal(got, voevent().toString());
        if (index === 4) connection.send(receipt('ack'));
        connection.socket.end();
      },
    });
    const { retries, sent } = attempts(broker.address);
    assert.equal((await sent).state, 'acknowledged');
    assert.deepEqual(
      retries.map(({ attempt, delayMs }) => [attempt, delayMs]),
      [1, 2, 3, 4].map((attempt) => [attempt, 2 ** Math.min(attempt, 3)]),
    );
    assert.equal(retries[0]?.reason, 'the broker closed the connection');
  });

  it('no oftener than it may', async () => {
    const { retries, sent } = attempts(address(await closedPort()), { attempts: 3 });
    assert.match(reasonOf(await sent), /ECONNREFUSED/);
    assert.equal(retries.length, 2);
  });

  it('never after a nak', async () => {
    await using broker = await answering(receipt('nak'));
    const { retries, sent } = attempts(broker.address);
    assert.equal((await sent).state, 'refused');
    assert.deepEqual([retries.length, broker.connections.length], [0, 1]);
  });

  it('not once it has been stopped, also while it waits', async () => {
    const controller = new AbortController();
    const slow = { reconnect: { initialMs: 3_600_000, maxMs: 3_600_000 } };
    const { retries, sent } = attempts(address(await closedPort()), slow, controller.signal);
    await until(() => retries.length === 1, 'the first attempt to fail');
    controller.abort();
    assert.equal(reasonOf(await sent), 'stopped');
  });
});

// Makes its certificates with the openssl command.
const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'there is no openssl command';

describe('sender over TLS', { skip }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'sender-tls-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  const file = (name: string) => join(directory, name);
  const pem = (name: string) => readFileSync(file(name), 'utf8');

  before(() => {
    for (const name of ['ca', 'other', 'broker', 'client']) {
      const key = [
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-keyout',
        file(`${name}.key`),
      ];
      const signed = ['-CA', file('ca.pem'), '-CAkey', file('ca.key'), '-addext', 'subjectAltName=DNS:broker.test'];
      const by = name === 'ca' || name === 'other' ? [] : signed;
      const options = ['req', '-x509', '-days', '2', '-subj', `/CN=${name}`, '-out', file(`${name}.pem`)];
      execFileSync('openssl', [...options, ...key, ...by], { stdio: 'ignore' });
    }
  });

  const listen = () =>
    ScriptedBroker.listen({
      tls: { cert: pem('broker.pem'), key: pem('broker.key'), ca: pem('ca.pem'), requestCert: true },
      script: async (connection) => {
        await connection.message(0);
        const { subject } = (connection.socket as TLSSocket).getPeerCertificate();
        connection.send(receipt('ack', { by: `ivo://example.org/for-${subject.CN}` }));
      },
    });

  it('shows its certificate, and holds the broker’s against the name it was told', async () => {
    await using broker = await listen();
    const tls = { ca: pem('ca.pem'), cert: pem('client.pem'), key: pem('client.key'), serverName: 'broker.test' };
    const outcome = await offer(broker.address, { tls });
    assert.deepEqual(outcome, { state: 'acknowledged', by: 'ivo://example.org/for-client' });
  });

  it('sends nothing to a broker it does not trust, or without the certificate that is asked for', async () => {
    await using broker = await listen();
    const named = { serverName: 'broker.test' };
    for (const tls of [{ ca: pem('other.pem'), ...named }, { ca: pem('ca.pem') }, { ca: pem('ca.pem'), ...named }]) {
      assert.match(reasonOf(await offer(broker.address, { tls })), /certificate|altnames/);
    }
    assert.deepEqual(
      broker.connections.map(({ messages }) => messages),
      [],
    );
  });

  it('says what is wrong with a certificate that cannot be used', async () => {
    const tls = { cert: 'no certificate', key: 'no key' };
    assert.match(reasonOf(await offer(address(await closedPort()), { tls })), /^cannot dial: /);
  });
});
