import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const config = (port: number, handlers: string) => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 100ms } } }
handlers: ${handlers}
`;

test('SIGHUP takes up a good configuration and refuses a bad one', async (context) => {
  const { write, start } = sandbox(context);
  const first = await startBroker(context, { program: programOf([packet('one')]) });
  write('voeventd.yaml', config(first.port, '{ old: { plugin: log } }'));
  const daemon = start('run');
  await daemon.logged(/^old done/);

  write('voeventd.yaml', config(first.port, '{ new: { plugin: log, when: alert.errorRadus < 1.0 } }'));
  daemon.child.kill('SIGHUP');
  await daemon.logged(/is refused: it has one problem\. The old configuration goes on/);
  const problem = await daemon.logged(/voeventd\.yaml:3:\d+: handlers\.new\.when/);
  assert.match(problem.msg, /no field errorRadus \(did you mean errorRadius\?\)/);

  const second = await startBroker(context, { program: programOf([packet('two')]) });
  write('voeventd.yaml', config(second.port, '{ new: { plugin: log, when: alert.errorRadius < 1.0 } }'));
  daemon.child.kill('SIGHUP');
  await daemon.logged(/^Reloaded/);
  await daemon.logged(/^new done/);
  assert.equal(daemon.log.filter(({ msg }) => /^old done/.test(msg)).length, 1);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});

test('SIGTERM lets a running handler finish, and a second signal exits at once', async (context) => {
  const { write, start } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  write(
    'voeventd.yaml',
    config(port, '{ slow: { plugin: exec, with: { command: [sh, -c, "echo begun; sleep 1; echo ended"] } } }'),
  );
  const patient = start('run');
  await patient.logged(/^begun/);
  assert.deepEqual(await patient.stop(), { code: 0, signal: null });
  assert.ok(
    patient.log.some(({ msg }) => /^slow done: exit 0/.test(msg)),
    patient.lines.join('\n'),
  );

  const again = await startBroker(context, { program: programOf([packet('two')]) });
  write(
    'voeventd.yaml',
    config(again.port, '{ slow: { plugin: exec, with: { command: [sh, -c, "echo begun; sleep 30"] } } }'),
  );
  const hasty = start('run');
  await hasty.logged(/^begun/);
  hasty.child.kill('SIGTERM');
  await hasty.logged(/^Stopping/);
  hasty.child.kill('SIGTERM');
  assert.equal((await hasty.exited).code, 130);
});

test('SIGUSR2 writes to the log what the sources and the journal do', async (context) => {
  const { write, start } = sandbox(context);
  const { port } = await startBroker(context, { program: programOf([packet('one')]) });
  write('voeventd.yaml', config(port, '{ lines: { plugin: log } }'));
  const daemon = start('run');
  await daemon.logged(/^lines done/);
  daemon.child.kill('SIGUSR2');
  assert.match(
    (await daemon.logged(/^Source campus/)).msg,
    new RegExp(`connected to 127.0.0.1:${port} for .*, 1 events, last message`),
  );
  assert.match((await daemon.logged(/^Journal/)).msg, /1 alerts, 0 in quarantine; deliveries: 1 done/);
  await daemon.stop();
});

test('a reload that would break a running plugin is refused', async (context) => {
  const { directory, write, start } = sandbox(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/mine.ts', `export default { async handle() { return 'first edition'; } };`);
  const { port } = await startBroker(context, { program: programOf([packet('one'), packet('two')]), rate: 1 });
  write('voeventd.yaml', config(port, '{ mine: { plugin: mine } }'));
  const daemon = start('run');
  await daemon.logged(/^mine done: first edition/);
  write('plugins/mine.ts', 'export default { async handle() {');
  daemon.child.kill('SIGHUP');
  await daemon.logged(/is refused: mine would not run any more/);
  await daemon.logged(/^mine done: first edition/, 2);
  await daemon.stop();
});
