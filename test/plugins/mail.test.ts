import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { after, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import type { SMTPServerOptions } from 'smtp-server';
import mail from '../../plugins/mail/index.ts';
import type { Alert } from '../../src/plugin/api.ts';
import { closedPort } from '../support/broker.ts';
import { makeCertificates, opensslOrSkip } from '../support/certificates.ts';
import { configure, contextFor, failureOf, fullAlert, sampleAlert } from '../support/plugin-context.ts';
import { type Mail, reply, serveMail } from '../support/smtp-server.ts';

const BASICS = {
  host: '127.0.0.1',
  security: 'none',
  from: 'voeventd <voeventd@obs.example.org>',
  to: ['astronomer@example.org', 'A. Person <person@example.org>'],
};
const STUCK = { handler: 'slew', outcome: 'the mount is busy', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' };

interface Attempt {
  readonly alert?: Alert;
  readonly options?: Record<string, unknown>;
  readonly changes?: object;
}

/** One attempt: the promise of its end, and its context. */
function attempt(port: number, { alert = sampleAlert(), options = {}, changes = {} }: Attempt = {}) {
  const context = contextFor(configure(mail, { ...BASICS, port, ...options }), changes);
  return { context, ended: mail.handle(alert, context) };
}

/** What arrives for an alert. */
async function mailOf(test: TestContext, given: Attempt = {}, server: SMTPServerOptions = {}): Promise<Mail> {
  const { port, mails } = await serveMail(test, server);
  await attempt(port, given).ended;
  assert.equal(mails.length, 1);
  return mails[0] as Mail;
}

/** The failure at a server that answers so. */
async function failureAt(test: TestContext, server: SMTPServerOptions, given: Attempt = {}) {
  const { port, mails } = await serveMail(test, server);
  const failure = await failureOf(() => attempt(port, given).ended);
  assert.equal(mails.length, 0);
  return { ...failure, message: failure.message.replace(`127.0.0.1:${port}`, 'SERVER') };
}

describe('the mail', () => {
  it('goes to every recipient, and says what an observer asks first', async (test) => {
    const link = 'https://alerts.example.org/alerts/0123456789abcdef';
    const got = await mailOf(test, { changes: { link } });
    assert.deepEqual(
      [got.from, got.to],
      ['voeventd@obs.example.org', ['astronomer@example.org', 'person@example.org']],
    );
    assert.equal(got.headers.get('from'), 'voeventd <voeventd@obs.example.org>');
    assert.equal(got.headers.get('to'), 'astronomer@example.org, "A. Person" <person@example.org>');
    assert.equal(got.headers.get('subject'), 'Swift BAT: new, 05:34:31.94 +22:00:52.2 ± 0.05 deg');
    assert.equal(got.headers.get('auto-submitted'), 'auto-generated');
    assert.equal(got.headers.get('x-voeventd-delivery'), '17/slew');
    assert.equal(
      got.text,
      [
        'Identifier      ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729',
        'Role            observation',
        'Kind            new',
        'Event           2026-11-22T09:59:58.12Z',
        'Position        05:34:31.94 +22:00:52.2',
        'Position (deg)  83.63310 +22.01450',
        'Error radius    0.05 deg',
        'Importance      0.95',
        'Received        2026-11-22T10:00:07.250Z',
        'Source          campus',
        '',
        'Swift BAT position',
        '',
        `Alert  ${link}`,
        'Map    https://aladin.cds.unistra.fr/AladinLite/?target=83.63310%20%2B22.01450&fov=0.25',
        '',
        '-- ',
        'voeventd, handler slew, delivery 17/slew',
        '',
      ].join('\n'),
    );
  });

  it('tells what others have failed at, and marks a test', async (test) => {
    const got = await mailOf(test, { alert: sampleAlert({ test: true }), changes: { because: [STUCK] } });
    assert.match(got.headers.get('subject') ?? '', /^Failed: TEST Swift BAT/);
    assert.match(
      got.text,
      /^slew failed after 3 attempts: the mount is busy\n\nA test, not a real event\.\n\nIdentifier/,
    );
  });

  it('has a subject and a text of one’s own', async (test) => {
    const options = { subject: '{alert.kind} from {alert.mission}', text: 'RA {alert.ra}\n{because|all is well}' };
    const got = await mailOf(test, { options });
    assert.deepEqual([got.headers.get('subject'), got.text.trim()], ['new from Swift', 'RA 83.6331\nall is well']);
  });

  it('carries the packet, byte for byte, if wanted', async (test) => {
    const packet = Buffer.from('<voe:VOEvent>\r\n\u00e9 .\r\n.\r\n</voe:VOEvent>\n', 'latin1');
    const got = await mailOf(test, { options: { attach: true }, changes: { packet } });
    const [, head = '', content = ''] =
      /(Content-Type: application\/xml[\s\S]*?)\r\n\r\n([\s\S]*?)\r\n--/.exec(got.raw) ?? [];
    assert.match(head, /filename=0123456789abcdef\.xml/);
    assert.ok(Buffer.from(content, 'base64').equals(packet));
  });

  it('is the same mail at each attempt, and another one for other news', async (test) => {
    const { port, mails } = await serveMail(test);
    await attempt(port).ended;
    await attempt(port, { changes: { attempt: 2 } }).ended;
    await attempt(port, { changes: { because: [STUCK] } }).ended;
    await attempt(port, { alert: sampleAlert({ id: 'fedcba9876543210' }) }).ended;
    const ids = mails.map(({ headers }) => headers.get('message-id') ?? '');
    assert.match(ids[0] ?? '', /^<[0-9a-f]{40}\.voeventd@obs\.example\.org>$/);
    assert.equal(ids[1], ids[0]);
    assert.equal(new Set(ids).size, 3);
    assert.deepEqual(
      mails.map(({ headers }) => headers.get('x-voeventd-attempt')),
      ['1', '2', '1', '1'],
    );
  });

  it('belongs to those about the same event', async (test) => {
    const { port, mails } = await serveMail(test);
    await attempt(port).ended;
    await attempt(port, { alert: sampleAlert({ id: 'a', ivorn: 'ivo://a/b#2' }) }).ended;
    await attempt(port, { alert: sampleAlert({ id: 'b', thread: 'swift:532872' }) }).ended;
    const threads = mails.map(({ headers }) => headers.get('references'));
    assert.equal(threads[1], threads[0]);
    assert.notEqual(threads[2], threads[0]);
    for (const { headers } of mails) {
      assert.equal(headers.get('in-reply-to'), headers.get('references'));
      assert.notEqual(headers.get('message-id'), headers.get('references'));
    }
  });
});

describe('text of strangers', () => {
  const HOSTILE = 'x\r\nBcc: everybody@example.org\r\n\r\n\u001b[31mred\u202e\u2028\n.\r\n';

  it('adds no header, ends no mail and steers no terminal', async (test) => {
    const alert = sampleAlert({
      ...{ mission: HOSTILE, ivorn: HOSTILE, description: HOSTILE, source: HOSTILE, thread: HOSTILE },
    });
    const options = { subject: 'about {alert.source}', text: '{alert.description}' };
    for (const given of [
      { alert },
      { alert, options },
      { alert, changes: { because: [{ ...STUCK, outcome: HOSTILE }] } },
    ]) {
      const got = await mailOf(test, given);
      assert.equal(got.headers.has('bcc'), false);
      assert.deepEqual(got.to, ['astronomer@example.org', 'person@example.org']);
      assert.match(got.headers.get('subject') ?? '', /x Bcc: everybody/);
      assert.doesNotMatch(got.text + got.headers.get('subject'), /[\u0000-\u0009\u000b-\u001f\u2028\u202e]/);
    }
  });

  it('of 100 kB leaves a mail that can be read', async (test) => {
    const long = '<é>'.repeat(33_000);
    const alert = { ...fullAlert(), description: long, ivorn: long, mission: long, source: long, instruments: [long] };
    const got = await mailOf(test, { alert, options: { subject: '{alert.source}' } });
    assert.equal(got.headers.get('subject')?.length, 200);
    assert.ok(got.text.length < 15_000);
  });

  it('makes no broken header, whatever it is', async (test) => {
    const { port, mails } = await serveMail(test);
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 300 }), async (text) => {
        mails.length = 0;
        await attempt(port, { alert: sampleAlert({ mission: text, description: text, thread: text }) }).ended;
        const names = ['from', 'to', 'subject', 'message-id', 'in-reply-to', 'references', 'date', 'mime-version'];
        const others = [...(mails[0]?.headers.keys() ?? [])].filter(
          (name) => !/^(x-voeventd|content|auto)-/.test(name),
        );
        assert.deepEqual(others.toSorted(), names.toSorted());
      }),
      { numRuns: 30 },
    );
  });
});

