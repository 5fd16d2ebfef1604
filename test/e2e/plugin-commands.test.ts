import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { BUILT_INS } from '../../src/built-ins.ts';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { packet } from '../support/play.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** What it printed, once it has ended so. */
async function printed(program: Voeventd, code: number): Promise<string> {
  assert.equal((await program.exited).code, code, [...program.output, ...program.lines].join('\n'));
  return program.output.join('\n');
}

const HEAD = `identity: ivo://org.example/a
journal: { path: ./journal.db }
sources: { a: { type: vtp, brokers: [localhost] } }
`;

test('plugin new writes a plugin that is checked, tested and tried as it stands, and the lines it prints let a handler use it', async (context) => {
  const { directory, write, start } = sandbox(context);
  const packetFile = write('packet.xml', packet('one'));
  const made = await printed(start('plugin', 'new', 'observe'), 0);
  const plugins = join(directory, 'plugins');
  assert.deepEqual(readdirSync(plugins).sort(), ['observe.test.ts', 'observe.ts', 'tsconfig.json', 'voeventd.d.ts']);
  const checked = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', plugins], { encoding: 'utf8' });
  assert.equal(checked.stdout, '');
  const tested = spawnSync(process.execPath, ['--test', 'observe.test.ts'], {
    ...{ cwd: plugins, encoding: 'utf8', env: { PATH: process.env.PATH } },
  });
  assert.equal(tested.status, 0, tested.stdout);
  assert.match(tested.stdout, /pass 4/);
  assert.match(await printed(start('plugin', 'test', 'observe'), 0), /pass 4/);
  const tried = await printed(start('plugin', 'test', 'observe', packetFile), 0);
  assert.match(tried, /^It declares, and for this test is granted: allow: \{ run: \[echo\] \}$/m);
  assert.match(tried, /^✓ observe: done in \d+ ms: pointed at 74\.7412 -9\.3137\n {4}\| 74\.7412 -9\.3137$/m);
  write('voeventd.yaml', `${HEAD}${made.slice(made.indexOf('handlers:'))}\n`);
  assert.match(await printed(start('check'), 0), /is good/);
});

test('plugin new refuses names that cannot be, and what is there already', async (context) => {
  const { directory, write, start } = sandbox(context);
  const refusals: Readonly<Record<string, RegExp>> = {
    exec: /Cannot name a plugin exec: a built-in plugin bears that name\./,
    'slew.ts': /Cannot name a plugin slew\.ts: leave the ending away\./,
    '../slew': /Cannot name a plugin \.\.\/slew: a name has letters, digits, dashes and underscores only\./,
    mine: /Cannot make the plugin mine: \.\/plugins\/mine\.mjs is there already\./,
    yours: /Cannot make the plugin yours: \.\/plugins\/yours\.test\.ts is there already\./,
  };
  mkdirSync(join(directory, 'plugins'));
  write('plugins/mine.mjs', 'export default {};');
  write('plugins/yours.test.ts', '// mine');
  for (const [name, sentence] of Object.entries(refusals)) {
    const made = start('plugin', 'new', name);
    await printed(made, 1);
    assert.match(made.lines.join('\n'), sentence);
  }
  assert.equal(readFileSync(join(directory, 'plugins/yours.test.ts'), 'utf8'), '// mine');
  assert.ok(!readdirSync(join(directory, 'plugins')).includes('yours.ts'));
  await printed(start('plugin', 'new', 'slew', '--dir', 'elsewhere'), 0);
  assert.ok(readdirSync(join(directory, 'elsewhere')).includes('slew.ts'));
});

