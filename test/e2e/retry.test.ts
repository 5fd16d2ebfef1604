import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { ScriptedBroker } from '../support/broker.ts';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';

const config = (port: number, dome: string, more = '') => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"] } }
web: false
handlers:
  dome:
    plugin: exec
    ${dome}
    with: { command: [sh, -c, "test ! -e broken || { echo no power >&2; exit 1; }; echo open"] }
${more}`;

test('a dead delivery is listed and shown, mended, retried and done; alerts are replayed, also to a new handler', async (context) => {
  const { directory, write, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  write('broken', '');
  write('voeventd.yaml', config(broker.port, 'timeout: 30s'));
  const date = new Date().toISOString().slice(0, 19);
  const daemon = start('run');
  (await broker.connection()).send(
    packet('1', { date }),
    packet('2', { date }),
    packet('3', { date: '2020-01-01T00:00:00' }),
  );
  const done = async (...args: string[]): Promise<{ code: number | null; text: string }> => {
    const command = start(...args);
    const { code } = await command.exited;
    return { code, text: [...command.output, ...command.lines].join('\n') };
  };
  await daemon.logged(/^dome failed/, 3);
  const dead = await done('deliveries', '--dead');
  assert.match(
    dead.text,
    /^3\/dome {2}dead[\s\S]*\n2\/dome {2}dead, 1 attempt, \S+ {2}ivo:.*\n {4}exited with code 1.*\n1\/dome {2}dead, 1 attempt/,
  );
  const shown = await done('deliveries', '1/dome');
  assert.match(shown.text, /attempt 1: failed, started \S+, \d+ ms\n {4}exited with code 1.*\n {4}\| no power$/);
  assert.match((await done('explain', '1')).text, /attempt 1: failed, started/);
  const listed = JSON.parse((await done('deliveries', '1/dome', '--json')).text);
  assert.deepEqual([listed.delivery, listed.state, listed.attempts, listed.tries.length], ['1/dome', 'dead', 1, 1]);
  rmSync(join(directory, 'broken'));
  const retried = await done('retry', '1/dome', '--wait');
  assert.equal(retried.code, 0, retried.text);
  assert.match(retried.text, /^Asked for: 1\/dome, to be made again now, by process \d+\n1\/dome {2}done: exit 0/);
  write('voeventd.yaml', config(broker.port, 'maxAge: 1d'));
  assert.match((await done('retry', '3/dome')).text, /1 of 1 left out: older than the maxAge of dome, 1d\. --any-age/);
  await daemon.stop();
  const later = await done('retry', '--handler', 'dome');
  assert.match(later.text, /^Asked for: 2\/dome, to be made again when voeventd starts: none uses the journal now$/m);
  assert.match((await done('retry', '2/dome', '--wait')).text, /^voeventd: Cannot wait: no voeventd uses the journal/);
  write(
    'voeventd.yaml',
    config(
      broker.port,
      'maxAge: 1d',
      '  tell: { plugin: exec, when: alert.local != "2", with: { command: [echo, "{alert.local}"] } }',
    ),
  );
  const again = start('run');
  await again.logged(/^dome gets 2\/dome again, as was asked for$/);
  await again.logged(/^dome done/);
  assert.match((await done('retry', '--handler', 'dome')).text, /1 of 1 left out/);
  assert.match((await done('retry', '2/dome')).text, /Cannot retry 2\/dome: it is done\./);
  assert.match((await done('retry', '--handler', 'doem')).text, /did you mean dome\?/);
  assert.match((await done('deliveries', '--handler', 'doem')).text, /did you mean dome\?/);
  const rehearsed = await done('replay', '--handler', 'dome', '--since', '1h', '--pretend', '--wait');
  assert.match(rehearsed.text, /1 of 3 left out.*\n?/);
  assert.match(rehearsed.text, /1\/dome {2}done: pretended: would run sh/);
  const replayed = await done('replay', '--handler', 'tell', '--since', '1h', '--rules', '--wait');
  assert.equal(replayed.code, 0, replayed.text);
  assert.match(replayed.text, /Asked for: 2 deliveries, .*\n1\/tell {2}done: exit 0 .*\n3\/tell {2}done: exit 0/);
  assert.match(
    (await done('replay', '--handler', 'tell', '--since', '1h')).text,
    /^Of 3 alerts since then, none is for tell\.$/,
  );
  await again.stop();
});
