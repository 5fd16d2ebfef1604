import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'node:test';
import { sandbox } from '../support/executable.ts';
import { packet } from '../support/play.ts';
import { configuration } from './support/configuration.ts';
import { IS_LONG } from './support/effort.ts';
import { Feed } from './support/feed.ts';
import { asked } from './support/journal.ts';
import { peakMebibytes } from './support/process.ts';
import { answersPromptly, Pulse } from './support/pulse.ts';

const ALERTS = IS_LONG ? 400 : 60;
/** Of a delivery to the plugin that does what it should. */
const USUAL_MS = 1_000;
const LONGEST_MS = 15_000;
const MOST_MEBIBYTES = 300;
const MEMORY = '256MiB';

/** What a plugin does with an alert, and how that ends in the journal. */
interface Deed {
  readonly code: string;
  readonly ends: RegExp;
  /** It takes a whole core: it is done for one alert alone. */
  readonly isHeavy?: true;
}

const IMPORTS = `
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, unlinkSync, writeSync } from 'node:fs';
import { connect, createServer } from 'node:net';
`;

const FOR_EVER = 'await new Promise(() => setInterval(() => {}, 1000));';
const DENIED = /: declare permissions\./;

const DEEDS = (journal: string, port: number): Record<string, Deed> => ({
  loops: { code: 'for (;;);', ends: /^timeout: it did not end when told to/, isHeavy: true },
  exits: { code: 'process.exit(3);', ends: /^its process exited with code 3/ },
  aborts: { code: 'process.abort();', ends: /^its process was ended by SIGABRT/ },
  rejects: {
    code: `Promise.reject(new Error('forgotten')); ${FOR_EVER}`,
    ends: /exited with code 1 \(Error: forgotten\)/,
  },
  heap: {
    code: 'const kept = []; for (;;) kept.push(new Array(10_000).fill(0.5));',
    ends: /^its process used more than 256 MiB \(memory: of the handler\)$/,
    isHeavy: true,
  },
  buffers: {
    code: `const kept = []; for (let held = 0; held < 2_000; held += 20) {
      kept.push(Buffer.alloc(20_000_000, 1));
      await new Promise((resolve) => setImmediate(resolve));
    }
    ${FOR_EVER}`,
    ends: /^its process used more than 256 MiB/,
    isHeavy: true,
  },
  passwd: { code: "readFileSync('/etc/passwd');", ends: DENIED },
  deletes: { code: `unlinkSync(${JSON.stringify(journal)});`, ends: DENIED },
  connects: {
    code: `await new Promise((_, reject) => connect(${port}, '127.0.0.1').on('error', reject));`,
    ends: DENIED,
  },
  listens: {
    code: `createServer().listen(0); ${FOR_EVER}`,
    ends: DENIED,
  },
  shell: { code: "spawnSync('sh', ['-c', 'true']);", ends: DENIED },
  forks: {
    code: `let denied;
    for (let child = 0; child < 1_000; child++) try { spawn(process.execPath); } catch (error) { denied = error; }
    throw denied;`,
    ends: DENIED,
  },
  globals: {
    code: `JSON.parse = JSON.stringify = Object.keys = () => { throw new Error('patched'); };
    process.send = process.disconnect = process.exit = process.on = () => {};
    Array.prototype.push = Array.prototype.map = Map.prototype.get = () => undefined;
    globalThis.Promise = globalThis.Buffer = globalThis.setTimeout = undefined;
    return 'patched';`,
    ends: /./,
  },
  scribbles: {
    code: `writeSync(3, Buffer.from('no message at all')); ${FOR_EVER}`,
    ends: /^it was killed: to voeventd it wrote /,
  },
  prints: {
    code: `const line = Buffer.from(('y'.repeat(1_000) + '\\n').repeat(100));
    for (let left = 1e9; left > 0; left -= line.length)
      if (!process.stdout.write(line)) await new Promise((resolve) => process.stdout.once('drain', resolve));
    return 'said it all';`,
    ends: /^said it all$/,
    isHeavy: true,
  },
  logs: {
    code: "for (let line = 0; line < 200_000; line++) context.log.warn('line ' + line);",
    ends: /^$/,
    isHeavy: true,
  },
  says: { code: "return 'y'.repeat(100_000_000);", ends: /^y{1000}/, isHeavy: true },
});

