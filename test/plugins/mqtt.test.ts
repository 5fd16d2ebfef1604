import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, describe, it, type TestContext } from 'node:test';
import type { AedesOptions, AuthenticateError } from 'aedes';
import fc from 'fast-check';
import { connectAsync } from 'mqtt';
import mqtt from '../../plugins/mqtt/index.ts';
import type { Alert } from '../../src/plugin/api.ts';
import { closedPort } from '../support/broker.ts';
import { makeCertificates, opensslOrSkip } from '../support/certificates.ts';
import { type Published, serveMqtt } from '../support/mqtt-broker.ts';
import { configure, contextFor, failureOf, sampleAlert, withoutFields } from '../support/plugin-context.ts';
import { until, within } from '../support/wait.ts';

const STUCK = { handler: 'slew', outcome: 'the mount is busy', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' };

interface Attempt {
  readonly alert?: Alert;
  readonly options?: Record<string, unknown>;
  readonly changes?: object;
}

/** A handler for a broker on this host, whose connection ends with the test. */
function handlerFor(test: TestContext, port: number, { options = {}, changes = {} }: Attempt = {}) {
  const context = contextFor(configure(mqtt, { url: `mqtt://127.0.0.1:${port}`, ...options }), changes);
  test.after(() => mqtt.close(context));
  return { context, deliver: (alert = sampleAlert()) => mqtt.handle(alert, context) };
}

/** What arrives at a broker for an alert. */
async function publishedFor(test: TestContext, { alert, ...given }: Attempt = {}): Promise<Published> {
  const { port, published } = await serveMqtt(test);
  await handlerFor(test, port, given).deliver(alert);
  await until(() => published.length > 0, 'what was published');
  return published[0] as Published;
}

describe('what is published', () => {
  it('is the decoded alert as JSON, with QoS 1, and the broker has confirmed it', async (test) => {
    const { port, published } = await serveMqtt(test);
    assert.match(await handlerFor(test, port).deliver(), /^confirmed after \d+ms: voevent\/nasa\.gsfc\.gcn%2FSWIFT$/);
    const [message] = published;
    assert.deepEqual([message?.topic, message?.qos, message?.retain], ['voevent/nasa.gsfc.gcn%2FSWIFT', 1, false]);
    assert.match(message?.client ?? '', /^voeventd-slew-[0-9a-f]{8}$/);
    assert.deepEqual(JSON.parse(String(message?.payload)), withoutFields(sampleAlert(), 'raw'));
  });

  it('is the packet, byte for byte, if wanted', async (test) => {
    const packet = Buffer.from('<voe:VOEvent>\u00e9\0</voe:VOEvent>', 'latin1');
    const options = { payload: 'packet', qos: 0, topic: 'a/{alert.ra}', clientId: 'dome-1' };
    const { client, topic, qos, payload } = await publishedFor(test, { options, changes: { packet } });
    assert.deepEqual([client, topic, qos], ['dome-1', 'a/83.6331', 0]);
    assert.ok(payload.equals(packet));
  });

  it('is there for those who subscribe later, if wanted', async (test) => {
    const { port } = await serveMqtt(test);
    await handlerFor(test, port, { options: { retain: true, topic: 'last/{alert.mission}' } }).deliver();
    const subscriber = await connectAsync(`mqtt://127.0.0.1:${port}`);
    test.after(() => subscriber.end(true));
    const got = new Promise<[string, Buffer]>((resolve) =>
      subscriber.once('message', (topic, payload) => resolve([topic, payload])),
    );
    await subscriber.subscribeAsync('last/#');
    const [topic, payload] = await within(got, 'the alert that was kept');
    assert.deepEqual([topic, JSON.parse(String(payload)).ivorn], ['last/Swift', sampleAlert().ivorn]);
  });

  it('tells what others have failed at', async (test) => {
    const { payload } = await publishedFor(test, { changes: { because: [STUCK] } });
    assert.deepEqual(JSON.parse(String(payload)).because, [STUCK]);
  });

  it('goes over one connection, in order', async (test) => {
    const { port, published, sockets } = await serveMqtt(test);
    const { deliver } = handlerFor(test, port);
    for (const id of ['1', '2', '3']) await deliver(sampleAlert({ id }));
    assert.deepEqual(
      published.map(({ payload }) => JSON.parse(String(payload)).id),
      ['1', '2', '3'],
    );
    assert.equal(sockets.size, 1);
  });

  it('may be 100 kB and more', async (test) => {
    const alert = sampleAlert({ description: 'é'.repeat(300_000) });
    const { payload } = await publishedFor(test, { alert });
    assert.ok(payload.length > 600_000);
  });
});

describe('the topic', () => {
  const topicOf = (value: string, topic = 'a/{alert.stream}/b') => {
    const context = contextFor(configure(mqtt, { url: 'mqtt://127.0.0.1', topic, payload: 'packet' }));
    return /to (.*) at mqtt:/.exec(mqtt.pretend(sampleAlert({ stream: value }), context))?.[1];
  };

  it('has no further level and no wildcard from an alert', () => {
    assert.equal(topicOf('nasa.gsfc.gcn/SWIFT'), 'a/nasa.gsfc.gcn%2FSWIFT/b');
    assert.equal(topicOf('#'), 'a/%23/b');
    assert.equal(topicOf('+/\0\n%2F'), 'a/%2B%2F%00%0A%252F/b');
    assert.equal(topicOf('$SYS', '{alert.stream}'), '%24SYS');
  });

  it('is another one for another value', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        fc.pre(a !== b && a.length < 50 && b.length < 50);
        assert.notEqual(topicOf(`.${a}.`), topicOf(`.${b}.`));
      }),
    );
  });

  it('that is too long, or empty, is the end of the delivery', async (test) => {
    const { deliver } = handlerFor(test, await closedPort(), { options: { topic: '{alert.local}' } });
    for (const [local, said] of [
      ['x'.repeat(100_000), /would be 100000 bytes long, and MQTT takes 65535\.$/],
      ['', /gives an empty one\.$/],
    ] as const) {
      const failure = await failureOf(() => deliver(sampleAlert({ local })));
      assert.equal(failure.retryable, false);
      assert.match(failure.message, said);
    }
  });
});

