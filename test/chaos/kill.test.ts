import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { IS_LONG, Random, SEED } from './support/effort.ts';
import { Feed, nameOf } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { filesBelow } from './support/process.ts';

const ALERTS = IS_LONG ? 2_000 : 300;
const KILLS = IS_LONG ? 50 : 6;
/** One life in so many ends before it has begun. */
const EARLY = 4;
const LONGEST_START_MS = 700;
const HANDLERS = ['count', 'run', 'keep'];

const PLUGIN = `
import { appendFileSync } from 'node:fs';
export default {
  permissions: { write: ['./count'] },
  config: (z) => z.strictObject({ to: z.string() }),
  async handle(alert, context) {
    appendFileSync(context.config.to, alert.ivorn + ' ' + context.attempt + '\\n');
  },
};
`;

const configuration = (port: number): string => `identity: ivo://org.example/telescope-1
sources: { campus: { type: vtp, brokers: ["127.0.0.1:${port}"], reconnect: { initial: 50ms, max: 100ms } } }
web: false
handlers:
  count:
    plugin: count
    allow: { write: [./count] }
    retry: { attempts: 1000, delay: 50ms, maxDelay: 1s }
    with: { to: ./count }
  run: { plugin: exec, concurrency: 3, with: { command: [sh, -c, 'echo "$VOEVENT_IVORN $VOEVENT_ATTEMPT" >> ./run'] } }
  keep: { plugin: archive, with: { directory: ./archive } }
`;

test('killed at any moment, nothing that was acknowledged is lost, and only what was running runs again', {
  timeout: IS_LONG ? 900_000 : 90_000,
}, async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = new Random('kill');
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 20, rate: 500 });
  mkdirSync(join(directory, 'plugins'));
  write('plugins/count.mjs', PLUGIN);
  write('voeventd.yaml', configuration(feed.port));

  /** Deliveries that were running when the daemon was killed, each as often as it was. */
  const running: string[] = [];
  for (let kill = 0; kill < KILLS; kill++) {
    const daemon = start('run');
    if (random.below(EARLY) === 0) {
      await setTimeout(random.below(LONGEST_START_MS));
    } else {
      const target = feed.acks.size + 1 + random.below((2 * (ALERTS - feed.acks.size)) / (KILLS - kill + 1));
      await daemon.until(`${target} acks`, () => feed.acks.size >= target || feed.isDone);
      await setTimeout(random.below(50));
    }
    daemon.child.kill('SIGKILL');
    await daemon.exited;
    if (!existsSync(join(directory, 'journal.db'))) continue;
    const rows = asked(directory, "SELECT handler, ivorn FROM delivery JOIN alert USING (seq) WHERE state = 'running'");
    running.push(...rows.map(({ handler, ivorn }) => `${handler} ${ivorn}`));
  }

  const daemon = start('run');
  await daemon.until('every alert to be acknowledged', () => feed.isDone);
  const linesOf = (handler: string): string[] => {
    const file = join(directory, handler);
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  };
  const archived = (): string[] => filesBelow(join(directory, 'archive'), '.xml');
  await daemon.until('every alert to be archived', () => archived().length >= ALERTS);
  for (const handler of ['count', 'run']) {
    const reached = () => new Set(linesOf(handler).map((line) => line.split(' ')[0])).size;
    await daemon.until(`every alert to reach ${handler}`, () => reached() >= ALERTS);
  }
  await daemon.stop();

  const names = packets.map(nameOf);
  for (const handler of ['count', 'run']) {
    const attempts = linesOf(handler);
    const runs = attempts.map((line) => line.split(' ')[0] ?? '');
    assert.deepEqual([...new Set(runs)].toSorted(), names.toSorted(), `${handler} got what was sent`);
    const repeats = runs.filter((name, index) => runs.indexOf(name) !== index).map((name) => `${handler} ${name}`);
    assert.deepEqual(without(repeats, running), [], `${handler} got something twice that was not running`);
    const untold = attempts.filter((line, index) => runs.indexOf(runs[index] ?? '') < index && line.endsWith(' 1'));
    assert.deepEqual(untold, [], `${handler} was not told that it gets something again`);
  }
  const sent = new Map(packets.map((bytes, index) => [`n${index}.xml`, bytes.toString()]));
  for (const name of archived()) {
    const file = join(directory, 'archive', name);
    assert.equal(readFileSync(file, 'utf8'), sent.get(name.split('/').at(-1) ?? ''), file);
  }
  assert.equal(archived().length, ALERTS);
  assert.deepEqual({ ...asked(directory, 'PRAGMA integrity_check')[0] }, { integrity_check: 'ok' });
  assert.deepEqual(
    asked(directory, 'SELECT handler, state, count(*) AS n FROM delivery GROUP BY 1, 2 ORDER BY 1').map(Object.values),
    HANDLERS.toSorted().map((handler) => [handler, 'done', ALERTS]),
  );
  assert.deepEqual(
    asked(directory, 'SELECT ivorn, packet FROM alert')
      .map(({ ivorn, packet }) => `${ivorn} ${Buffer.from(packet as Uint8Array).toString()}`)
      .toSorted(),
    packets.map((bytes) => `${nameOf(bytes)} ${bytes}`).toSorted(),
  );
});

/** What is left of the one list when each of the other takes one away that is like it. */
function without(list: readonly string[], taken: readonly string[]): string[] {
  const left = [...list];
  for (const one of taken) {
    const index = left.indexOf(one);
    if (index !== -1) left.splice(index, 1);
  }
  return left;
}