test('plugin list says of each plugin where it is, what it declares and is granted, and what is wrong', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins/node_modules'), { recursive: true });
  write(
    'plugins/good.ts',
    "export default { describe: 'Is good.', permissions: { net: ['a.example'] }, handle() {} };",
  );
  write('plugins/broken.ts', 'enum A { B }\nexport default { handle() {} };');
  write('plugins/spare.mjs', 'export default { permissions: { env: ["A"] }, handle() {} };');
  write('plugins/spare.test.mjs', 'throw new Error("no plugin");');
  write(
    'plugins/particular.ts',
    `export default {
  config: (z: any) => z.strictObject({ file: z.string() }),
  permissions: ({ file }: { file: string }) => ({ read: [file] }),
  handle() {},
};`,
  );
  const without = await printed(start('plugin', 'list'), 1);
  assert.match(
    without,
    /^good {2}\.\/plugins\/good\.ts\n {4}Is good\.\n {4}not used by a handler; it declares \{ net: \[a\.example\] \}$/m,
  );
  assert.match(without, /^particular .*\n {4}not used by a handler; it declares what its options say$/m);
  write(
    'voeventd.yaml',
    `${HEAD}handlers:
  one: { plugin: good, allow: { net: [a.example], run: [sh] }, when: this is no rule }
  two: { plugin: good }
  three: { plugin: particular, allow: { read: [./flats] }, with: { file: ./flats } }
  four: { plugin: particular }
  five: { plugin: nowhere }
  lines: { plugin: log }
`,
  );
  const text = await printed(start('plugin', 'list'), 1);
  assert.match(
    text,
    /^ {4}handler one: ok; it declares \{ net: \[a\.example\] \}, granted is \{ net: \[a\.example\], run: \[sh\] \}$/m,
  );
  assert.match(text, /^ {4}handler two: refused: .* add to handlers\.two: `allow: \{ net: \[a\.example\] \}`\.$/m);
  assert.match(text, /^ {4}handler three: ok; it declares \{ read: \[\.\/flats\] \}, granted is/m);
  assert.match(text, /^ {4}handler four: refused: with\.file: /m);
  assert.match(
    text,
    /^broken {2}\.\/plugins\/broken\.ts\n {4}not used by a handler\n {4}broken: .*"enum" is not erasable/m,
  );
  assert.match(text, /^nowhere {2}missing\n {4}handler five: broken: There is no plugin nowhere/m);
  assert.match(text, /^log {2}built in\n.*\n {4}handler lines: ok$/m);
  assert.doesNotMatch(text, /spare\.test|node_modules/);
  const json = JSON.parse(await printed(start('plugin', 'list', '--json'), 1)) as Record<string, unknown>[];
  const spare = json.find(({ name }) => name === 'spare');
  assert.deepEqual(spare, {
    ...{ name: 'spare', state: 'unused', handlers: [], permissions: { env: ['A'] } },
    source: join(directory, 'plugins/spare.mjs'),
  });
  const states = Object.fromEntries(json.map(({ name, state }) => [name, state]));
  assert.deepEqual(states, {
    ...{ broken: 'broken', good: 'refused', nowhere: 'broken', particular: 'refused', spare: 'unused' },
    ...Object.fromEntries(Object.keys(BUILT_INS).map((name) => [name, name === 'log' ? 'ok' : 'unused'])),
  });
});

test('plugin list tells when the configuration cannot be read, and lists all the same', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins/with-index'), { recursive: true });
  write('plugins/with-index/index.mjs', "export default { describe: 'Is\\nhere.', handle() {} };");
  write('voeventd.yaml', 'identity: [');
  const list = start('plugin', 'list');
  assert.match(await printed(list, 0), /^with-index {2}\.\/plugins\/with-index\/index\.mjs\n {4}Is here\.\n/m);
  assert.match(list.lines.join('\n'), /voeventd\.yaml:1:\d+: /);
});

/** Does what its handler says. */
const VARIOUS = `
import { readFileSync } from 'node:fs';
export default {
  permissions: ({ deed }) => (deed === 'run' ? { run: ['echo'] } : {}),
  setup: () => console.log('ready'),
  handle: async (alert, { config, retry, fail, run, log, state, signal }) => {
    log.info('deed ' + config.deed);
    switch (config.deed) {
      case 'run': return 'ran ' + (await run(['echo', alert.local])).kind;
      case 'read': return readFileSync('/etc/passwd', 'utf8');
      case 'exit': return process.exit(3);
      case 'retry': throw retry('busy');
      case 'fail': throw fail('never');
      case 'wait': return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      case 'state': await state.set('a', 1); return 'kept ' + await state.get('a');
    }
  },
  pretend: (alert, { config }) => config.deed + ' ' + alert.local,
};
`;

test('plugin test hands an alert over, and tells outcome, detail, output and time; 0 only when it was done', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/various.mjs', VARIOUS);
  write('one.xml', packet('one'));
  const deed = (name: string, ...more: string[]) =>
    start('plugin', 'test', 'various', 'one.xml', '--with', `{ deed: ${name} }`, ...more);
  const ran = deed('run');
  assert.match(
    await printed(ran, 0),
    /granted: allow: \{ run: \[echo\] \}\n✓ various: done in \d+ ms: ran exit\n {4}\| deed run\n {4}\| one$/,
  );
  assert.deepEqual(ran.lines, ['various: ready']);
  assert.match(
    await printed(deed('read'), 1),
    /^✗ various: failed after \d+ ms: it may not read \/etc\/passwd: declare/,
  );
  assert.match(await printed(deed('exit'), 1), /^✗ various: failed after .*its process exited with code 3/);
  assert.match(
    await printed(deed('retry'), 1),
    /^✗ various: failed after \d+ ms: busy \(the daemon might try again\)$/m,
  );
  assert.match(await printed(deed('fail'), 1), /^✗ various: failed after \d+ ms: never$/m);
  assert.match(await printed(deed('state'), 0), /^✓ .*: kept 1$/m);
  assert.match(await printed(deed('read', '--pretend'), 0), /^✓ various: pretended in \d+ ms: would read one$/m);
  const json = JSON.parse(await printed(deed('fail', '--json'), 1)) as Record<string, unknown>;
  const { ms, output, ...rest } = json;
  assert.ok(Number.isInteger(ms) && output === 'deed fail');
  assert.deepEqual(rest, { plugin: 'various', pretends: false, state: 'failed', reason: 'never', retryable: false });
});