describe('what the server answers', () => {
  const cases: [string, SMTPServerOptions, boolean, RegExp][] = [
    [
      '421 to the sender',
      { onMailFrom: (_, __, done) => done(reply(421, '4.3.2 going down')) },
      true,
      /421 4\.3\.2 going down/,
    ],
    [
      '451 to the text',
      { onData: (stream, _, done) => void stream.resume().on('end', () => done(reply(451, 'try later'))) },
      true,
      /451 try later/,
    ],
    [
      '550 to the sender',
      { onMailFrom: (_, __, done) => done(reply(550, '5.7.1 no relay')) },
      false,
      /550 5\.7\.1 no relay/,
    ],
    [
      '550 to all recipients',
      { onRcptTo: (_, __, done) => done(reply(550, '5.1.1 who?')) },
      false,
      /550 5\.1\.1 who\?/,
    ],
    [
      '450 to all recipients',
      { onRcptTo: (_, __, done) => done(reply(450, '4.2.0 greylisted')) },
      true,
      /450 4\.2\.0 greylisted/,
    ],
    [
      '552 to the text',
      { onData: (stream, _, done) => void stream.resume().on('end', () => done(reply(552, 'too large'))) },
      false,
      /552 too large/,
    ],
    ['554 to the connection', { onConnect: (_, done) => done(reply(554, 'go away')) }, false, /554 go away/],
    ['421 to the connection', { onConnect: (_, done) => done(reply(421, 'too busy')) }, true, /421 too busy/],
  ];
  for (const [what, server, retryable, said] of cases) {
    it(`${what} ${retryable ? 'may be tried again' : 'is the end of the delivery'}`, async (test) => {
      const failure = await failureAt(test, server);
      assert.match(failure.message, /^SERVER answered /);
      assert.match(failure.message, said);
      assert.equal(failure.retryable, retryable);
    });
  }

  it('450 to one and 550 to the other may be tried again', async (test) => {
    const failure = await failureAt(test, {
      onRcptTo: ({ address }, _, done) => done(reply(address.startsWith('person') ? 450 : 550, 'no')),
    });
    assert.equal(failure.retryable, true);
  });

  it('250 for some of the recipients is done, and the log says for whom not', async (test) => {
    const { port, mails } = await serveMail(test, {
      onRcptTo: ({ address }, _, done) => done(address.startsWith('person') ? reply(550, 'who?') : null),
    });
    const { context, ended } = attempt(port);
    assert.match(await ended, /^250 queued as 4F2A after \d/);
    assert.deepEqual(mails[0]?.to, ['astronomer@example.org']);
    assert.deepEqual(
      context.logged.map(({ level, message }) => [level, message]),
      [['warn', `127.0.0.1:${port} took the mail, but not for person@example.org`]],
    );
  });
});

