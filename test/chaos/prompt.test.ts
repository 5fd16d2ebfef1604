import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { type BrokerConnection, frame, ScriptedBroker } from '../support/broker.ts';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG } from './support/effort.ts';
import { filesBelow, linesOf, peakMebibytes } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';

const BACKLOG = IS_LONG ? 40_000 : 4_000;
const LARGE_BYTES = 4 * 1024 * 1024;
const WHILE_MS = IS_LONG ? 20_000 : 1_500;
const MOST_MEBIBYTES = 200;

const SPIN = 'export default { async handle() { for (;;); } };';
const NEVER = 'export default { handle: () => new Promise(() => {}) };';

interface Scene {
  readonly directory: string;
  readonly daemon: Voeventd;
  readonly pulse: Pulse;
  readonly connection: BrokerConnection;
}

/** A daemon with two sources: one that is to be answered, and one with something to do. */
async function scene(context: TestContext, handlers: readonly string[], more = ''): Promise<Scene> {
  const { directory, write, start } = sandbox(context);
  const broker = await ScriptedBroker.listen();
  context.after(() => broker[Symbol.asyncDispose]());
  const pulse = await Pulse.start(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/spin.mjs', SPIN);
  write('plugins/never.mjs', NEVER);
  write('voeventd.yaml', configuration({ pulse: pulse.port, campus: broker.port }, handlers, more));
  const daemon = start('run');
  await daemon.logged(/^Connected/, 2);
  return { directory, daemon, pulse, connection: await broker.connection() };
}

/** So many alerts at once. @returns when each is acknowledged */
async function burst({ daemon, connection }: Scene, name: string, count: number): Promise<void> {
  const before = acksOf(connection);
  const packets = Array.from({ length: count }, (_, index) => frame(packet(`${name}-${index}`)));
  connection.socket.write(Buffer.concat(packets));
  await daemon.until(`${count} acks`, () => acksOf(connection) >= before + count);
}

function acksOf({ messages }: BrokerConnection): number {
  return messages.filter((message) => message.includes('role="ack"')).length;
}

test('an iamalive is answered within 100 ms while every handler hangs', async (context) => {
  const handlers = [
    'sleeps: { plugin: exec, concurrency: 4, with: { command: [sh, -c, "echo $$ >> ./pids; exec sleep 600"] } }',
    'spins: { plugin: spin }',
    'never: { plugin: never, concurrency: 4 }',
  ];
  const at = await scene(context, handlers);
  await burst(at, 'hang', 50);
  await at.daemon.logged(/never fires/, 50);
  await answersPromptly(context, at.pulse, async () => void (await setTimeout(WHILE_MS)));
  at.daemon.child.kill('SIGKILL');
  // They outlive a daemon that is killed.
  for (const pid of linesOf(join(at.directory, 'pids'))) process.kill(Number(pid), 'SIGKILL');
  await at.daemon.exited;
});

test('an iamalive is answered within 100 ms while a packet of 4 MiB is parsed', async (context) => {
  const at = await scene(context, ['lines: { plugin: log }']);
  const param =
    '<Param name="flux" value="1.25e-12" unit="erg/cm2/s" ucd="phot.flux"><Description>d</Description></Param>';
  await answersPromptly(context, at.pulse, async (round) => {
    const large = packet(`large-${round}`, { what: param.repeat(LARGE_BYTES / param.length) });
    at.connection.send(large);
    await at.daemon.logged(new RegExp(`(?:Received|In quarantine).*#large-${round}`));
  });
  assert.equal(
    at.daemon.log.some(({ msg }) => /quarantine/.test(msg)),
    false,
  );
  await at.daemon.stop();
});

test('an iamalive is answered within 100 ms while a backlog is filled back, in no more than 200 MiB', async (context) => {
  const at = await scene(context, ['keep: { plugin: archive, with: { directory: ./archive, sync: false } }']);
  await answersPromptly(context, at.pulse, async (round) => {
    await burst(at, `backlog-${round}`, BACKLOG);
    await setTimeout(WHILE_MS);
  });
  const mebibytes = peakMebibytes(at.daemon.child.pid ?? 0);
  context.diagnostic(`${mebibytes.toFixed(0)} MiB at the most`);
  assert.ok(mebibytes <= MOST_MEBIBYTES, `${mebibytes} MiB`);
  await at.daemon.stop('SIGKILL');
});

test('while nobody reads the log, iamalives are answered within 100 ms, alerts handled, and SIGTERM heeded', async (context) => {
  const handlers = ['keep: { plugin: archive, with: { directory: ./archive, sync: false } }'];
  const at = await scene(context, handlers, 'log: { level: debug }');
  const { directory, daemon, pulse } = at;
  daemon.child.stderr?.pause();
  await answersPromptly(context, pulse, async (round) => {
    await burst(at, `unread-${round}`, 500);
    await daemon.until(
      'every alert to be archived',
      () => filesBelow(join(directory, 'archive'), '.xml').length >= 500 * (round + 1),
    );
  });
  const exited = once(daemon.child, 'exit');
  daemon.child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
});
