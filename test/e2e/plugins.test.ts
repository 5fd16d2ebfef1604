import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const BAD_PLUGINS = {
  throws: `export default { async handle() { throw new TypeError('alert.foo is not a function'); } };`,
  exits: `export default { async handle() { process.exit(3); } };`,
  hangs: `export default { async handle() { for (;;); } };`,
  rejects: `export default { async handle() { Promise.reject(new Error('forgotten')); await new Promise(() => setInterval(() => {}, 1000)); } };`,
};

test('a plugin that throws, exits, hangs or forgets a rejection does not touch the others', async (context) => {
  const { directory, write, start } = sandbox(context);
  const alerts = 20;
  const packets = Array.from({ length: alerts }, (_, index) => packet(`n${index}`));
  const { broker, port } = await startBroker(context, { program: programOf(packets), rate: 100 });
  mkdirSync(join(directory, 'plugins'));
  for (const [name, source] of Object.entries(BAD_PLUGINS)) write(`plugins/${name}.mjs`, source);
  write(
    'plugins/good.ts',
    `import { appendFileSync } from 'node:fs';
export default { permissions: { write: ['./good'] }, async handle(alert: { local: string }) { appendFileSync(${JSON.stringify(join(directory, 'good'))}, alert.local + '\\n'); } };`,
  );
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers:
${Object.keys(BAD_PLUGINS)
  .map((name) => `  ${name}: { plugin: ${name}, timeout: 500ms }`)
  .join('\n')}
  good: { plugin: good, allow: { write: [./good] } }
shutdown: 100ms
`,
  );
  const daemon = start('run');
  await broker.finished();
  await daemon.logged(/^good done/, alerts);
  assert.deepEqual(broker.report().wrongs, new Map());
  assert.deepEqual(
    readFileSync(join(directory, 'good'), 'utf8').trim().split('\n'),
    packets.map((_, index) => `n${index}`),
  );
  assert.match((await daemon.logged(/^throws failed/)).msg, /alert\.foo is not a function/);
  assert.match((await daemon.logged(/^exits failed/)).msg, /its process exited with code 3/);
  assert.match((await daemon.logged(/^rejects failed/)).msg, /its process exited with code 1 \(.*forgotten/);
  assert.match((await daemon.logged(/^hangs failed/)).msg, /timeout/);
  assert.equal(daemon.child.exitCode, null);
  await daemon.stop();
});

test('a plugin that cannot be loaded is loud, its deliveries wait, and the others run', async (context) => {
  const { directory, write, start } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  mkdirSync(join(directory, 'plugins'));
  write('plugins/broken.ts', 'enum Filter { B, V }\nexport default { async handle() { return String(Filter.B); } };\n');
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers:
  broken: { plugin: broken }
  lines: { plugin: log }
`,
  );
  const checked = start('check');
  assert.equal((await checked.exited).code, 1);
  assert.match(
    checked.output.join('\n'),
    /voeventd\.yaml:4:21: handlers\.broken\.plugin: Cannot load \S+broken\.ts: broken\.ts:1: "enum" is not erasable TypeScript: use a const object with `as const` instead\.$/m,
  );
  const daemon = start('run');
  await daemon.logged(/^lines done/);
  assert.match((await daemon.logged(/The handler broken cannot run/)).msg, /Its deliveries wait in the journal/);
  write('plugins/broken.ts', `export default { async handle() { return 'mended'; } };\n`);
  daemon.child.kill('SIGHUP');
  assert.match((await daemon.logged(/^broken done/)).msg, /mended/);
  await daemon.stop();
});

test('what a plugin logs looks as the configuration says, and is no less important', async (context) => {
  const { directory, write, start } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  mkdirSync(join(directory, 'plugins'));
  write('plugins/speaks.mjs', `export default { handle(_, { log }) { log.info('quietly'); log.warn('aloud'); } };`);
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers: { speaks: { plugin: speaks } }
log: { level: warn, format: pretty }
`,
  );
  const daemon = start('run');
  await daemon.until('its warning', () => daemon.lines.some((line) => /WARN: aloud/.test(line)));
  assert.deepEqual(
    daemon.lines.filter((line) => line.startsWith('{') || line.includes('quietly')),
    [],
  );
  await daemon.stop();
});