describe('a login', () => {
  const PASSWORD = 's3cr3t-p4ssword';
  const login = { user: 'dome', password: PASSWORD };
  const onAuth: SMTPServerOptions['onAuth'] = ({ username, password }, _, done) =>
    password === PASSWORD ? done(null, { user: username }) : done(reply(535, `5.7.8 not with ${password}`));

  it('is made where the options have a user', async (test) => {
    const got = await mailOf(test, { options: login }, { authOptional: false, onAuth });
    assert.equal(got.user, 'dome');
  });

  it('that is refused with 535 is the end of the delivery, and does not name the password', async (test) => {
    const failure = await failureAt(test, { onAuth }, { options: { user: 'dome', password: 'wr0ng-p4ssword' } });
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /^SERVER answered 535 5\.7\.8 not with \[secret\]/);
  });

  it('is not left out where the server offers none', async (test) => {
    const failure = await failureAt(test, { disabledCommands: ['AUTH', 'STARTTLS'] }, { options: login });
    assert.equal(failure.retryable, false);
  });

  it('is not made in the clear, but to this host', () => {
    const options = { ...BASICS, ...login, host: 'mail.example.org' };
    assert.throws(() => configure(mail, options), /would cross the network in the clear/);
    assert.doesNotThrow(() => configure(mail, { ...options, security: 'starttls' }));
  });
});