/** Those that never come to an alert, and why. */
const BROKEN: Record<string, { readonly source: string; readonly reason: RegExp }> = {
  leaves: { source: 'process.exit(4);', reason: /Its process exited with code 4/ },
  leavesSetup: {
    source: 'export default { setup: () => process.exit(5), handle() {} };',
    reason: /exited with code 5/,
  },
  throwsSetup: {
    source: "export default { setup() { throw new Error('no dome'); }, handle() {} };",
    reason: /Its setup failed: no dome/,
  },
};

test('whatever a plugin does, the one beside it gets every alert promptly, and acks and the daemon do not suffer', {
  timeout: IS_LONG ? 900_000 : 120_000,
}, async (context) => {
  const { directory, write, start } = sandbox(context);
  const packets = Array.from({ length: ALERTS }, (_, index) => packet(`n${index}`));
  const feed = await Feed.start(context, packets, { window: 20, rate: 5 });
  const pulse = await Pulse.start(context);
  let requests = 0;
  const server = createServer(() => {
    requests += 1;
  }).listen(0, '127.0.0.1');
  context.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const deeds = Object.entries(DEEDS(join(directory, 'journal.db'), (server.address() as AddressInfo).port));
  mkdirSync(join(directory, 'plugins'));
  for (const [name, { code }] of deeds) {
    write(`plugins/${name}.mjs`, `${IMPORTS}\nexport default { async handle(alert, context) {\n${code}\n} };\n`);
  }
  for (const [name, { source }] of Object.entries(BROKEN)) write(`plugins/${name}.mjs`, source);
  write(
    'plugins/good.mjs',
    'export default { handle: ({ receivedAt }) => String(Date.now() - Date.parse(receivedAt)) };',
  );
  const heavy = deeds.filter(([, { isHeavy }]) => isHeavy).map(([name]) => name);
  const handlers = ['good: { plugin: good }'];
  for (const [name, { isHeavy }] of deeds) {
    // One after the other: else there is no processor left for the good one.
    const when = isHeavy
      ? `, when: alert.local == "n${5 + heavy.indexOf(name) * Math.floor((ALERTS - 10) / heavy.length)}"`
      : '';
    handlers.push(
      `${name}: { plugin: ${name}, memory: ${MEMORY}, timeout: ${name === 'prints' ? '60s' : '500ms'}${when} }`,
    );
  }
  for (const name of Object.keys(BROKEN)) handlers.push(`${name}: { plugin: ${name} }`);
  write('voeventd.yaml', configuration({ campus: feed.port, pulse: pulse.port }, handlers, 'shutdown: 1s'));
  const daemon = start('run');
  for (const [name, { reason }] of Object.entries(BROKEN)) {
    assert.match((await daemon.logged(new RegExp(`^The handler ${name} cannot run`))).msg, reason);
  }

  const handled = (): number => daemon.log.filter(({ msg }) => /^good done/.test(msg)).length;
  await answersPromptly(context, pulse, async (round) => {
    const target = Math.min(ALERTS, (ALERTS / 2) * (round + 1));
    await daemon.until(`${target} alerts to be handled`, () => handled() >= target);
  });
  await daemon.until('every alert to be handled', () => handled() >= ALERTS);
  for (const [name] of deeds) await daemon.logged(new RegExp(`^${name} (?:failed|done)`));
  const mebibytes = peakMebibytes(daemon.child.pid ?? 0);
  assert.deepEqual(await daemon.stop(), { code: 0, signal: null });

  const ended = asked(directory, 'SELECT handler, state, outcome FROM delivery WHERE outcome IS NOT NULL ORDER BY seq');
  for (const [name, { ends }] of deeds) {
    assert.match(String(ended.find(({ handler }) => handler === name)?.outcome), ends, name);
  }
  const good = ended.filter(({ handler }) => handler === 'good');
  assert.deepEqual([good.length, new Set(good.map(({ state }) => state))], [ALERTS, new Set(['done'])]);
  const waits = good.map(({ outcome }) => Number(outcome)).toSorted((one, other) => one - other);
  const [usual = Number.NaN, longest = Number.NaN] = [waits[Math.floor(waits.length / 2)], waits.at(-1)];
  context.diagnostic(`handled ${usual} ms after reception, ${longest} ms at the most; ${mebibytes.toFixed(0)} MiB`);
  assert.ok(usual <= USUAL_MS && longest <= LONGEST_MS, `${usual} ms after reception, ${longest} ms at the most`);
  assert.ok(mebibytes <= MOST_MEBIBYTES, `${mebibytes} MiB`);
  assert.equal(requests, 0);
  assert.ok(existsSync(join(directory, 'journal.db')) && readFileSync(join(directory, 'journal.db')).length > 0);
});
