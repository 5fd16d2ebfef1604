import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { until } from '../support/wait.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG } from './support/effort.ts';
import { Feed } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { linesOf, peakMebibytes } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';

const ALERTS = IS_LONG ? 600 : 30;
const PRINTED_BYTES = IS_LONG ? 1_000_000_000 : 50_000_000;
/** What takes a whole core is done for one alert alone, each for another: else there is none for the good handler. */
const onlyFor = (alert: number): string => `when: alert.local == "n${alert}", retry: { attempts: 1 }`;
/** Of a delivery to the handler that does what it should. */
const USUAL_MS = 5_000;
const LONGEST_MS = 20_000;
const MOST_MEBIBYTES = 300;

/** Each kind of misbehaviour, and how its first delivery ends in the journal. */
const BAD: Record<string, { readonly handler: string; readonly ends: RegExp }> = {
  hangs: { handler: exec('echo $$ >> ./pids; exec sleep 600'), ends: /^timeout after .*SIG(?:TERM|KILL)/ },
  deaf: {
    handler: exec('echo $$ >> ./pids; trap "" TERM; while :; do sleep 1; done'),
    ends: /^timeout after .*SIGKILL/,
  },
  forks: {
    handler: exec('for n in 1 2 3; do sleep 600 & echo $! >> ./pids; done; echo $$ >> ./pids; wait'),
    ends: /^timeout after .*SIG(?:TERM|KILL)/,
  },
  leaves: { handler: exec('sleep 600 & echo $! >> ./left; exit 0'), ends: /^exit 0/ },
  prints: {
    handler: exec(`head -c ${PRINTED_BYTES} /dev/zero | tr '\\0' x; exit 3`, `30s, ${onlyFor(0)}`),
    ends: /^exited with code 3/,
  },
  killed: { handler: exec('kill -9 $$'), ends: /^killed by SIGKILL/ },
  exits: { handler: exec('exit 137'), ends: /^exited with code 137/ },
  missing: { handler: '{ plugin: exec, with: { command: [./no-such-program] } }', ends: /no-such-program/ },
  spins: { handler: `{ plugin: spins, timeout: 1s, ${onlyFor(5)} }`, ends: /timeout/ },
  dies: { handler: '{ plugin: dies, retry: { attempts: 1 } }', ends: /exited with code 137/ },
  chats: { handler: `{ plugin: chats, timeout: 30s, ${onlyFor(ALERTS / 3)} }`, ends: /^said it all/ },
};

function exec(script: string, timeout = '1s'): string {
  return `{ plugin: exec, timeout: ${timeout}, with: { command: [sh, -c, ${JSON.stringify(script)}], killAfter: 300ms } }`;
}

const PLUGINS = {
  spins: 'export default { async handle() { for (;;); } };',
  dies: 'export default { async handle() { process.exit(137); } };',
  chats: `
const line = 'y'.repeat(1_000) + '\\n';
export default {
  async handle() {
    for (let left = ${PRINTED_BYTES}; left > 0; left -= line.length)
      if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    return 'said it all';
  },
};`,
};

test('whatever a handler does, the one beside it gets every alert promptly, and no process of it is left', {
  timeout: IS_LONG ? 900_000 : 90_000,
}, async (context) => {
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 20, rate: 5 });
  const pulse = await Pulse.start(context);
  mkdirSync(join(directory, 'plugins'));
  for (const [name, source] of Object.entries(PLUGINS)) write(`plugins/${name}.mjs`, source);
  const goodOne = exec('echo "$VOEVENT_RECEIVED_AT $(date +%s%3N) $VOEVENT_IVORN" >> ./good', '60s');
  const handlers = [`good: ${goodOne}`, ...Object.entries(BAD).map(([name, { handler }]) => `${name}: ${handler}`)];
  write('voeventd.yaml', configuration({ campus: feed.port, pulse: pulse.port }, handlers, 'shutdown: 1s'));
  const pids = (file: string): number[] => linesOf(join(directory, file)).map(Number);
  context.after(() => {
    for (const pid of pids('left')) if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL');
  });
  const daemon = start('run');

  const good = (): number => linesOf(join(directory, 'good')).length;
  /** Alert by alert: all of them take longer than anything is waited for. */
  const handled = async (count: number): Promise<void> => {
    for (let had = good(); had < count; had = good()) {
      await daemon.until(`the good one to handle an alert after ${had}`, () => good() > had);
    }
  };
  await answersPromptly(context, pulse, async (round) => await handled(Math.min(ALERTS, (ALERTS / 2) * (round + 1))));
  await handled(ALERTS);
  const others = daemon.log.filter(({ msg }) => msg.startsWith('hangs failed')).length;
  assert.ok(others < ALERTS, `the one that hangs was done with its ${others} alerts when the good one was`);
  for (const name of Object.keys(BAD)) await daemon.logged(new RegExp(`^${name} (?:failed|done)`));
  const mebibytes = peakMebibytes(daemon.child.pid ?? 0);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

  const waits = linesOf(join(directory, 'good'))
    .map((line) => Number(line.split(' ')[1]) - Date.parse(line.split(' ')[0] ?? ''))
    .toSorted((one, other) => one - other);
  const [usual = Number.NaN, longest = Number.NaN] = [waits[Math.floor(waits.length / 2)], waits.at(-1)];
  context.diagnostic(`handled ${usual} ms after reception, ${longest} ms at the most; ${mebibytes.toFixed(0)} MiB`);
  assert.equal(waits.length, ALERTS);
  assert.ok(
    usual <= USUAL_MS && longest <= LONGEST_MS,
    `handled ${usual} ms after reception, ${longest} ms at the most`,
  );
  assert.ok(mebibytes <= MOST_MEBIBYTES, `${mebibytes} MiB`);
  const ended = asked(directory, 'SELECT handler, outcome FROM delivery WHERE outcome IS NOT NULL ORDER BY seq');
  for (const [name, { ends }] of Object.entries(BAD)) {
    assert.match(String(ended.find(({ handler }) => handler === name)?.outcome), ends, name);
  }
  await until(() => pids('pids').every((pid) => !existsSync(`/proc/${pid}`)), 'every process of a handler to be gone');
});
