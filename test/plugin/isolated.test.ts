import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Attempt, AttemptOutcome } from '../../src/dispatch/runner.ts';
import type { Permissions } from '../../src/plugin/api.ts';
import { IsolatedRunner, type IsolatedTimes } from '../../src/plugin/isolated.ts';
import { type RecordedLog, recordedLog, until } from '../dispatch/scripted.ts';
import { SERVICES, sampleAlert } from '../support/plugin-context.ts';

const PLUGINS = join(import.meta.dirname, '../fixtures/plugins');

/** Real processes, but with a grace of a quarter of a second where the daemon gives ten. */
const TIMES: Partial<IsolatedTimes> = { restart: { firstMs: 20, lastMs: 200 }, killAfterMs: 250, closeMs: 1_000 };

interface Setup {
  readonly runner: IsolatedRunner;
  readonly log: RecordedLog;
}

function create(
  test: TestContext,
  file = join(PLUGINS, 'scripted.ts'),
  options: unknown = {},
  allow: Permissions = {},
): Setup {
  const log = recordedLog();
  const runner = new IsolatedRunner(
    { name: 'mount', file, handler: 'slew', options, baseDirectory: '/srv', allow, memoryBytes: 256 * 2 ** 20 },
    log,
    TIMES,
  );
  test.after(() => runner.close());
  return { runner, log };
}

async function started(test: TestContext): Promise<Setup> {
  const setup = create(test);
  assert.deepEqual(await setup.runner.load(), { state: 'configured', defaults: { attempts: 4 } });
  assert.equal(await setup.runner.setup(SERVICES), undefined);
  return setup;
}

let deliveries = 0;

function attempt(deed: string, changes: Partial<Attempt> = {}): Attempt {
  deliveries += 1;
  return {
    alert: sampleAlert({ description: deed }),
    packet: Buffer.from('<voe:VOEvent/>'),
    delivery: `${deliveries}/slew`,
    attempt: 1,
    pretends: false,
    retracts: false,
    signal: new AbortController().signal,
    ...changes,
  };
}

const failed = (reason: string, retryable = true, afterMs?: number): AttemptOutcome => ({
  state: 'failed',
  reason,
  retryable,
  afterMs,
});

const done = (detail: string): AttemptOutcome => ({ state: 'done', detail });

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function pidOf(runner: IsolatedRunner): Promise<number> {
  const outcome = await runner.run(attempt('pid'));
  assert.equal(outcome.state, 'done');
  return Number(outcome.state === 'done' ? outcome.detail : Number.NaN);
}

function put(test: TestContext, content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'isolated-test-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'plugin.mjs'), content);
  return join(folder, 'plugin.mjs');
}

