import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet, programOf, startBroker } from '../support/play.ts';

const ALERTS = 300;
const KILLS = 4;

const PLUGIN = `
import { appendFileSync } from 'node:fs';
export default {
  permissions: { write: ['./seen'] },
  config: (z) => z.strictObject({ to: z.string() }),
  async handle(alert, context) {
    appendFileSync(context.config.to, alert.local + ' ' + context.attempt + '\\n');
  },
};
`;

test('killed at any point, every acknowledged alert reaches its handlers, and only what was running runs twice', async (context) => {
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const { broker, port } = await startBroker(context, { program: programOf(packets), rate: 400, window: 20 });
  const seen = join(directory, 'seen');
  mkdirSync(join(directory, 'plugins'));
  write('plugins/count.mjs', PLUGIN);
  write(
    'voeventd.yaml',
    `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 100ms } } }
handlers:
  count:
    plugin: count
    allow: { write: [./seen] }
    retry: { attempts: 5, delay: 50ms }
    with: { to: ${JSON.stringify(seen)} }
  keep: { plugin: archive, with: { directory: ./archive } }
`,
  );
  for (let kill = 1; kill <= KILLS; kill++) {
    const daemon = start('run');
    const target = (ALERTS / (KILLS + 1)) * kill;
    await daemon.until(`${target} acks`, () => broker.report().acknowledged >= target);
    daemon.child.kill('SIGKILL');
    await daemon.exited;
  }
  const daemon = start('run');
  await broker.finished();
  // On a busy machine the daemon may be killed four times before its plugin has written a line.
  const linesOf = (): string[] => (existsSync(seen) ? readFileSync(seen, 'utf8').trim().split('\n') : []);
  await daemon.until('every alert counted', () => new Set(linesOf().map((line) => line.split(' ')[0])).size === ALERTS);
  const archive = join(directory, 'archive');
  const archived = (): string[] =>
    readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));
  await daemon.until('every alert archived', () => archived().length === ALERTS);
  await daemon.stop();

  const report = broker.report();
  assert.equal(report.acknowledged, ALERTS);
  const deliveries = linesOf();
  const twice = deliveries.length - ALERTS;
  assert.ok(twice <= KILLS, `${twice} deliveries ran twice in ${KILLS} kills with one running at a time`);
  const repeated = deliveries.filter((line, index) =>
    deliveries.slice(0, index).some((earlier) => earlier.split(' ')[0] === line.split(' ')[0]),
  );
  assert.ok(
    repeated.every((line) => Number(line.split(' ')[1]) > 1),
    `a repeated delivery was not told so: ${repeated.join(', ')}`,
  );
  const sent = new Map(packets.map((one, index) => [`n${index}.xml`, one.toString()]));
  for (const name of archived()) {
    assert.equal(readFileSync(join(archive, name), 'utf8'), sent.get(name.split('/').at(-1) ?? ''));
  }
});
