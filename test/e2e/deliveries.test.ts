import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import test from 'node:test';
import type { Status } from '../../src/web/model.ts';
import { ScriptedBroker } from '../support/broker.ts';
import { sandbox } from '../support/executable.ts';
import { webAddress } from '../support/http.ts';
import { packet } from '../support/play.ts';

const config = (port: number, handlers: string) => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
web: { listen: "127.0.0.1:0" }
handlers:
${handlers}`;

function rows(directory: string, sql: string): string[] {
  const database = new DatabaseSync(join(directory, 'journal.db'), { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).join(' '));
  } finally {
    database.close();
  }
}

const packets = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => packet(`${first + index}`));

test('while what a handler needs is away its deliveries wait, also through a kill, and lose no attempt', async (context) => {
  const { directory, write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  write('away', '');
  write(
    'voeventd.yaml',
    config(
      broker.port,
      `  dome:
    plugin: exec
    breaker: { after: 3, probe: 300ms }
    with: { command: [sh, -c, "test ! -e away || { echo no answer from the dome >&2; exit 1; }; echo open"] }
`,
    ),
  );
  let daemon = start('run');
  (await broker.connection()).send(...packets(1, 8));
  const opened =
    /^dome has failed 3 times in a row, last with: exited with code 1 after \S+: no answer from the dome\. Its/;
  await daemon.logged(opened);
  const { handlers, concerns } = (await (await fetch(`${await webAddress(daemon)}/api/status`)).json()) as Status;
  assert.deepEqual([handlers[0]?.state, handlers[0]?.level, concerns[0]?.about], ['held', 'red', 'handler dome']);
  const probed = 'SELECT count(*) FROM attempt WHERE ended_at IS NOT NULL';
  await daemon.until('two probes', () => Number(rows(directory, probed)[0]) >= 5);
  assert.equal(
    daemon.log.filter(({ msg }) => /^dome .*(failed|fails)/.test(msg)).length,
    4,
    'three failures, and that it opened',
  );
  await daemon.stop('SIGKILL');
  daemon = start('run');
  (await broker.connection(1)).send(...packets(9, 2));
  await daemon.logged(/^dome has failed \d+ times in a row, last with: exited with code 1/);
  rmSync(join(directory, 'away'));
  await daemon.logged(/^dome works again after \S+; its deliveries go on$/);
  const states = 'SELECT state, count(*) FROM delivery GROUP BY state ORDER BY state';
  await daemon.until('the last delivery', () => rows(directory, states).join() === 'dead 3,done 7');
  // Probes failed too, and what failed only so is done in the end.
  const saved = `SELECT count(*) > 0 FROM delivery WHERE state = 'done' AND attempts > 1`;
  assert.deepEqual(rows(directory, saved), ['1']);
  const outputs = 'SELECT DISTINCT state, output FROM attempt WHERE ended_at IS NOT NULL ORDER BY state';
  assert.deepEqual(rows(directory, outputs), ['done open', 'failed no answer from the dome']);
  await daemon.stop();
});

test('what a handler fails at for good goes to its onDead, which is told why; tests do not', async (context) => {
  const { directory, write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  mkdirSync(join(directory, 'plugins'));
  write(
    'plugins/mount.ts',
    `export default { handle(alert, { attempt, retry }) {
  console.log('homing, attempt', attempt);
  throw retry('the mount is stuck');
} };`,
  );
  write(
    'voeventd.yaml',
    config(
      broker.port,
      `  slew: { plugin: mount, roles: [observation, test], retry: { attempts: 2, delay: 50ms }, onDead: tell }
  rehearsed: { plugin: exec, mode: pretend, onDead: tell, with: { command: [slew, "{param.none}"] } }
  tell:
    plugin: exec
    with: { command: [sh, -c, 'echo "$VOEVENT_DEAD: $VOEVENT_BECAUSE for $1"', sh, "{alert.local}: {because}"] }
`,
    ),
  );
  const daemon = start('run');
  const connection = await broker.connection();
  connection.send(packet('one'), packet('rehearsal', { role: 'test' }));
  await daemon.logged(/^slew: the mount is stuck for one: slew failed after 2 attempts: the mount is stuck$/);
  await daemon.logged(/^tell does not get what slew has failed at: it is a test, and tell takes none$/);
  await daemon.logged(/^tell done/);
  const states = rows(directory, 'SELECT seq, handler, state FROM delivery ORDER BY seq, handler');
  assert.deepEqual(states, ['1 rehearsed dead', '1 slew dead', '1 tell done', '2 slew dead']);
  const outputs = rows(directory, "SELECT attempt, state, output FROM attempt WHERE handler = 'slew' AND seq = 1");
  assert.deepEqual(outputs, ['1 failed homing, attempt 1', '2 failed homing, attempt 2']);
  await daemon.stop();
});
