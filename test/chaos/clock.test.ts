import assert from 'node:assert/strict';
import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { authenticate, Peer } from '../support/peer.ts';
import { packet } from '../support/play.ts';
import { until } from '../support/wait.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG } from './support/effort.ts';
import { Feed } from './support/feed.ts';
import { filesBelow } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';

const [LIBRARY] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');
const MISSING = LIBRARY === undefined && 'libfaketime is not installed (Debian: faketime)';
const HOUR_S = 3_600;
const JUMPS_S = IS_LONG
  ? Array.from({ length: 40 }, (_, index) => (index % 4 < 2 ? HOUR_S : -HOUR_S))
  : [HOUR_S, -HOUR_S, -HOUR_S, HOUR_S];
const BETWEEN = 10;

test('a clock that is set an hour forth and back ends no connection and keeps no alert, retry or iamalive waiting', {
  skip: process.env.CI === 'true' ? false : MISSING,
  timeout: IS_LONG ? 900_000 : 90_000,
}, async (context) => {
  assert.equal(MISSING, false);
  const { directory, write, startWith } = sandbox(context);
  const packets = Array.from({ length: (JUMPS_S.length + 2) * BETWEEN }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 20, rate: 20 });
  const pulse = await Pulse.start(context);
  const handlers = [
    'keep: { plugin: archive, with: { directory: ./archive, sync: false } }',
    'second: { plugin: exec, concurrency: 8, retry: { attempts: 2, delay: 300ms }, with: { command: [sh, -c, \'[ "$VOEVENT_ATTEMPT" = 2 ]\'] } }',
  ];
  const broadcast = 'broadcast: { listen: "127.0.0.1:0", iamalive: 60s }';
  write('voeventd.yaml', configuration({ campus: feed.port, pulse: pulse.port }, handlers, broadcast));
  const clock = write('clock', '+0');
  const env = {
    ...{ LD_PRELOAD: LIBRARY ?? '', FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_NO_CACHE: '1' },
    ...{ FAKETIME_DONT_FAKE_MONOTONIC: '1', DONT_FAKE_MONOTONIC: '1' },
  };
  const daemon = startWith({ env }, 'run');
  const { address } = await daemon.logged(/^Broadcasting to/);
  const subscriber = await Peer.connect(String(address));
  subscriber.send(authenticate());
  let setTo = 0;
  const handled = () => filesBelow(join(directory, 'archive'), '.xml').length;
  const times = () => daemon.log.map(({ time }) => Date.parse(String(time)));

  await answersPromptly(context, pulse, async (round) => {
    if (round > 0) return;
    for (const [index, jump] of JUMPS_S.entries()) {
      await daemon.until('the next alerts to be handled', () => handled() >= (index + 1) * BETWEEN);
      setTo += jump;
      writeFileSync(clock, `${setTo < 0 ? '' : '+'}${setTo}`);
    }
  });
  await daemon.until('every alert to be handled', () => handled() >= packets.length);
  await daemon.logged(/^second done/, packets.length);
  const last = `#n${packets.length - 1}"`;
  await until(() => subscriber.events.some((event) => event.includes(last)), 'the last alert to be broadcast');
  const spread = Math.max(...times()) - Math.min(...times());
  assert.ok(spread > HOUR_S * 1_000, `its clock went ${spread} ms: it was not set`);
  assert.deepEqual([feed.connections.length, subscriber.ended], [1, false]);
  assert.deepEqual(
    daemon.log.filter(({ msg }) => /^No feed|has gone/.test(msg)),
    [],
  );
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });
});