describe('a login', () => {
  const PASSWORD = 's3cr3t-p4ssword';
  const refusing = (returnCode: number): AedesOptions => ({
    authenticate: (_, user, password, done) => {
      const isRight = user === 'dome' && String(password) === PASSWORD;
      done(
        isRight ? null : (Object.assign(new Error(`not ${password}`), { returnCode }) as AuthenticateError),
        isRight,
      );
    },
  });

  it('is made where the options have a user', async (test) => {
    const { port, published } = await serveMqtt(test, refusing(4));
    await handlerFor(test, port, { options: { user: 'dome', password: PASSWORD } }).deliver();
    assert.equal(published.length, 1);
  });

  it('in the clear is warned of at the start, but on this host', () => {
    const warnings = (url: string) => {
      const context = contextFor(configure(mqtt, { url, user: 'dome', password: PASSWORD }));
      mqtt.setup(context);
      return context.logged.map(({ message }) => message);
    };
    assert.deepEqual(warnings('mqtt://mqtt.example.org'), [
      'The password for mqtt://mqtt.example.org:1883 crosses the network in the clear: with mqtts:// it would not',
    ]);
    assert.deepEqual(['mqtt://localhost', 'mqtt://[::1]', 'mqtts://mqtt.example.org'].flatMap(warnings), []);
  });

  const cases: [number, boolean, RegExp][] = [
    [2, false, /it does not like the client identifier \(2\)$/],
    [3, true, /it is not available \(3\)$/],
    [4, false, /the user or the password is wrong \(4\)$/],
    [5, false, /the user may not connect \(5\)$/],
  ];
  for (const [code, retryable, said] of cases) {
    it(`that is refused with ${code} ${retryable ? 'may be tried again' : 'is the end of the delivery'}`, async (test) => {
      const { port } = await serveMqtt(test, refusing(code));
      const options = { user: 'dome', password: 'wr0ng-p4ssword' };
      const { context, deliver } = handlerFor(test, port, { options });
      const failure = await failureOf(() => deliver());
      assert.equal(failure.retryable, retryable);
      assert.match(failure.message, said);
      assert.ok(failure.message.startsWith(`mqtt://127.0.0.1:${port} refuses the connection: `));
      assert.doesNotMatch(JSON.stringify([failure.message, context.logged, context.config]), /p4ssword/);
    });
  }
});

describe('TLS', { skip: opensslOrSkip() }, () => {
  const certificates = opensslOrSkip() === false ? makeCertificates({ after }) : undefined;
  const { cert = '', key = '' } = certificates?.server ?? {};
  const secure = async (test: TestContext, tls: object) => {
    const { port, published } = await serveMqtt(test, {}, { tls: { cert, key } });
    const handler = handlerFor(test, port, { options: { url: `mqtts://127.0.0.1:${port}`, tls } });
    return { ...handler, published };
  };

  it('is used for mqtts, and trusts the authority that is named', async (test) => {
    const { deliver, published } = await secure(test, { ca: certificates?.authority.certFile });
    await deliver();
    assert.equal(published.length, 1);
  });

  it('sends nothing to a broker whose certificate is not trusted', async (test) => {
    const { deliver, published } = await secure(test, {});
    const failure = await failureOf(() => deliver());
    assert.equal(failure.retryable, true);
    assert.match(
      failure.message,
      /the server's certificate is refused: its authority is not trusted here; name that in tls\.ca/,
    );
    assert.equal(published.length, 0);
  });

  it('is not checked where that is turned off, with a warning at the start', async (test) => {
    const { context, deliver } = await secure(test, { verify: false });
    mqtt.setup(context);
    await deliver();
    assert.match(context.logged[0]?.message ?? '', /^The identity of mqtts:\/\/127\.0\.0\.1:\d+ is not checked/);
  });

  it('with a plain broker is named as such', async (test) => {
    const { port } = await serveMqtt(test);
    const { deliver } = handlerFor(test, port, { options: { url: `mqtts://127.0.0.1:${port}` } });
    const failure = await failureOf(() => deliver());
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /is it an mqtt:\/\/ address\?|closed the connection/);
  });

  it('with a file that is missing stops the start', () => {
    const context = contextFor(
      configure(mqtt, { url: 'mqtts://broker.example.org', tls: { ca: '/nowhere/none.pem' } }),
    );
    assert.throws(() => mqtt.setup(context), /^Error: Cannot read \/nowhere\/none\.pem, named by tls\.ca: /);
  });
});