describe('a plugin in its own process', () => {
  it('runs one attempt after the other in the same process, and it is not this one', async (test) => {
    const { runner } = await started(test);
    const pid = await pidOf(runner);
    assert.notEqual(pid, process.pid);
    assert.equal(await pidOf(runner), pid);
  });

  it('ends an attempt as its handle does', async (test) => {
    const { runner } = await started(test);
    assert.deepEqual(await runner.run(attempt('return slewed')), done('slewed'));
    assert.deepEqual(await runner.run(attempt('nothing')), done(''));
    assert.deepEqual(await runner.run(attempt('retry')), failed('the mount is busy', true, 1_500));
    assert.deepEqual(await runner.run(attempt('fail')), failed('there is no such filter', false));
    const fault = await runner.run(attempt('throw'));
    assert.match(fault.state === 'failed' ? fault.reason : '', /^x is not a function \(\/.*scripted\.ts:\d+:\d+\)$/);
    const slip = await runner.run(attempt('sentence'));
    assert.match(
      slip.state === 'failed' ? slip.reason : '',
      /^context\.run takes a list of words, .* and got 'sleep 1'/,
    );
  });

  it('cannot change its alert', async (test) => {
    const { runner } = await started(test);
    assert.deepEqual(await runner.run(attempt('frozen')), done('true true true'));
  });

  it('gets the exact bytes, and what its contract promises', async (test) => {
    const { runner } = await started(test);
    const packet = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    assert.deepEqual(await runner.run(attempt('packet', { packet })), done(packet.toString('hex')));
    assert.deepEqual(await runner.run(attempt('packet', { packet: packet.subarray(3, 5) })), done('0304'));
    assert.deepEqual(await runner.run(attempt('attempt', { attempt: 3, delivery: '17/slew' })), done('3 17/slew slew'));
  });

  it('reads the document itself from the packet when the plugin asks for it', async (test) => {
    const file = put(
      test,
      'export default { handle: (alert) => JSON.stringify(alert.raw) + Object.keys(alert).at(-1) }',
    );
    const { runner } = create(test, file);
    await runner.load();
    await runner.setup(SERVICES);
    const voevent = '<?xml version="1.0" encoding="ISO-8859-1"?><VOEvent note="\u00e9"/>';
    const latin = await runner.run(attempt('', { packet: Buffer.from(voevent, 'latin1') }));
    assert.deepEqual(latin, done(`${JSON.stringify(voevent)}raw`));
    const json = { event: { skymap: 'x'.repeat(100_000) } };
    const alert = sampleAlert({ format: 'igwn', raw: json });
    const gw = await runner.run(attempt('', { alert, packet: Buffer.from(JSON.stringify(json)) }));
    assert.ok(gw.state === 'done' && gw.detail.includes('x'.repeat(1_000)));
  });

  it('runs several at once, each with its own outcome', async (test) => {
    const { runner } = await started(test);
    const waiting = new AbortController();
    const slow = runner.run(attempt('wait', { signal: waiting.signal }));
    const quick = await Promise.all(['a', 'b', 'c'].map((text) => runner.run(attempt(`return ${text}`))));
    assert.deepEqual(quick, ['a', 'b', 'c'].map(done));
    waiting.abort(new DOMException('too slow', 'TimeoutError'));
    assert.deepEqual(await slow, failed('timeout: parked'));
  });

  it('writes to the log: lines with fields, console.log, console.error', async (test) => {
    const { runner, log } = await started(test);
    await runner.run(attempt('log', { delivery: '17/slew' }));
    const has = (message: string) => log.lines.find((line) => line.message === message);
    await until(() => has('to stdout') !== undefined && has('to stderr') !== undefined, 'the output');
    const fields = { delivery: '17/slew', ivorn: sampleAlert().ivorn };
    assert.deepEqual(has('debugging'), { level: 'debug', message: 'debugging', fields });
    assert.deepEqual(has('clouds'), { level: 'warn', message: 'clouds', fields: { ...fields, cover: 0.8 } });
    assert.equal(has('to stdout')?.level, 'info');
    assert.equal(has('to stderr')?.level, 'warn');
    // What cannot leave the process does not make the attempt fail.
    assert.match(JSON.stringify(has('odd fields')?.fields), /callback.*Symbol\(s\)/);
  });

  it('keeps with each attempt what that attempt printed and logged, in order, whatever runs beside it', async (test) => {
    const source = `export default { async handle({ local }, { log }) {
      for (const step of ['begin', 'end']) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        console.log(local, step);
        log.info(local + ' logged');
      }
      console.error(local, 'over');
    } };`;
    const { runner } = create(test, put(test, source));
    await runner.load();
    await runner.setup(SERVICES);
    const run = (local: string) => runner.run(attempt('', { alert: sampleAlert({ local }) }));
    const [a, b] = await Promise.all([run('a'), run('b')]);
    assert.equal(a.output, 'a begin\na logged\na end\na logged\na over');
    assert.equal(b.output, a.output?.replaceAll('a ', 'b '));
    assert.equal((await runner.run(attempt('', { pretends: true }))).output, undefined);
  });

  it('is told what others have failed at', async (test) => {
    const source =
      'export default { handle: (_, context) => JSON.stringify([context.because, "because" in context]) };';
    const { runner } = create(test, put(test, source));
    await runner.load();
    await runner.setup(SERVICES);
    const because = [{ handler: 'slew', outcome: 'stuck', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' }];
    assert.deepEqual(await runner.run(attempt('', { because })), done(JSON.stringify([because, true])));
    assert.deepEqual(await runner.run(attempt('')), done('[null,false]'));
  });

  it('is told where people can read about the alert, where that is known', async (test) => {
    const { runner } = create(test, put(test, 'export default { handle: (_, context) => String(context.link) };'));
    await runner.load();
    await runner.setup(SERVICES);
    const link = 'https://alerts.example.org/alerts/0123456789abcdef';
    assert.deepEqual(await runner.run(attempt('', { link })), done(link));
    assert.deepEqual(await runner.run(attempt('')), done('undefined'));
  });

  it('says what it would do, if it can, without doing it', async (test) => {
    const source = (pretend: string) =>
      put(test, `export default { handle: () => { throw new Error('handled'); } ${pretend} };`);
    const pretending = async (pretend: string) => {
      const { runner } = create(test, source(pretend));
      await runner.load();
      await runner.setup(SERVICES);
      return await runner.run(attempt('', { pretends: true }));
    };
    assert.deepEqual(await pretending(", pretend: (alert) => 'point at ' + alert.ra"), done('point at 83.6331'));
    assert.deepEqual(await pretending(''), done('hand the alert to the plugin mount'));
    const failing = ", pretend: (alert, context) => { throw context.fail('no position'); }";
    assert.deepEqual(await pretending(failing), failed('no position', false));
  });

  it('is told why it is to end', async (test) => {
    const { runner } = await started(test);
    const withdrawn = AbortSignal.abort(new Error('the event was retracted by ivo://a/b#1'));
    assert.deepEqual(
      await runner.run(attempt('reason', { signal: withdrawn })),
      done('the event was retracted by ivo://a/b#1'),
    );
  });

  it('has what it says cut where it is longer than anybody reads', async (test) => {
    const { runner } = create(test, put(test, "export default { handle: () => 'x'.repeat(100_000_000) };"));
    await runner.load();
    await runner.setup(SERVICES);
    const outcome = await runner.run(attempt(''));
    assert.ok(outcome.state === 'done' && /^x{262144}…$/.test(outcome.detail));
  });

  it('does not get the channel to the daemon', async (test) => {
    const { runner } = await started(test);
    assert.deepEqual(await runner.run(attempt('channel')), done('undefined'));
  });
});

describe('loading a plugin', () => {
  const typed = `export default {
    attempts: 2,
    config: (z, fields) => z.strictObject({
      exposure: z.number(),
      flats: fields.path(),
      every: fields.duration().default(1000),
      token: fields.secret(),
      target: fields.template(),
    }),
    handle: (alert, { config }) => [config.exposure, config.flats, config.every, config.token.reveal(), config.target.render(alert)].join(' '),
  };`;

  it('checks its options with its schema: zod, and the kinds of our own', async (test) => {
    const options = { exposure: 90, flats: 'flats', every: '2m', token: 'x', target: 'at {alert.ra}' };
    const { runner } = create(test, put(test, typed), options);
    assert.deepEqual(await runner.load(), { state: 'configured', defaults: { attempts: 2 } });
    assert.equal(await runner.setup(SERVICES), undefined);
    assert.deepEqual(await runner.run(attempt('')), done('90 /srv/flats 120000 x at 83.6331'));
  });

  it('refuses options, each with its place and a sentence', async (test) => {
    const options = {
      exposure: '90',
      flats: 'flats',
      every: 5,
      token: { file: 'none' },
      target: '{alert.rra}',
      fliter: 1,
    };
    const { runner } = create(test, put(test, typed), options);
    assert.deepEqual(await runner.load(), {
      state: 'refused',
      problems: [
        { path: ['exposure'], message: 'Expected a number, got "90". Remove the quotes.' },
        { path: ['every'], message: '5 is not a duration. Write a number and a unit, such as 250ms, 30s, 10m or 2h.' },
        { path: ['token'], message: 'Cannot read the secret file /srv/none: no such file or directory (ENOENT).' },
        { path: ['target'], message: '{alert.rra} names no field of an alert (did you mean ra?).' },
        {
          path: [],
          key: 'fliter',
          message: 'There is no option fliter. It may have exposure, flats, every, token, target.',
        },
      ],
    });
  });

  for (const [name, content, reason] of [
    ['throws', "throw new Error('no flats');", /^Cannot load \S+plugin\.mjs: no flats \(\S+plugin\.mjs:1:7\)\.$/],
    ['is no plugin', 'export default 5;', /^The default export of \S+plugin\.mjs is no plugin/],
    ['ends its process', 'process.exit(3);', /^its process exited with code 3$/],
    [
      'crashes its process',
      "setImmediate(() => { throw new Error('late'); }); await new Promise(() => {});",
      /^its process exited with code 1 \(Error: late\)$/,
    ],
    ['has a config that throws', "export default { config() { throw new Error('no z'); }, handle() {} };", /no z/],
  ] as const) {
    it(`says why a plugin cannot be used that ${name}, and leaves it at that`, async (test) => {
      const { runner, log } = create(test, put(test, content));
      const outcome = await runner.load();
      assert.equal(outcome.state, 'broken');
      assert.match(outcome.state === 'broken' ? outcome.reason : '', reason);
      assert.doesNotMatch(log.text(), /started again/);
      await runner.close();
    });
  }

  it('gives a plugin whose file changes while it is loaded what the new one declares', async (test) => {
    const file = put(
      test,
      `import { writeFileSync } from 'node:fs';
       const next = "export default { permissions: { env: ['OBSERVATORY'] }, handle: () => process.env.OBSERVATORY };";
       export default {
         permissions: () => { writeFileSync(import.meta.filename, next); return {}; },
         handle: () => 'the old one',
       };`,
    );
    process.env.OBSERVATORY = 'hill';
    const { runner } = create(test, file, {}, { env: ['OBSERVATORY'], write: [dirname(file)] });
    assert.equal((await runner.load()).state, 'configured');
    assert.equal(await runner.setup(SERVICES), undefined);
    assert.deepEqual(await runner.run(attempt('')), done('hill'));
  });

  it('refuses a plugin that declares something else each time', async (test) => {
    const source = 'export default { permissions: { read: ["/" + process.pid] }, handle() {} };';
    const { runner } = create(test, put(test, source), {}, { read: ['/'] });
    const reason = 'it declares other permissions each time it is loaded';
    assert.deepEqual(await runner.load(), { state: 'broken', reason });
  });

  it('gives up on a plugin that is not loaded in time', async (test) => {
    const log = recordedLog();
    const file = put(test, 'for (;;);');
    const runner = new IsolatedRunner(
      { name: 'mount', file, handler: 'slew', options: {}, baseDirectory: '/', allow: {}, memoryBytes: 256 * 2 ** 20 },
      log,
      {
        loadMs: 500,
      },
    );
    assert.deepEqual(await runner.load(), { state: 'broken', reason: 'it did not answer within 500ms' });
    await runner.close();
  });

  it('says why its setup failed', async (test) => {
    for (const [setup, reason] of [
      ['throw', /^Its setup failed: the mount is off$/],
      ['exit', /^its process exited with code 5$/],
    ] as const) {
      const { runner, log } = create(test, join(PLUGINS, 'scripted.ts'), { setup });
      await runner.load();
      assert.match((await runner.setup(SERVICES)) ?? '', reason);
      await runner.close();
      assert.doesNotMatch(log.text(), /started again/);
    }
  });
});

describe('a plugin whose process dies', () => {
  for (const [deed, reason] of [
    ['exit 3', 'its process exited with code 3'],
    ['crash', 'its process exited with code 1 (Error: no calibration)'],
    ['reject', 'its process exited with code 1 (Error: nobody caught this)'],
  ] as const) {
    it(`fails the attempt and is started again: ${deed}`, async (test) => {
      const { runner, log } = await started(test);
      const pid = await pidOf(runner);
      const { output, ...outcome } = await runner.run(attempt(deed));
      assert.deepEqual(outcome, failed(reason));
      // What Node prints of an error is the last that it printed.
      assert.equal(/Error: /.test(output ?? ''), reason.includes('Error: '), output ?? '');
      assert.notEqual(await pidOf(runner), pid);
      assert.match(log.text(), /^The plugin of slew died: its process exited .*; it is started again in 20ms$/m);
      assert.match(log.text(), /^The plugin of slew runs again$/m);
    });
  }

  for (const deed of ['heap', 'buffers 2000']) {
    it(`because it takes too much memory fails the attempt with that reason, and is started again: ${deed}`, async (test) => {
      const { runner } = await started(test);
      const pid = await pidOf(runner);
      const { output, ...outcome } = await runner.run(attempt(deed));
      assert.deepEqual(outcome, failed('its process used more than 256 MiB (memory: of the handler)'));
      assert.ok(!isAlive(pid));
      assert.notEqual(await pidOf(runner), pid);
    });
  }

  for (const [deed, reason] of [
    ['descriptor 0400000001020304', 'it was killed: to voeventd it wrote what is no message'],
    ['descriptor ffffffff', 'it was killed: to voeventd it wrote a message of 4294967295 bytes, more than 33554432'],
    ...['null', '{"type":"outcome","delivery":"1/slew","outcome":null}', '{"type":"program"}'].map(
      (json) => [`say ${json}`, 'it was killed: it sent a message that voeventd cannot take'] as const,
    ),
  ] as const) {
    it(`because it writes nonsense to the daemon fails the attempt, and is started again: ${deed}`, async (test) => {
      const { runner } = await started(test);
      const outcome = await runner.run(attempt(deed));
      assert.ok(outcome.state === 'failed' && outcome.reason.startsWith(reason), JSON.stringify(outcome));
      assert.deepEqual(await runner.run(attempt('return slewed')), done('slewed'));
    });
  }

  it('is started again later each time, and sooner once it has worked', async (test) => {
    const { runner, log } = await started(test);
    for (let death = 0; death < 5; death++) await runner.run(attempt('exit 1'));
    await pidOf(runner);
    await runner.run(attempt('exit 1'));
    const waits = [...log.text().matchAll(/started again in (\d+)ms/g)].map(([, ms]) => Number(ms));
    assert.deepEqual(waits, [20, 40, 80, 160, 200, 20]);
  });

  it('is tried again until its setup works, and what is to be run waits so long', async (test) => {
    const file = put(
      test,
      `import { existsSync } from 'node:fs';
       export default {
         setup() { if (existsSync(import.meta.dirname + '/off')) throw new Error('the mount is off'); },
         handle(alert) { if (alert.description === 'exit') process.exit(1); return 'well'; },
       };`,
    );
    const off = join(dirname(file), 'off');
    const { runner, log } = create(test, file);
    await runner.load();
    await runner.setup(SERVICES);
    writeFileSync(off, '');
    await runner.run(attempt('exit'));
    const expired = AbortSignal.abort(new DOMException('too slow', 'TimeoutError'));
    await until(() => log.text().includes('the mount is off; it is started again'), 'the setup to fail');
    const early = await runner.run(attempt('', { signal: expired }));
    assert.match(early.state === 'failed' ? early.reason : '', /^timeout: the plugin was not ready in time \(.*\)$/);
    const waiting = runner.run(attempt(''));
    rmSync(off);
    assert.deepEqual(await waiting, done('well'));
  });

  it('is not noticed by the plugin of another handler', async (test) => {
    const [one, other] = await Promise.all([started(test), started(test)]);
    const pid = await pidOf(other.runner);
    await one.runner.run(attempt('crash'));
    assert.equal(await pidOf(other.runner), pid);
    assert.doesNotMatch(other.log.text(), /died/);
  });
});

describe('a plugin that does not heed its signal', () => {
  it('is killed after the deadline and its grace, and the next attempt runs in a new process', async (test) => {
    const { runner } = await started(test);
    const pid = await pidOf(runner);
    const before = performance.now();
    const outcome = await runner.run(attempt('loop', { signal: AbortSignal.timeout(50) }));
    assert.deepEqual(outcome, failed('timeout: it did not end when told to, so its process was killed'));
    const tookMs = performance.now() - before;
    assert.ok(tookMs >= 290 && tookMs < 5_000, `took ${tookMs} ms`);
    // At once, as a lane does: the attempt must not go to the process that is being killed.
    assert.deepEqual(await runner.run(attempt('return slewed')), done('slewed'));
    assert.ok(!isAlive(pid));
  });

  it('is killed too when it goes on with other things, and never comes back', async (test) => {
    const { runner, log } = await started(test);
    const signal = AbortSignal.timeout(50);
    const outcome = await runner.run(attempt('idle', { signal }));
    assert.deepEqual(outcome, failed('timeout: it did not end when told to, so its process was killed'));
    assert.deepEqual(await runner.run(attempt('return alive')), done('alive'));
    assert.ok(log.lines.some(({ message }) => /died: timeout/.test(message)));
  });

  it('that heeds it is not killed', async (test) => {
    const { runner } = await started(test);
    const pid = await pidOf(runner);
    const outcome = await runner.run(attempt('wait', { signal: AbortSignal.timeout(50) }));
    assert.deepEqual(outcome, failed('timeout: parked'));
    assert.equal(await pidOf(runner), pid);
  });
});

describe('the output of a plugin', () => {
  for (const [deed, result] of [
    ['shout 300', 'shouted'],
    ['drone 300', 'droned'],
  ] as const) {
    it(`of 300 MB is read and thrown away, and little of it is kept: ${deed}`, async (test) => {
      const { runner, log } = await started(test);
      global.gc?.();
      const before = process.memoryUsage.rss();
      const { output = '', ...outcome } = await runner.run(attempt(deed));
      assert.deepEqual(outcome, done(result));
      assert.ok(output.length > 1_000 && output.length <= 4_100, `${output.length}`);
      const grownMb = (process.memoryUsage.rss() - before) / 1_048_576;
      assert.ok(grownMb < 150, `grew by ${Math.round(grownMb)} MB`);
      await runner.close();
      assert.ok(log.lines.length < 3_000, `${log.lines.length} lines`);
      assert.ok(log.lines.every(({ message }) => message.length < 4_200));
      if (deed.startsWith('shout'))
        assert.match(log.text(), /^\(\d+ more lines were not logged: the limit is 100 a second\)$/m);
    });
  }

  it('through its log is bounded too', async (test) => {
    const { runner, log } = await started(test);
    const { output, ...outcome } = await runner.run(attempt('chatter 5000'));
    assert.deepEqual(outcome, done(''));
    assert.match(output ?? '', /\nline 4999$/);
    await runner.close();
    assert.ok(log.lines.length < 1_500, `${log.lines.length} lines`);
    assert.match(log.text(), /more lines were not logged/);
  });
});

describe('close', () => {
  it('ends the process when the plugin has closed, and its last words are in the log', async (test) => {
    const { runner, log } = await started(test);
    const pid = await pidOf(runner);
    await runner.close();
    assert.ok(!isAlive(pid));
    assert.match(log.text(), /^closed$/m);
    assert.doesNotMatch(log.text(), /died/);
  });

  it('ends a process that is stuck', async (test) => {
    const { runner } = await started(test);
    const pid = await pidOf(runner);
    void runner.run(attempt('loop'));
    await runner.close();
    assert.ok(!isAlive(pid));
  });

  it('may come before the plugin was loaded, while it is started again, and twice', async (test) => {
    await create(test).runner.close();
    const { runner } = await started(test);
    await runner.run(attempt('exit 1'));
    await runner.close();
    await runner.close();
  });
});

describe('signals that reach the whole group', () => {
  it('do not end a plugin: the daemon does', async (test) => {
    const { runner } = await started(test);
    const pid = await pidOf(runner);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    assert.equal(await pidOf(runner), pid);
  });
});

describe('when the daemon is killed', () => {
  const kill = async (test: TestContext, deed: string) => {
    const parent = spawn(process.execPath, [join(PLUGINS, 'lone-parent.ts'), deed], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    test.after(() => parent.kill('SIGKILL'));
    let output = '';
    parent.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await until(() => output.includes('\n'), 'the plugin to run');
    const pid = Number(output);
    assert.ok(isAlive(pid));
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the plugin to end');
  };

  it('its plugins end by themselves, though they hold something open', async (test) => {
    await kill(test, 'nothing');
  });

  it('even a plugin in an endless loop ends', async (test) => {
    await kill(test, 'loop');
  });
});
