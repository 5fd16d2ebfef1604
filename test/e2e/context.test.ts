import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import test from 'node:test';
import { ScriptedBroker } from '../support/broker.ts';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';

/** Counts alerts in its state, and tells all it is told. */
const TELLS = `
import type { Context, Alert } from 'voeventd';

async function told(alert: Alert, { mode, site, sky, journal, state }: Context) {
  const count = ((await state.get<number>('count')) ?? 0) + 1;
  await state.set('count', count);
  const earlier = await journal.thread(alert);
  const { isNight, altitude, site: from } = await sky(alert);
  return JSON.stringify({
    mode, site: site?.name, from, count, kept: await state.get('count'),
    earlier: earlier.map(({ local, raw }) => local + ' ' + String(raw).length),
    sky: typeof isNight + ' ' + typeof altitude,
  });
}

export default { handle: told, pretend: told };
`;

const config = (port: number) => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 100ms } } }
sites:
  lapalma: { latitude: 28.7606, longitude: -17.8792 }
  paranal: { latitude: -24.6272, longitude: -70.4042 }
handlers:
  tells: { plugin: tells, tests: pretend, site: paranal }
  other: { plugin: tells, streams: [none] }
`;

const citing = (name: string, cited: string, role = 'observation'): Buffer =>
  Buffer.from(
    packet(name, { role })
      .toString()
      .replace(
        '</voe:',
        `<Citations><EventIVORN cite="followup">ivo://org.example/e2e#${cited}</EventIVORN></Citations></voe:`,
      ),
  );

test('a plugin is told the site, the sky and what came before, and what it keeps outlives the daemon', async (context) => {
  const { write, directory, start } = sandbox(context);
  await using broker = await ScriptedBroker.listen();
  mkdirSync(`${directory}/plugins`);
  write('plugins/tells.ts', TELLS);
  write('voeventd.yaml', config(broker.port));
  const lengthOf = (bytes: Buffer): number => bytes.toString().length;
  const [one, two] = [packet('one'), citing('two', 'one')];
  const first = start('run');
  const connection = await broker.connection();
  const said = (msg: string) => JSON.parse(msg.slice(msg.indexOf('{'))) as Record<string, unknown>;
  connection.send(one);
  const common = { mode: 'live', site: 'paranal', from: 'paranal', sky: 'boolean number' };
  assert.deepEqual(said((await first.logged(/^tells done/)).msg), { ...common, count: 1, kept: 1, earlier: [] });
  connection.send(citing('rehearsal', 'one', 'test'));
  const rehearsed = said((await first.logged(/^tells would have run/)).msg);
  assert.deepEqual([rehearsed.mode, rehearsed.count, rehearsed.kept], ['pretend', 2, 2]);
  await first.stop('SIGKILL');

  const second = start('run');
  const again = await broker.connection(1);
  again.send(two);
  assert.deepEqual(said((await second.logged(/^tells done/)).msg), {
    ...{ ...common, count: 2, kept: 2 },
    earlier: [`one ${lengthOf(one)}`],
  });

  // Beside the daemon: the state is read, and not written; what came before are the files before.
  write('one.xml', one);
  write('two.xml', two);
  for (let time = 0; time < 2; time++) {
    const tried = start('try', 'one.xml', 'two.xml', '--run', 'tells', '--at', '2026-11-22T03:00:00Z');
    assert.equal((await tried.exited).code, 0, tried.lines.join('\n'));
    const lines = tried.output.filter((line) => line.includes('run, and done')).map(said);
    assert.deepEqual(
      lines.map(({ count, earlier }) => [count, earlier]),
      [
        [3, []],
        [4, [`one ${lengthOf(one)}`]],
      ],
    );
  }
  again.send(citing('three', 'two'));
  const last = await second.logged(/^tells done.*"count":3/);
  assert.equal(said(last.msg).mode, 'live');
  await second.stop();
});
