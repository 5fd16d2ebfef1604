import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { limitFiles } from '../support/limits.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG } from './support/effort.ts';
import { Feed, nameOf } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { filesBelow, linesOf } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';
import { mountSmallDisk } from './support/small-disk.ts';

const ALERTS = IS_LONG ? 600 : 120;
const TIMES = IS_LONG ? 5 : 1;
const FULL_MS = 1_500;
const TIMEOUT_MS = IS_LONG ? 900_000 : 90_000;
const HANDLERS = [
  'keep: { plugin: archive, retry: { attempts: 1000, delay: 100ms, maxDelay: 300ms }, with: { directory: ./archive } }',
  'lines: { plugin: exec, concurrency: 4, retry: { attempts: 1000, delay: 100ms, maxDelay: 300ms }, with: { command: [sh, -c, \'echo "$VOEVENT_IVORN" >> ./lines\'] } }',
];
const MISSING = spawnSync('prlimit', ['--version']).error !== undefined && 'prlimit is not installed (util-linux)';

interface Breakage {
  /** Where the journal is; the sandbox when it is not said. */
  readonly directory?: string;
  fill(daemon: Voeventd): void;
  free(daemon: Voeventd): void;
}

/** Lets the disk be full for a while, some times over, under a stream of alerts. */
async function breakDisk(context: TestContext, { directory: disk, fill, free }: Breakage): Promise<void> {
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 20, rate: 60 });
  const pulse = await Pulse.start(context);
  const journal = join(disk ?? directory, 'journal.db');
  const config = configuration({ campus: feed.port, pulse: pulse.port }, HANDLERS, `journal: { path: ${journal} }`);
  write('voeventd.yaml', config);
  const daemon = start('run');

  for (let time = 1; time <= TIMES; time++) {
    const target = (ALERTS / (TIMES + 1)) * time;
    await daemon.until(`${target} acks`, () => feed.acks.size >= target);
    fill(daemon);
    await daemon.logged(/^Cannot write the journal.*Nothing is acknowledged until it can be written/, time);
    const acknowledged = feed.acks.size;
    await answersPromptly(context, pulse, async () => void (await setTimeout(FULL_MS)));
    assert.equal(feed.acks.size, acknowledged, 'something was acknowledged that cannot be on disk');
    free(daemon);
    await daemon.logged(/^The journal can be written again/, time);
  }
  await daemon.until('every alert to be acknowledged', () => feed.isDone);
  const done = () => daemon.log.filter(({ msg }) => /^(?:keep|lines) done/.test(msg)).length;
  await daemon.until('every alert to be handled', () => done() >= 2 * ALERTS);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

  assert.equal(filesBelow(join(directory, 'archive'), '.xml').length, ALERTS);
  assert.deepEqual([...new Set(linesOf(join(directory, 'lines')))].toSorted(), packets.map(nameOf).toSorted());
  assert.deepEqual({ ...asked(dirname(journal), 'PRAGMA integrity_check')[0] }, { integrity_check: 'ok' });
  assert.deepEqual({ ...asked(dirname(journal), 'SELECT count(*) AS n FROM alert')[0] }, { n: ALERTS });
}

test('while no file can grow nothing is acknowledged, iamalives are answered, and all goes on by itself when one can', {
  skip: process.env.CI === 'true' ? false : MISSING,
  timeout: TIMEOUT_MS,
}, async (context) => {
  await breakDisk(context, {
    fill: ({ child }) => limitFiles(child, 0),
    free: ({ child }) => limitFiles(child, undefined),
  });
});

test('while the disk of the journal is full nothing is acknowledged, and all goes on by itself when there is room', {
  timeout: TIMEOUT_MS,
}, async (context) => {
  const disk = mountSmallDisk(context);
  if (disk === undefined) context.skip('nothing can be mounted here: only root may');
  else await breakDisk(context, disk);
});
