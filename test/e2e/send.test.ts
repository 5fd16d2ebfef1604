import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { BrokerConnection, ScriptedBroker } from '../support/broker.ts';
import { EXECUTABLE, sandbox } from '../support/executable.ts';
import { transport } from '../support/packets.ts';
import { packet } from '../support/play.ts';

const IVORN = 'ivo://org.example/e2e#one';

function receipt(role: 'ack' | 'nak', origin: string, result = ''): Buffer {
  const meta = result === '' ? '' : `<Meta><Result>${result}</Result></Meta>`;
  return transport(role, { content: `<Origin>${origin}</Origin><TimeStamp>2026-11-22T10:00:00Z</TimeStamp>${meta}` });
}

test('send has help that says what its exit codes mean', async (context) => {
  const { start } = sandbox(context);
  const help = start('send', '--help');
  assert.equal((await help.exited).code, 0);
  const text = help.output.join('\n');
  assert.match(text, /^Usage: voeventd send \[options\] <file>/);
  assert.match(text, /Exit code: 0 when .* 1 when .* 2 when .* 3 when /s);
  assert.match(text, /--timeout <duration>.*\(default: 30s\)[\s\S]*--delay <duration>.*[\s\S]*\(default: 1s\)/);
});

test('what compose writes goes through a pipe as it is, and is acknowledged', async (context) => {
  const { directory } = sandbox(context);
  await using broker = await ScriptedBroker.listen({
    script: async (connection) => {
      await connection.message(0);
      connection.send(receipt('ack', IVORN));
    },
  });
  const compose = '"$0" compose --stream org.example/e2e --local one --param "note=a & b"';
  const script = `${compose} | tee written.xml | "$0" send - --to ${broker.address.text}`;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', script, EXECUTABLE], { cwd: directory });
  assert.deepEqual([stdout, stderr], [`Acknowledged: ${IVORN} by ${broker.address.text}\n`, '']);
  const written = readFileSync(join(directory, 'written.xml'), 'utf8');
  assert.match(written, /a &amp; b/);
  assert.equal(await (await broker.connection()).message(0), written);
});

test('send exits with 2 when the broker refuses, with 3 when it does not answer', async (context) => {
  const { write, start } = sandbox(context);
  write('one.xml', packet('one').toString());
  await using broker = await ScriptedBroker.listen({
    script: async (connection, index) => {
      await connection.message(0);
      if (index === 0) connection.send(receipt('nak', IVORN, 'No such author.'));
      connection.socket.end();
    },
  });
  const to = ['--to', broker.address.text, '--attempts', '2', '--delay', '10ms'];
  const refused = start('send', 'one.xml', ...to);
  assert.equal((await refused.exited).code, 2);
  assert.match(refused.lines.join('\n'), /refused it: No such author\. A refusal is final/);
  const unanswered = start('send', 'one.xml', ...to);
  assert.equal((await unanswered.exited).code, 3);
  assert.equal(unanswered.lines.length, 2);
  assert.match(unanswered.lines.join('\n'), /attempt 2 of 2: the broker closed the connection\. See/);
  assert.equal(broker.connections.length, 3);
});

test('send exits with 1 when there is nothing fit to send, with 2 when the command is wrong', async (context) => {
  const { start, startWith } = sandbox(context);
  const missing = start('send', 'none.xml', '--to', '127.0.0.1:1');
  assert.equal((await missing.exited).code, 1);
  assert.deepEqual(missing.lines, ['voeventd: Cannot read none.xml: no such file or directory (ENOENT).']);
  const empty = startWith({ input: '' }, 'send', '-', '--to', '127.0.0.1:1');
  assert.equal((await empty.exited).code, 1);
  assert.match(empty.lines.join('\n'), /Cannot send standard input: it is empty\./);
  const nowhere = start('send', 'one.xml');
  assert.equal((await nowhere.exited).code, 2);
  assert.match(nowhere.lines.join('\n'), /required option '--to <address>' not specified/);
});

test('send reaches a broker that comes up later', async (context) => {
  const { directory, write, start } = sandbox(context);
  write('one.xml', packet('one').toString());
  const path = join(directory, 'broker.sock');
  const send = start('send', 'one.xml', '--to', `unix:${path}`, '--attempts', '1000', '--delay', '10ms');
  await send.until('a second attempt', () => send.lines.length > 1);
  assert.match(
    send.lines[0] ?? '',
    /yet: no answer from unix:\S+ at attempt 1 of 1000: .*ENOENT.*; trying again in \d+ms\./,
  );
  const server = createServer(async (socket) => {
    const connection = new BrokerConnection(socket, false);
    assert.ok((await connection.message(0)).includes(IVORN));
    connection.send(receipt('ack', IVORN));
  });
  context.after(() => server.close());
  await once(server.listen(path), 'listening');
  assert.equal((await send.exited).code, 0);
  assert.deepEqual(send.output, [`Acknowledged: ${IVORN} by unix:${path}`]);
});

test('a signal ends send at once', async (context) => {
  const { write, start } = sandbox(context);
  write('one.xml', packet('one').toString());
  await using broker = await ScriptedBroker.listen();
  const send = start('send', 'one.xml', '--to', broker.address.text);
  await (await broker.connection()).message(0);
  const before = performance.now();
  assert.deepEqual(await send.stop('SIGTERM'), { code: 3, signal: null });
  assert.ok(performance.now() - before < 5_000, 'long before an attempt ends by itself');
  assert.match(send.lines.join('\n'), /stopped before 127\S+ had answered/);
});