describe('TLS', { skip: opensslOrSkip() }, () => {
  const certificates = opensslOrSkip() === false ? makeCertificates({ after }) : undefined;
  const offered: SMTPServerOptions = { ...certificates?.server, disabledCommands: [] };
  const trusting = { ca: certificates?.authority.certFile };

  for (const security of ['starttls', 'tls']) {
    it(`is used with ${security}, and trusts the authority that is named`, async (test) => {
      const options = { security, tls: trusting };
      assert.equal((await mailOf(test, { options }, { ...offered, secure: security === 'tls' })).secure, true);
    });

    it(`with ${security} sends nothing to a server whose certificate is not trusted`, async (test) => {
      const failure = await failureAt(test, { ...offered, secure: security === 'tls' }, { options: { security } });
      assert.equal(failure.retryable, true);
      assert.match(failure.message, /^Cannot send a mail by SERVER: .*certificate/);
    });
  }

  it('by starttls sends nothing to a server that offers none', async (test) => {
    const failure = await failureAt(test, {}, { options: { security: 'starttls' } });
    assert.equal(failure.retryable, false);
    assert.match(failure.message, /^SERVER refuses STARTTLS: 500 .*\. Do "security" and "port" belong together\?$/);
  });

  it('from the start fails at a server that speaks none', async (test) => {
    const failure = await failureAt(test, {}, { options: { security: 'tls' } });
    assert.equal(failure.retryable, true);
    assert.match(failure.message, /\. Do "security" and "port" belong together\?$/);
  });

  it('is not checked where that is turned off, with a warning at the start', async (test) => {
    const { port, mails } = await serveMail(test, offered);
    const { context, ended } = attempt(port, { options: { security: 'starttls', tls: { verify: false } } });
    await ended;
    await mail.setup(context);
    assert.equal(mails[0]?.secure, true);
    assert.match(context.logged[0]?.message ?? '', /^The identity of 127\.0\.0\.1:\d+ is not checked/);
  });

  it('with a file that is missing stops the start', async () => {
    const context = contextFor(configure(mail, { ...BASICS, tls: { ca: '/nowhere/none.pem' } }));
    await assert.rejects(
      async () => mail.setup(context),
      /^Error: Cannot read \/nowhere\/none\.pem, named by tls\.ca: /,
    );
  });
});

describe('trouble on the way', () => {
  it('a server that is down may be tried again', async () => {
    const port = await closedPort();
    const failure = await failureOf(() => attempt(port).ended);
    assert.equal(failure.retryable, true);
    assert.equal(
      failure.message,
      `Cannot send a mail by 127.0.0.1:${port}: connection refused, nothing listens there (ECONNREFUSED)`,
    );
  });

  /** A server that says nothing, or only its first line. */
  async function silent(test: TestContext, greeting?: string) {
    const heard = Promise.withResolvers<Socket>();
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (greeting === undefined) heard.resolve(socket);
      else socket.write(greeting);
      socket.once('data', () => heard.resolve(socket));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    test.after(() => server.close());
    return { port: (server.address() as AddressInfo).port, heard: heard.promise };
  }

  for (const [when, greeting] of [
    ['before it greets', undefined],
    ['after it greeted', '220 hello\r\n'],
  ] as const) {
    it(`a server that falls silent ${when} is a timeout, and its connection is closed`, async (test) => {
      const { port, heard } = await silent(test, greeting);
      const { context, ended } = attempt(port);
      const socket = await heard;
      const gone = once(socket.resume(), 'close');
      context.expire();
      const failure = await failureOf(() => ended);
      assert.equal(failure.retryable, true);
      assert.equal(failure.message, `Cannot send a mail by 127.0.0.1:${port}: timeout, no answer in time`);
      await gone;
    });
  }

  it('the stop of the daemon is not called a timeout', async (test) => {
    const { port, heard } = await silent(test, '220 hello\r\n');
    const { context, ended } = attempt(port);
    await heard;
    context.stop();
    assert.match((await failureOf(() => ended)).message, /: interrupted$/);
  });
});

it('says what it would send, to whom, and sends nothing', async (test) => {
  const { port, mails } = await serveMail(test);
  const would = (options: object) =>
    mail.pretend(sampleAlert(), contextFor(configure(mail, { ...BASICS, port, ...options })));
  assert.equal(
    would({ attach: true }),
    'mail "Swift BAT: new, 05:34:31.94 +22:00:52.2 ± 0.05 deg" to astronomer@example.org, person@example.org by ' +
      `127.0.0.1:${port}, with the packet (33 bytes)`,
  );
  assert.throws(() => would({ subject: '{param.none}' }), /the alert has no such value/);
  assert.equal(mails.length, 0);
});

it('takes no options that do not fit', () => {
  for (const options of [
    { host: '' },
    { host: 'a b' },
    { port: 0 },
    { from: 'nobody' },
    { from: 'a@b, c@d' },
    { to: [] },
    { to: ['x\r\nBcc: a@b'] },
    { to: ['a@b\r\nBcc: c@d'] },
    { security: 'ssl' },
    { user: 'dome' },
    { password: 'x' },
    { subject: '{alert.nonsense}' },
    { cc: ['a@b'] },
  ]) {
    assert.throws(() => configure(mail, { ...BASICS, ...options }), { name: 'ZodError' }, JSON.stringify(options));
  }
});
