import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { sandbox } from '../support/executable.ts';
import { transport } from '../support/packets.ts';
import { ackFor, authenticate, Peer } from '../support/peer.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG, SOAK_MINUTES } from './support/effort.ts';
import { Feed, nameOf } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { residentMebibytes } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';

/** What a day brings at one a second. */
const ALERTS = 86_400;
const SAMPLE_MS = 1_000;
/** Memory may grow by so much from the second third of the time to the last. */
const MOST_GROWTH_MEBIBYTES = 15;

const PLUGIN = 'export default { async handle(alert) { return alert.ivorn; } };';

test('a day of alerts in a few minutes takes no more memory at its end than in its middle', {
  skip: IS_LONG ? false : 'it takes minutes: npm run chaos',
  timeout: (SOAK_MINUTES + 10) * 60_000,
}, async (context) => {
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 200, rate: ALERTS / (SOAK_MINUTES * 60) });
  const pulse = await Pulse.start(context);
  mkdirSync(join(directory, 'plugins'));
  write('plugins/reads.mjs', PLUGIN);
  const handlers = [
    'keep: { plugin: archive, with: { directory: ./archive, sync: false } }',
    'reads: { plugin: reads }',
    `slews: { plugin: exec, when: 'alert.local.endsWith("00")', with: { command: ["true"] } }`,
  ];
  write(
    'voeventd.yaml',
    configuration({ campus: feed.port, pulse: pulse.port }, handlers, 'broadcast: { listen: "127.0.0.1:0" }'),
  );
  const daemon = start('run');
  const { address } = await daemon.logged(/^Broadcasting to/);
  const subscriber = await Peer.connect(String(address));
  let isBroadcast = false;
  subscriber.send(authenticate());
  subscriber.socket.on('data', () => {
    if (subscriber.messages.splice(0).some((message) => message.includes('role="iamalive"'))) {
      subscriber.send(transport('iamalive'));
    }
    const names = subscriber.events.splice(0).map(nameOf);
    isBroadcast ||= names.includes(nameOf(packets.at(-1) ?? Buffer.alloc(0)));
    if (names.length > 0) subscriber.send(...names.map(ackFor));
  });

  let handled = 0;
  const mebibytes: number[] = [];
  await answersPromptly(context, pulse, async () => {
    while (!feed.isDone || handled < 2 * ALERTS) {
      await setTimeout(SAMPLE_MS);
      mebibytes.push(residentMebibytes(daemon.child.pid ?? 0));
      // A day of log lines is nothing to keep here.
      handled += daemon.lines.splice(0).filter((line) => /"msg":"(?:keep|reads) done/.test(line)).length;
    }
    // Where it is measured again, a moment of it.
    await setTimeout(SAMPLE_MS);
  });
  assert.equal(subscriber.ended, false);
  const third = Math.floor(mebibytes.length / 3);
  const [middle, end] = [median(mebibytes.slice(third, 2 * third)), median(mebibytes.slice(-third))];
  context.diagnostic(
    `${middle.toFixed(0)} MiB in the middle, ${end.toFixed(0)} MiB at the end, ${mebibytes.length} samples`,
  );
  await daemon.until('the last alert to be broadcast', () => isBroadcast);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
  assert.ok(end - middle <= MOST_GROWTH_MEBIBYTES, `${middle} MiB in the middle, ${end} MiB at the end`);
  assert.deepEqual(
    asked(directory, 'SELECT handler, count(*) AS n FROM delivery GROUP BY 1 ORDER BY 1').map(Object.values),
    [
      ['keep', ALERTS],
      ['reads', ALERTS],
      // n100, n200, …: not the first.
      ['slews', ALERTS / 100 - 1],
    ],
  );
});

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}
