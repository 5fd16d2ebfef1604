import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG, Random, SEED } from './support/effort.ts';
import { Feed, nameOf } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { linesOf } from './support/process.ts';

const ALERTS = IS_LONG ? 600 : 80;
const LONGEST_PAUSE_MS = 40;

test('under a storm of SIGHUPs, with a handler that changes each time, every alert is handled once', {
  timeout: IS_LONG ? 900_000 : 90_000,
}, async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = new Random('reload');
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 10, rate: 60 });
  const exec = (file: string, edition: number) =>
    `{ plugin: exec, with: { command: [sh, -c, 'echo "$VOEVENT_IVORN" >> ./${file}', "${edition}"] } }`;
  const reconfigure = (edition: number) =>
    write(
      'voeventd.yaml',
      configuration({ campus: feed.port }, [`same: ${exec('same', 0)}`, `changes: ${exec('changes', edition)}`]),
    );
  reconfigure(0);
  const daemon = start('run');
  await daemon.logged(/voeventd .* runs/);
  const handled = (file: string) => linesOf(join(directory, file)).length;
  let signals = 0;
  while (!feed.isDone || handled('same') < ALERTS) {
    signals += 1;
    // Now and then one that has to be refused.
    if (random.below(4) === 0) write('voeventd.yaml', 'identity: none');
    else reconfigure(signals);
    daemon.child.kill('SIGHUP');
    await setTimeout(random.below(LONGEST_PAUSE_MS));
    assert.equal(daemon.child.exitCode, null);
  }
  reconfigure(signals + 1);
  daemon.child.kill('SIGHUP');
  await daemon.until('every alert to reach the one that changes', () => handled('changes') >= ALERTS);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

  context.diagnostic(
    `${signals} signals, ${daemon.log.filter(({ msg }) => msg.startsWith('Reloaded')).length} reloads`,
  );
  for (const file of ['same', 'changes']) {
    assert.deepEqual(linesOf(join(directory, file)).toSorted(), packets.map(nameOf).toSorted(), file);
  }
  assert.equal(feed.connections.length, 1, 'a source that did not change stays connected');
  assert.deepEqual(
    asked(directory, 'SELECT handler, state, count(*) AS n FROM delivery GROUP BY 1, 2 ORDER BY 1').map(Object.values),
    ['changes', 'same'].map((handler) => [handler, 'done', ALERTS]),
  );
});
