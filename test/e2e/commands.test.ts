import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const COMMANDS = [
  ...['run', 'check', 'test', 'try', 'explain', 'status', 'demo', 'deliveries', 'retry', 'replay'],
  ...['listen', 'parse', 'compose', 'send', 'simulate', 'schema', 'plugin', 'types', 'journal'],
];

test('every command has help that says what it does', async (context) => {
  const { start } = sandbox(context);
  const top = start('--help');
  assert.equal((await top.exited).code, 0);
  for (const command of COMMANDS) {
    assert.ok(
      top.output.some((line) => line.trim().startsWith(command)),
      `${command} is not listed`,
    );
    const help = start(command, '--help');
    assert.equal((await help.exited).code, 0);
    assert.match(help.output.join('\n'), new RegExp(`^Usage: voeventd ${command}`));
  }
});

test('a wrong command or option is told so, with exit code 2', async (context) => {
  const { start } = sandbox(context);
  const command = start('rnu');
  assert.equal((await command.exited).code, 2);
  assert.match(command.lines.join('\n'), /unknown command 'rnu'.*Did you mean run\?/s);
  const option = start('simulate', '--rate', 'fast');
  assert.equal((await option.exited).code, 2);
  assert.match(option.lines.join('\n'), /Expected a number above 0/);
});

test('check prints every problem at once, with its place, and exits with 1', async (context) => {
  const { write, start } = sandbox(context);
  write(
    'voeventd.yaml',
    `identity: telescope-1
sources:
  campus: { type: vtp, brokers: ["broker:99999"], silnce: 10s }
handlers:
  slew:
    plugin: exec
    when: alert.errorRadus < 1.0
    timeout: 30
    with: { comand: [slew] }
  mine: { plugin: folow-up }
`,
  );
  const check = start('check');
  assert.equal((await check.exited).code, 1);
  const places = check.output
    .map((line) => /voeventd\.yaml:(\d+:\d+): /.exec(line)?.[1])
    .filter((place) => place !== undefined);
  assert.deepEqual(places, ['1:11', '3:34', '3:51', '7:17', '8:14', '9:5', '9:13', '10:19']);
  const text = check.output.join('\n');
  assert.match(text, /did you mean silence\?/);
  assert.match(text, /alert\.errorRadus < 1\.0\n\s+\^/);
  assert.match(text, /did you mean command\?/);
  const run = start('run');
  assert.equal((await run.exited).code, 1);
  assert.match(run.lines.join('\n'), /Cannot start with .*voeventd\.yaml: it has 8 problems/);
});

test('without -c the configuration is found upwards, and its absence is explained', async (context) => {
  const { directory, write, startWith } = sandbox(context);
  const nothing = startWith({ cwd: directory }, 'run');
  assert.equal((await nothing.exited).code, 1);
  assert.match(nothing.lines.join('\n'), /Cannot find a configuration: .*-c FILE/);
  write(
    'voeventd.yaml',
    'identity: ivo://org.example/a\nsources: { a: { type: vtp, brokers: [localhost] } }\nhandlers: { l: { plugin: log } }\n',
  );
  const { mkdirSync } = await import('node:fs');
  mkdirSync(join(directory, 'deep', 'er'), { recursive: true });
  const found = startWith({ cwd: join(directory, 'deep', 'er') }, 'check');
  assert.equal((await found.exited).code, 0, found.output.join('\n'));
});

test('parse prints one JSON object a line, and goes on after a file that is no alert', async (context) => {
  const { write, startWith } = sandbox(context);
  const one = write('one.xml', packet('one').toString());
  const two = write('two.xml', '<VOEvent>');
  const parse = startWith({ input: packet('three') }, 'parse', one, two, '-');
  assert.equal((await parse.exited).code, 1);
  const alerts = parse.output.map((line) => JSON.parse(line) as { ivorn: string; ra: number });
  assert.deepEqual(
    alerts.map(({ ivorn, ra }) => [ivorn, ra]),
    [
      ['ivo://org.example/e2e#one', 74.7412],
      ['ivo://org.example/e2e#three', 74.7412],
    ],
  );
  assert.match(parse.lines.join('\n'), /Cannot decode .*two\.xml: .*line 1, column 10/);
});

