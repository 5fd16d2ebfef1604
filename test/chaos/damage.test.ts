import assert from 'node:assert/strict';
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox, type Voeventd } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG, Random, SEED } from './support/effort.ts';
import { Feed, nameOf } from './support/feed.ts';
import { filesBelow } from './support/process.ts';

const ROUNDS = IS_LONG ? 60 : 8;
const ALERTS = 20;
const PAGE = 4_096;
const FLIPPED_BITS = 40;

const KINDS = ['flip bits', 'cut it off', 'write pages over', 'write pages over while it is used'] as const;

/** Damages the file, somewhere behind its first page or in it. */
function damage(file: string, kind: (typeof KINDS)[number], random: Random): void {
  const handle = openSync(file, 'r+');
  const { size } = fstatSync(handle);
  if (kind === 'cut it off') ftruncateSync(handle, random.below(size));
  else if (kind === 'flip bits') {
    for (let bit = 0; bit < FLIPPED_BITS; bit++) {
      const at = random.below(size);
      const byte = Buffer.alloc(1);
      readSync(handle, byte, 0, 1, at);
      writeSync(handle, Buffer.from([(byte[0] ?? 0) ^ (1 << random.below(8))]), 0, 1, at);
    }
  } else {
    for (let page = 0; page < 3; page++)
      writeSync(handle, random.bytes(PAGE), 0, PAGE, PAGE * random.below(size / PAGE));
  }
  closeSync(handle);
}

test('whatever happens to the journal’s file, the daemon starts, acknowledges, and handles what comes', {
  timeout: IS_LONG ? 900_000 : 120_000,
}, async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = new Random('damage');
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS * (2 * ROUNDS + 1) }, (_, index) => packet(`n${index}-`));
  const feed = await Feed.start(context, packets, { window: 10, rate: 60 });
  const handlers = ['keep: { plugin: archive, with: { directory: ./archive } }'];
  write('voeventd.yaml', configuration({ campus: feed.port }, handlers));
  const journal = join(directory, 'journal.db');
  let target = 0;
  let noticed = 0;
  const acknowledged = (daemon: Voeventd): Promise<void> => {
    target += ALERTS;
    return daemon.until(`${target} acks`, () => feed.acks.size >= target);
  };
  for (let round = 0; round < ROUNDS; round++) {
    const kind = KINDS[round % KINDS.length] ?? 'flip bits';
    const daemon = start('run');
    await acknowledged(daemon);
    if (kind === 'write pages over while it is used') {
      damage(journal, kind, random);
      // It may take another one meanwhile.
      await acknowledged(daemon);
      await daemon.stop('SIGKILL');
    } else {
      await daemon.stop(random.below(2) === 0 ? 'SIGKILL' : 'SIGTERM');
      // Else SQLite mends the file with what its log has.
      for (const suffix of ['-wal', '-shm']) rmSync(`${journal}${suffix}`, { force: true });
      damage(journal, kind, random);
    }
    noticed += daemon.log.filter(({ msg }) => /^The journal .* is damaged/.test(msg)).length;
  }
  const daemon = start('run');
  await daemon.logged(/^voeventd .* runs/);
  const before = new Set(feed.acks.keys());
  await daemon.until('every alert to be acknowledged', () => feed.isDone);
  const names = filesBelow(join(directory, 'archive'), '.xml');
  const last = packets.map(nameOf).filter((name) => !before.has(name));
  assert.ok(last.length > 0);
  const isArchived = (name: string): boolean => names.some((file) => file.endsWith(`/${name.split('#')[1]}.xml`));
  await daemon.until('all that came last to be archived', () => {
    names.splice(0, names.length, ...filesBelow(join(directory, 'archive'), '.xml'));
    return last.every(isArchived);
  });
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assert.ok(noticed > 0, 'no damage was ever noticed');
});