test('plugin test without an alert runs the test beside the plugin, which may do what the plugin declares', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins/folder'), { recursive: true });
  write('flats', 'flat');
  write('plugins/reads.ts', "export default { permissions: { read: ['./flats'] }, handle() {} };");
  write(
    'plugins/reads.test.ts',
    `import { readFileSync } from 'node:fs';
import test from 'node:test';
test('reads what is declared', () => void readFileSync('flats'));
test('reads nothing else', () => void readFileSync('/etc/passwd'));
`,
  );
  write('plugins/folder/index.mjs', 'export default { handle() {} };');
  write('plugins/folder/index.test.mjs', 'import "./missing.mjs";');
  const reads = await printed(start('plugin', 'test', 'reads'), 1);
  assert.match(reads, /✔ reads what is declared[\s\S]*✖ reads nothing else[\s\S]*ERR_ACCESS_DENIED/);
  const folder = start('plugin', 'test', 'folder');
  await printed(folder, 1);
  assert.match(folder.lines.join('\n'), /Cannot load \S+index\.test\.mjs: Cannot find module/);
});

test('plugin test takes options, permissions and timeout of a handler', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/various.mjs', VARIOUS);
  write('one.xml', packet('one'));
  write(
    'voeventd.yaml',
    `${HEAD}handlers:
  runs: { plugin: various, allow: { run: [echo] }, with: { deed: run }, roles: [test] }
  poor: { plugin: various, with: { deed: run } }
  slow: { plugin: various, timeout: 200ms, with: { deed: wait } }
  lines: { plugin: log }
`,
  );
  const by = (handler: string) => start('plugin', 'test', 'various', 'one.xml', '--handler', handler);
  assert.match(await printed(by('runs'), 0), /^✓ various: done in \d+ ms: ran exit/m);
  const poor = by('poor');
  await printed(poor, 1);
  assert.match(poor.lines.join('\n'), /add to handlers\.poor: `allow: \{ run: \[echo\] \}`[\s\S]*Cannot run poor/);
  const wrong = by('lines');
  await printed(wrong, 1);
  assert.match(wrong.lines.join('\n'), /Cannot test various with lines: its plugin is log\./);
  const unknown = by('rnus');
  await printed(unknown, 1);
  assert.match(unknown.lines.join('\n'), /there is no such handler \(did you mean runs\?\)/);
  assert.match(await printed(by('slow'), 1), /^✗ various: failed after \d+ ms: .*timeout/m);
});

test('plugin test says what it cannot do', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/strict.mjs', 'export default { config: (z) => z.strictObject({ a: z.number() }), handle() {} };');
  write('one.xml', packet('one'));
  const cases: readonly (readonly [args: readonly string[], sentence: RegExp])[] = [
    [['strcit', 'one.xml'], /Cannot test strcit: There is no plugin strcit \(did you mean strict\?\)/],
    [['strict', 'one.xml'], /Cannot test strict: its options do not fit\. with\.a: .*--with/],
    [['strict', 'one.xml', '--with', '[1]'], /Cannot use --with \[1\]: write options as \{ exposure: 90 \}\./],
    [['strict', 'one.xml', '--with', '{'], /Cannot read --with: /],
    [['strict'], /there is no \.\/plugins\/strict\.test\.mjs\. Write it, or name an alert/],
    [['log'], /Cannot test log: it is built in\. Name an alert/],
    [['strict', '--pretend'], /Cannot use --pretend without an alert: voeventd plugin test strict FILE/],
    [['strict', 'two.xml'], /Cannot read two\.xml: no such file/],
    [['strict', 'one.xml', '--with', '{}', '--handler', 'a'], /Cannot use --handler and --with together/],
  ];
  for (const [args, sentence] of cases) {
    const tested = start('plugin', 'test', ...args);
    await printed(tested, 1);
    assert.match(tested.lines.join('\n'), sentence);
  }
});
