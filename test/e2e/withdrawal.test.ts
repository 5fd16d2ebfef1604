import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import { ScriptedBroker } from '../support/broker.ts';
import { sandbox } from '../support/executable.ts';
import { voevent } from '../support/packets.ts';
import { packet } from '../support/play.ts';

const citing = (local: string, cite: string, of: string) =>
  voevent(
    `ivo://org.example/e2e#${local}`,
    'observation',
    `<Citations><EventIVORN cite="${cite}">ivo://org.example/e2e#${of}</EventIVORN></Citations>`,
  );

const config = (port: number, handlers: string) => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
handlers:
${handlers}`;

function deliveries(directory: string): string[] {
  const database = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  try {
    const rows = database.prepare('SELECT seq, handler, state, outcome FROM delivery ORDER BY handler, seq').all();
    return rows.map(({ seq, handler, state, outcome }) => `${seq}/${handler} ${state} ${outcome}`);
  } finally {
    database.close();
  }
}

test('a retraction aborts what runs within a second, skips what waits, and runs the command for retractions', async (context) => {
  const { directory, write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  mkdirSync(join(directory, 'plugins'));
  write(
    'plugins/mount.ts',
    `export default { async handle(alert, { config, log, signal }) {
  if (config.deed === 'park') return 'parked for ' + alert.local;
  log.info('mount moves');
  await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
} };`,
  );
  write(
    'voeventd.yaml',
    config(
      broker.port,
      `  slew:
    plugin: exec
    onRetraction: cancel
    with: { command: [sh, -c, "echo begun; exec sleep 30"] }
    retraction: { command: [echo, "parked for {alert.local}"] }
  mount: { plugin: mount, onRetraction: cancel, retraction: { deed: park } }
  other: { plugin: exec, with: { command: [sleep, "0.3"] } }
`,
    ),
  );
  const daemon = start('run');
  const connection = await broker.connection();
  connection.send(packet('one'), citing('two', 'followup', 'one'));
  await Promise.all([daemon.logged(/^begun/), daemon.logged(/^mount moves/), daemon.logged(/fires/, 6)]);
  const retractedAt = performance.now();
  connection.send(citing('gone', 'retraction', 'one'));
  const aborted = await daemon.logged(
    /^slew was aborted: the event was retracted by ivo:\/\/org\.example\/e2e#gone \(/,
  );
  assert.ok(performance.now() - retractedAt < 1_000);
  assert.match(aborted.msg, /\(interrupted after .* by SIGTERM\)$/);
  await daemon.logged(/^mount was aborted: the event was retracted by \S+$/);
  await daemon.logged(/^parked for gone/);
  await daemon.logged(/^mount done: parked for gone/);
  await daemon.logged(/^other done/, 3);
  const why = 'the event was retracted by ivo://org.example/e2e#gone';
  const kept = deliveries(directory);
  assert.deepEqual(kept.slice(0, 3), [
    `1/mount skipped ${why}`,
    `2/mount skipped ${why}`,
    '3/mount done parked for gone',
  ]);
  assert.ok(kept.slice(3, 6).every((row) => row.includes('/other done')));
  assert.deepEqual(kept.slice(6, 8), [`1/slew skipped ${why}`, `2/slew skipped ${why}`]);
  assert.match(kept[8] ?? '', /^3\/slew done exit 0/);
  assert.equal(daemon.log.filter(({ msg }) => msg === 'begun').length, 1);
  await daemon.stop();
});

test('what was withdrawn is not run after a crash either', async (context) => {
  const { directory, write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  // It does not heed SIGTERM: it still runs when the daemon dies.
  const command = `trap '' TERM; echo begun; sleep 3; sleep 3`;
  write(
    'voeventd.yaml',
    config(
      broker.port,
      `  slew: { plugin: exec, onRetraction: cancel, with: { command: [sh, -c, "${command}"], killAfter: 8s } }\n`,
    ),
  );
  const daemon = start('run');
  const connection = await broker.connection();
  connection.send(packet('one'));
  await daemon.logged(/^begun/);
  connection.send(citing('gone', 'retraction', 'one'));
  await daemon.logged(/^Received .*#gone/);
  await daemon.stop('SIGKILL');
  assert.deepEqual(deliveries(directory), ['1/slew running null']);
  const again = start('run');
  await again.logged(/^slew was not run: the event was retracted/);
  assert.deepEqual(deliveries(directory), ['1/slew skipped the event was retracted by ivo://org.example/e2e#gone']);
  await again.stop();
});

test('with --pretend nothing is run, whatever the file says, and the log tells what would have been', async (context) => {
  const { directory, write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  mkdirSync(join(directory, 'plugins'));
  write(
    'plugins/mine.mjs',
    `import { appendFileSync } from 'node:fs';
export default { permissions: { write: ['./trace'] }, handle(alert) { appendFileSync(${JSON.stringify(join(directory, 'trace'))}, alert.local); } };`,
  );
  const handlers = `  slew: { plugin: exec, with: { command: [sh, -c, 'echo "$1" >> trace', sh, "{alert.local}"] } }
  lacking: { plugin: exec, with: { command: [slew, "{alert.importance}"] } }
  mine: { plugin: mine, allow: { write: [./trace] } }
  keep: { plugin: archive, with: { directory: ./kept, path: "{alert.local}.xml" } }
  chat: { plugin: webhook, with: { url: "http://127.0.0.1:1/hooks/T0KEN" } }
`;
  write('voeventd.yaml', config(broker.port, handlers));
  const daemon = start('run', '--pretend');
  assert.equal((await daemon.logged(/--pretend: no handler runs/)).level, 'warn');
  const connection = await broker.connection();
  connection.send(packet('one'));
  const would = async (handler: string, times = 1) =>
    (await daemon.logged(new RegExp(`^${handler} would have run \\(pretend\\)`), times)).msg.replace(/^.*?: /, '');
  assert.equal(await would('slew'), `run sh -c 'echo "$1" >> trace' sh one`);
  assert.equal(await would('mine'), 'hand the alert to the plugin mine');
  assert.equal(await would('keep'), `write ${join(directory, 'kept/one.xml')}`);
  assert.match(await would('chat'), /^POST http:\/\/127\.0\.0\.1:1\/… \(\d+ bytes of json\)$/);
  assert.match(
    (await daemon.logged(/^lacking failed/)).msg,
    /^lacking failed: Cannot fill \{alert\.importance\}: the alert has no such value/,
  );
  write('voeventd.yaml', config(broker.port, `${handlers}  more: { plugin: mine, allow: { write: [./trace] } }\n`));
  daemon.child.kill('SIGHUP');
  await daemon.logged(/^Reloaded/);
  connection.send(packet('two'));
  for (const handler of ['slew', 'mine', 'keep', 'chat']) await would(handler, 2);
  await would('more');
  await daemon.stop();
  assert.ok(!existsSync(join(directory, 'trace')), 'something was run');
  assert.ok(!existsSync(join(directory, 'kept/one.xml')));
  assert.ok(deliveries(directory).includes(`1/slew done pretended: would run sh -c 'echo "$1" >> trace' sh one`));
  assert.doesNotMatch(daemon.lines.join('\n') + readFileSync(join(directory, 'journal.db'), 'latin1'), /T0KEN/);
});