test('listen prints a line an alert, and saves the packets', async (context) => {
  const { directory, start } = sandbox(context);
  const packets = [packet('one'), packet('two', { role: 'test' })];
  const { broker, port } = await startBroker(context, { program: programOf(packets) });
  const listen = start('listen', `127.0.0.1:${port}`, '--save', 'saved');
  await broker.finished();
  await listen.until('two lines', () => listen.output.length === 2);
  assert.match(listen.output[0] ?? '', /ivo:\/\/org\.example\/e2e#one/);
  assert.match(listen.output[1] ?? '', /TEST/);
  const saved = readdirSync(join(directory, 'saved'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.xml'),
  );
  assert.deepEqual(
    saved.map((name) => readFileSync(join(directory, 'saved', name), 'utf8')).sort(),
    packets.map(String).sort(),
  );
  assert.deepEqual([...broker.report().wrongs], []);
  assert.deepEqual(await listen.stop('SIGINT'), { code: 0, signal: null });
});

test('simulate plays to the daemon, says what was acknowledged, and fails when an ack is missing', async (context) => {
  const { write, start } = sandbox(context);
  write('a.xml', packet('a').toString());
  const simulate = start('simulate', 'a.xml', '--port', '0', '--count', '3', '--rate', '100');
  await simulate.until('its port', () => simulate.output.length > 0);
  const port = /127\.0\.0\.1:(\d+)/.exec(simulate.output[0] ?? '')?.[1];
  const listen = start('listen', `127.0.0.1:${port}`);
  assert.equal((await simulate.exited).code, 0, simulate.lines.join('\n'));
  assert.match(simulate.output.join('\n'), /3 of 3 alerts acknowledged[\s\S]*nothing was wrong/);
  assert.equal(new Set(listen.output).size, 3);
  await listen.stop();

  const unheard = start('simulate', '--port', '0');
  await unheard.until('its port', () => unheard.output.length > 0);
  assert.equal((await unheard.stop('SIGINT')).code, 1);
  assert.match(unheard.output.join('\n'), /0 of 0 alerts acknowledged/);
});

test('demo shows alerts kept, a program run, a test held back, and where to look', async (context) => {
  const { directory, start } = sandbox(context);
  const demo = start('demo', '--once');
  assert.equal((await demo.exited).code, 0, demo.lines.join('\n'));
  const lines = demo.lines.join('\n');
  assert.match(lines, /slewing to RA 74\.7412 Dec -9\.3137/);
  assert.match(lines, /slew does not fire: its role is test/);
  assert.match(lines, /notes done: noted for you/);
  const output = demo.output.join('\n');
  assert.match(output, /Where to look next:\n {2}\.\/voeventd-demo\/archive/);
  assert.match(output, /10 of 10 alerts acknowledged.*nothing was wrong/);
  assert.ok(readdirSync(join(directory, 'voeventd-demo', 'archive')).length > 0);
});

test('schema prints a JSON Schema that knows the plugins’ options', async (context) => {
  const { start } = sandbox(context);
  const schema = start('schema');
  assert.equal((await schema.exited).code, 0);
  const json = JSON.parse(schema.output.join('\n')) as { properties: Record<string, unknown>; required: string[] };
  assert.deepEqual(json.required, ['identity', 'sources']);
  assert.match(JSON.stringify(json.properties.handlers), /killAfter/);
});

test('demo ends with a sentence when it cannot write its files', async (context) => {
  const { write, start } = sandbox(context);
  write('taken', '');
  const demo = start('demo', '--directory', 'taken');
  assert.equal((await demo.exited).code, 1);
  assert.match(demo.lines.join('\n'), /Cannot write the demo's files in .*taken: .*--directory DIR/);
});

test('a second demo in the same place is refused, and ends', async (context) => {
  const { start } = sandbox(context);
  const first = start('demo');
  await first.until('an alert', () => first.lines.some((line) => line.includes('Received')));
  const second = start('demo');
  assert.equal((await second.exited).code, 1);
  assert.match(second.lines.join('\n'), /another voeventd uses it/);
  assert.equal((await first.stop('SIGINT')).code, 0);
});

test('explain tells what the running daemon decided, and try and test decide the same without it', async (context) => {
  const { write, start } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  write('one.xml', packet('one'));
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/a
journal: { path: ./journal.db }
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
web: false
conditions: { close: alert.errorRadius < 0.1 }
handlers: { lines: { plugin: log, when: close && alert.dec < 0 } }
tests:
  - { name: close ones, packets: [one.xml], fires: [lines] }
`,
  );
  const daemon = start('run');
  await daemon.logged(/lines done/);
  const explain = start('explain', 'ivo://org.example/e2e#one');
  assert.equal((await explain.exited).code, 0, explain.lines.join('\n'));
  const told = explain.output.join('\n');
  assert.match(told, /✓ lines fires: the rule is true[\s\S]*├ ✓ close\n[\s\S]*→ done, 1 attempt/);
  assert.equal((await start('explain', '2').exited).code, 1);
  const tried = start('try', 'one.xml', '--run', 'lines');
  assert.equal((await tried.exited).code, 0, tried.lines.join('\n'));
  assert.match(tried.output.join('\n'), /✓ lines fires: [\s\S]*├ ✓ close\n[\s\S]*→ run, and done/);
  const tests = start('test');
  assert.equal((await tests.exited).code, 0, tests.lines.join('\n'));
  assert.deepEqual(tests.output, ['✓ close ones', '', '1 test: all passed.']);
});
