import assert from 'node:assert/strict';
import { type ChildProcess, execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { closedPort, ScriptedBroker } from '../support/broker.ts';
import { FULL_2_0, transport, voevent } from '../support/packets.ts';
import { until, within } from '../support/wait.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const IVORN = 'ivo://example.org/stream#1';

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `voeventd send` from its sources, in a directory of its own that holds a packet. */
function bench(context: TestContext) {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-send-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const write = (name: string, content: string | Buffer) => writeFileSync(join(directory, name), content);
  write('packet.xml', voevent());
  const start = (
    args: readonly string[],
    input: string | Buffer = '',
  ): { child: ChildProcess; ended: Promise<Run> } => {
    const { promise, resolve } = Promise.withResolvers<Run>();
    const options = { cwd: directory, timeout: 60_000 };
    const child = execFile(process.execPath, [MAIN, 'send', ...args], options, (_error, output, errors) => {
      resolve({ code: child.exitCode, output, errors });
    });
    // It may end without having read.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    return { child, ended: promise };
  };
  return { directory, write, start, send: (...args: string[]) => start(args).ended };
}

/** A broker that answers each event like this. */
function answering(
  role: 'ack' | 'nak',
  { origin = IVORN, meta = '', by = '' } = {},
  tls = {},
): Promise<ScriptedBroker> {
  const response = by === '' ? '' : `<Response>${by}</Response>`;
  const content = `<Origin>${origin}</Origin>${response}<TimeStamp>2026-11-22T10:00:00Z</TimeStamp>${meta}`;
  return ScriptedBroker.listen({
    ...tls,
    script: async (connection) => {
      await connection.message(0);
      connection.send(transport(role, { content }));
    },
  });
}

describe('voeventd send', { concurrency: 4 }, () => {
  it('tells who acknowledged it, and nothing when quiet', async (context) => {
    const { send } = bench(context);
    await using broker = await answering('ack', { by: 'ivo://example.org/broker' });
    const to = broker.address.text;
    const told = `Acknowledged: ${IVORN} by ivo://example.org/broker (${to})\n`;
    assert.deepEqual(await send('packet.xml', '--to', to), { code: 0, output: told, errors: '' });
    assert.deepEqual(await send('packet.xml', '--to', to, '--quiet'), { code: 0, output: '', errors: '' });
    await using nameless = await answering('ack');
    const { output } = await send('packet.xml', '--to', nameless.address.text);
    assert.equal(output, `Acknowledged: ${IVORN} by ${nameless.address.text}\n`);
  });

  it('sends the bytes of a file, or of standard input, as they are', async (context) => {
    const { write, start } = bench(context);
    const packet = Buffer.concat([FULL_2_0, Buffer.from('\r\n<!-- \ufeff -->\n\n')]);
    write('full.xml', packet);
    await using broker = await answering('ack', { origin: 'ivo://org.example/survey/fast#2026-abc' });
    for (const [index, file] of ['full.xml', '-'].entries()) {
      const { code, errors } = await start([file, '--to', broker.address.text], packet).ended;
      assert.deepEqual([code, errors], [0, '']);
      assert.equal(await (await broker.connection(index)).message(0), packet.toString());
    }
  });

  it('exits with 2 when the broker refuses, and gives its reason in one harmless line', async (context) => {
    const { send } = bench(context);
    const meta = '<Meta><Result>No\n author,  \u009b31m here.</Result></Meta>';
    await using broker = await answering('nak', { meta });
    const to = broker.address.text;
    const advice = 'A refusal is final: mend the alert, or ask who runs the broker.';
    assert.deepEqual(await send('packet.xml', '--to', to, '-q'), {
      ...{ code: 2, output: '' },
      errors: `voeventd: Cannot publish ${IVORN}: ${to} refused it: No author, 31m here. ${advice}\n`,
    });
    await using mute = await answering('nak');
    const { errors } = await send('packet.xml', '--to', mute.address.text);
    assert.match(errors, /refused it and gave no reason\. A refusal is final/);
    assert.deepEqual([broker.connections.length, mute.connections.length], [1, 1]);
  });

  it('exits with 3 when no attempt is answered, and tells each of them', async (context) => {
    const { send } = bench(context);
    const to = `127.0.0.1:${await closedPort()}`;
    const { code, output, errors } = await send('packet.xml', '--to', to, '--attempts', '3', '--delay', '2ms');
    assert.deepEqual([code, output], [3, '']);
    const lines = errors.trimEnd().split('\n');
    const reason = `127\\.0\\.0\\.1:\\d+ at attempt \\d of 3: connection refused: nothing listens there \\(ECONNREFUSED\\)`;
    assert.equal(lines.length, 3);
    for (const line of lines.slice(0, 2)) {
      assert.match(
        line,
        new RegExp(`^voeventd: Cannot publish ${IVORN} yet: no answer from ${reason}; trying again in \\dms\\.$`),
      );
    }
    assert.match(
      lines[2] ?? '',
      new RegExp(
        `^voeventd: Cannot publish ${IVORN}: no answer from ${reason}\\. See that .*; the same packet may be sent again\\.$`,
      ),
    );
    const quiet = await send('packet.xml', '--to', to, '--attempts', '2', '--delay', '0s', '--quiet');
    assert.equal(quiet.errors.trimEnd().split('\n').length, 1);
  });

  it('does not take the receipt of another event for its own', async (context) => {
    const { send } = bench(context);
    await using broker = await answering('ack', { origin: 'ivo://example.org/stream#2' });
    const { code, errors } = await send(
      'packet.xml',
      '--to',
      broker.address.text,
      '--attempts',
      '1',
      '--timeout',
      '1s',
    );
    assert.equal(code, 3);
    assert.match(
      errors,
      /: no answer from 127\S+: no receipt within 1s; it sent an ack for another event, ivo:\/\/example\.org\/stream#2\. See/,
    );
  });

  it('names the port of habit when none is given', async (context) => {
    const { send } = bench(context);
    // Whoever may listen there is not trusted, and so gets nothing.
    const { code, errors } = await send(
      'packet.xml',
      '--to',
      '127.0.0.1',
      '--tls',
      '--attempts',
      '1',
      '--timeout',
      '1s',
    );
    assert.equal(code, 3);
    assert.match(errors, /no answer from 127\.0\.0\.1:8098: /);
  });

  it('stops at once when it is told to', async (context) => {
    const { start } = bench(context);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      await using broker = await ScriptedBroker.listen();
      const { child, ended } = start(['packet.xml', '--to', broker.address.text]);
      await (await broker.connection()).message(0);
      child.kill(signal);
      const { code, output, errors } = await within(ended, 'the program to stop');
      assert.deepEqual([code, output], [3, '']);
      assert.match(errors, /^voeventd: Cannot publish \S+: stopped before 127\S+ had answered\. It may have arrived; /);
    }
    const waiting = start(['packet.xml', '--to', `127.0.0.1:${await closedPort()}`, '--delay', '60s']);
    let errors = '';
    waiting.child.stderr?.on('data', (text: string) => {
      errors += text;
    });
    await until(() => /trying again in/.test(errors), 'the first attempt to fail');
    waiting.child.kill('SIGTERM');
    assert.equal((await within(waiting.ended, 'the program to stop')).code, 3);
  });

  for (const [what, file, input, pattern] of [
    [
      'a file that is not there',
      'none.xml',
      '',
      /^voeventd: Cannot read none\.xml: no such file or directory \(ENOENT\)\.$/,
    ],
    ['a folder', '.', '', /^voeventd: Cannot read \.: it is a directory \(EISDIR\)\.$/],
    ['nothing', '-', '', /^voeventd: Cannot send standard input: it is empty\. /],
    [
      'what is no VOEvent',
      '-',
      '{"alert": 1}',
      /^voeventd: Cannot send standard input: it is no VOEvent, .*compose makes one\.$/,
    ],
    ['a Transport message', '-', transport('iamalive'), /it is no VOEvent/],
    ['a VOEvent without a name', '-', '<VOEvent role="test"/>', /it has no ivorn/],
    ['a VOEvent with a blank for a name', '-', voevent(' '), /it has no ivorn/],
  ] as const) {
    it(`refuses ${what}, and sends nothing`, async (context) => {
      const { start } = bench(context);
      await using broker = await answering('ack');
      const { code, output, errors } = await start([file, '--to', broker.address.text], input).ended;
      assert.deepEqual([code, output, broker.connections.length], [1, '', 0]);
      assert.match(errors.trimEnd(), pattern);
    });
  }

  it('refuses an address that is none, and TLS files that cannot be used, all at once', async (context) => {
    const { send, write } = bench(context);
    const port = await send('packet.xml', '--to', 'broker:99999');
    assert.deepEqual([port.code, port.output], [1, '']);
    assert.match(
      port.errors,
      /^voeventd: Cannot send to "broker:99999": write HOST:PORT, .*:8098, or unix:\/PATH\.\n$/,
    );

    await using broker = await answering('ack');
    const to = ['--to', broker.address.text];
    const files = await send(
      'packet.xml',
      ...to,
      '--ca',
      'ca.pem',
      '--key',
      'packet.xml',
      '--server-name',
      '127.0.0.1',
    );
    assert.equal(files.code, 1);
    const lines = files.errors.trimEnd().split('\n');
    assert.equal(lines[0], 'voeventd: Cannot use TLS.');
    assert.match(lines[1] ?? '', /^--ca: Cannot read \/.*\/ca\.pem: no such file or directory \(ENOENT\)\.$/);
    assert.match(lines[2] ?? '', /^--server-name: Write a host name/);
    const alone = await send('packet.xml', ...to, '--tls', '--cert', 'packet.xml');
    assert.match(alone.errors, /^--key: It is missing: cert and key belong together\.$/m);
    write('no.pem', 'no certificate');
    const unusable = await send('packet.xml', ...to, '--cert', 'no.pem', '--key', 'no.pem');
    assert.match(unusable.errors, /These files cannot be used for TLS: .*Each must be PEM/);
    assert.deepEqual([alone.code, unusable.code, broker.connections.length], [1, 1, 0]);
  });

  it('takes a flag of no sense for a mistake in the command', async (context) => {
    const { send } = bench(context);
    for (const [args, pattern] of [
      [[], /required option '--to <address>' not specified/],
      [['--to', 'a', '--attempts', '0'], /Expected a whole number from 1/],
      [['--to', 'a', '--timeout', '30'], /Expected a duration from 1ms to 1d, such as 30s/],
      [['--to', 'a', '--timeout', '2d'], /Expected a duration from 1ms to 1d/],
      [['--to', 'a', '--delay', '61s'], /Expected a duration from 0s to 60s, such as 1s/],
    ] as const) {
      const { code, errors } = await send('packet.xml', ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(errors, pattern);
    }
  });

  // Makes its certificate with the openssl command.
  const skip = spawnSync('openssl', ['version']).status === 0 ? false : 'there is no openssl command';

  it('speaks TLS when given any of its files, and shows its own certificate', { skip }, async (context) => {
    const { directory, send } = bench(context);
    const names = ['-subj', '/CN=ours', '-addext', 'subjectAltName=DNS:broker.test'];
    const options = ['req', '-x509', '-days', '2', ...names, '-newkey', 'rsa:2048', '-nodes', '-keyout', 'k.pem'];
    execFileSync('openssl', [...options, '-out', 'c.pem'], { cwd: directory, stdio: 'ignore' });
    const [cert, key] = ['c.pem', 'k.pem'].map((name) => readFileSync(join(directory, name), 'utf8'));
    await using broker = await answering('ack', {}, { tls: { cert, key, ca: cert, requestCert: true } });
    const flags = ['--ca', 'c.pem', '--cert', 'c.pem', '--key', 'k.pem', '--server-name', 'broker.test'];
    const to = ['--to', broker.address.text, '--attempts', '1'];
    assert.equal((await send('packet.xml', ...to, ...flags)).code, 0);
    assert.equal(((await broker.connection()).socket as TLSSocket).authorized, true);
    for (const some of [flags.slice(0, 2), flags.slice(2, 6), flags.slice(6), ['--tls']]) {
      const { code, errors } = await send('packet.xml', ...to, ...some);
      assert.equal(code, 3, some.join(' '));
      assert.match(errors, /certificate|altnames/);
    }
    assert.equal(broker.connections.flatMap(({ messages }) => messages).length, 1);
  });
});
