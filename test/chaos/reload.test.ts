import assert from 'node:assert/strict';
import { mkdirSync, renameSync } from 'node:fs';
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

test('under a storm of edits of a plugin, some of which cannot be used, every alert is handled once', {
  timeout: IS_LONG ? 900_000 : 90_000,
}, async (context) => {
  context.diagnostic(`seed ${SEED}`);
  const random = new Random('edits');
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 10, rate: 20 });
  mkdirSync(join(directory, 'plugins'));
  const good = (edition: number) => `import { appendFileSync } from 'node:fs';
export default {
  permissions: { write: ['./handled'] },
  handle: ({ ivorn }) => { appendFileSync('./handled', ivorn + '\\n'); return 'edition ${edition}'; },
};
`;
  const BROKEN = [
    'export default {',
    'process.exit(1);',
    "export default { setup() { throw new Error('no'); }, handle() {} };",
  ];
  write('plugins/edited.ts', good(0));
  write(
    'voeventd.yaml',
    configuration({ campus: feed.port }, ['edited: { plugin: edited, allow: { write: [./handled] } }']),
  );
  const daemon = start('run');
  await daemon.logged(/voeventd .* runs/);
  const handled = () => linesOf(join(directory, 'handled'));
  let edits = 0;
  while (handled().length < ALERTS) {
    edits += 1;
    const broken = random.below(3) === 0 ? BROKEN[random.below(BROKEN.length)] : undefined;
    const file = write(`plugins/.edited.${edits}`, broken ?? good(edits));
    renameSync(file, join(directory, 'plugins/edited.ts'));
    // Sooner and later than it takes to notice it.
    await setTimeout(random.below(600));
    assert.equal(daemon.child.exitCode, null);
    assert.deepEqual(
      daemon.log.filter(({ msg }) => /^edited failed/.test(msg)).map(({ msg }) => msg),
      [],
    );
  }
  write('plugins/edited.ts', good(-1));
  await daemon.logged(/^The plugin edited has changed: edited runs/);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  const taken = daemon.log.filter(({ msg }) => /^The plugin edited has changed: edited runs/.test(msg)).length;
  const refused = daemon.log.filter(({ msg }) => /^The plugin edited has changed, and/.test(msg)).length;
  context.diagnostic(`${edits} edits, ${taken} taken up, ${refused} refused`);
  assert.deepEqual(handled(), packets.map(nameOf));
  assert.deepEqual(asked(directory, 'SELECT state, count(*) AS n FROM delivery GROUP BY 1').map(Object.values), [
    ['done', ALERTS],
  ]);
});