describe('trouble on the way', () => {
  it('a broker that is down may be tried again, and is used when it is back', async (test) => {
    const port = await closedPort();
    const { deliver } = handlerFor(test, port);
    const failure = await failureOf(() => deliver());
    assert.equal(failure.retryable, true);
    assert.equal(
      failure.message,
      `Cannot publish to mqtt://127.0.0.1:${port}: connection refused, nothing listens there (ECONNREFUSED)`,
    );
    const { published } = await serveMqtt(test, {}, { port });
    await deliver();
    assert.equal(published.length, 1);
  });

  it('a connection that was lost between two alerts is made anew', async (test) => {
    const first = await serveMqtt(test);
    const { deliver } = handlerFor(test, first.port);
    await deliver();
    await first.close();
    const second = await serveMqtt(test, {}, { port: first.port });
    // The broker has gone before this process hears of it, or after: both happen.
    await deliver().catch(() => deliver());
    assert.deepEqual([first.published.length, second.published.length], [1, 1]);
  });

  it('a broker that does not confirm in time is a timeout, and its connection is given up', async (test) => {
    let isDeaf = true;
    const asked = Promise.withResolvers<void>();
    const { port, sockets, published } = await serveMqtt(test, {
      authorizePublish: (_, __, done) => {
        asked.resolve();
        if (!isDeaf) done(null);
      },
    });
    const { context, deliver } = handlerFor(test, port);
    const ended = deliver();
    await asked.promise;
    context.expire();
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.equal(failure.message, `Cannot publish to mqtt://127.0.0.1:${port}: timeout, no answer in time`);
    await until(() => sockets.size === 0, 'the end of the connection');
    isDeaf = false;
    await mqtt.handle(sampleAlert(), { ...context, signal: new AbortController().signal });
    assert.equal(published.length, 1);
  });

  it('a broker that refuses what is published closes the connection, and it may be tried again', async (test) => {
    const { port } = await serveMqtt(test, { authorizePublish: (_, __, done) => done(new Error('not there')) });
    const failure = await failureOf(() => handlerFor(test, port).deliver());
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /the server closed the connection without an answer \(ECONNRESET\)$/);
  });

  /** A server that does so when it is spoken to. */
  async function serverThat(test: TestContext, does: (socket: Socket) => void): Promise<number> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => does(socket));
      test.after(() => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    test.after(() => server.close());
    return (server.address() as AddressInfo).port;
  }

  it('what is no broker may be tried again', async (test) => {
    const port = await serverThat(test, (socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const failure = await failureOf(() => handlerFor(test, port).deliver());
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /^Cannot publish to mqtt:/);
  });

  it('a server that never answers is left when the daemon stops', async (test) => {
    const heard = Promise.withResolvers<void>();
    const port = await serverThat(test, () => heard.resolve());
    const { context, deliver } = handlerFor(test, port);
    const ended = deliver();
    await heard.promise;
    context.stop();
    assert.match((await failureOf(() => ended)).message, /: interrupted$/);
  });

  it('the connection ends when the handler does', async (test) => {
    const { port, sockets } = await serveMqtt(test);
    const { context, deliver } = handlerFor(test, port);
    await deliver();
    assert.equal(sockets.size, 1);
    mqtt.close(context);
    await until(() => sockets.size === 0, 'the end of the connection');
  });
});

it('says what it would publish, and connects to nobody', () => {
  const would = (options: object) =>
    mqtt.pretend(sampleAlert(), contextFor(configure(mqtt, { url: 'mqtts://broker.example.org', ...options })));
  assert.match(
    would({}),
    /^publish \d+ bytes of JSON to voevent\/nasa\.gsfc\.gcn%2FSWIFT at mqtts:\/\/broker\.example\.org:8883, QoS 1$/,
  );
  assert.match(
    would({ payload: 'packet', qos: 0, retain: true }),
    /^publish 33 bytes of the packet .*, QoS 0, retained$/,
  );
});

it('takes no options that do not fit', () => {
  const url = 'mqtt://broker.example.org';
  for (const options of [
    {},
    { url: 'broker.example.org:1883' },
    { url: 'ws://broker.example.org' },
    { url: 'mqtt://dome:sesame@broker.example.org' },
    { url: `${url}/a` },
    { url, topic: '' },
    { url, topic: 'a/#' },
    { url, topic: '+/{alert.ra}' },
    { url, topic: '{alert.nonsense}' },
    { url, qos: 2 },
    { url, password: 'x' },
    { url, clientId: '' },
    { url, payload: 'xml' },
  ]) {
    assert.throws(() => configure(mqtt, options), { name: 'ZodError' }, JSON.stringify(options));
  }
});
