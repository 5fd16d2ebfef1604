import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Attempt } from '../../src/dispatch/runner.ts';
import type { Context, Plugin } from '../../src/plugin/api.ts';
import { failureOf, GRACE_MS, runAttempt } from '../../src/plugin/context.ts';
import { PluginFailure } from '../../src/plugin/failure.ts';
import { createInProcessRunner } from '../../src/plugin/in-process.ts';
import { RetractingRunner } from '../../src/plugin/retracting.ts';
import { DONE, recordedLog, ScriptedRunner, settle } from '../dispatch/scripted.ts';
import { SERVICES, sampleAlert } from '../support/plugin-context.ts';

const attempt = (changes: Partial<Attempt> = {}): Attempt => ({
  alert: sampleAlert(),
  packet: Buffer.from('<voe:VOEvent/>'),
  delivery: '17/slew',
  attempt: 2,
  pretends: false,
  retracts: false,
  signal: new AbortController().signal,
  ...changes,
});

const timeout = () => new DOMException('The operation was aborted due to timeout', 'TimeoutError');

function run(handle: Plugin<unknown>['handle'], changes: Partial<Attempt> = {}) {
  const log = recordedLog();
  const outcome = runAttempt(
    {
      name: 'mount',
      plugin: { handle },
      config: { exposure: 90 },
      handler: 'slew',
      log,
      services: { ...SERVICES, fetch },
    },
    attempt(changes),
  );
  return { outcome, log };
}

describe('an attempt', () => {
  it('gives the plugin all that its contract promises', async () => {
    let seen: Context<unknown> | undefined;
    const given = attempt();
    await run((alert, context) => {
      assert.equal(alert, given.alert === alert ? given.alert : alert);
      seen = context;
    }).outcome;
    assert.deepEqual(seen?.config, { exposure: 90 });
    assert.equal(seen?.handler, 'slew');
    assert.equal(seen?.delivery, '17/slew');
    assert.equal(seen?.attempt, 2);
    assert.equal(Buffer.from(seen?.packet ?? []).toString(), '<voe:VOEvent/>');
    assert.equal(seen?.signal.aborted, false);
    assert.equal(seen?.mode, 'live');
    assert.equal(typeof (await seen?.sky(given.alert))?.galacticLatitude, 'number');
    assert.deepEqual(await seen?.journal.thread(given.alert), []);
    await seen?.state.set('seen', [1]);
    assert.deepEqual([await seen?.state.get('seen'), await seen?.state.keys()], [[1], ['seen']]);
    await seen?.state.delete('seen');
  });

  it('names the delivery and the alert in each line the plugin logs', async () => {
    const { outcome, log } = run((_, { log: own }) => own.warn('clouds', { cover: 0.8 }));
    await outcome;
    assert.deepEqual(log.lines, [
      { level: 'warn', message: 'clouds', fields: { delivery: '17/slew', ivorn: sampleAlert().ivorn, cover: 0.8 } },
    ]);
  });

  it('keeps the last that the plugin logged, however it ended', async () => {
    const chatter = (_: unknown, { log, fail }: Context<unknown>) => {
      log.debug('homing');
      log.error('no encoder', { axis: 'dec' });
      throw fail('stuck');
    };
    const stuck = { state: 'failed', reason: 'stuck', retryable: false, afterMs: undefined };
    assert.deepEqual(await run(chatter).outcome, { ...stuck, output: 'homing\nno encoder' });
    const { outcome } = run((_, { log }) => log.info('slewing'));
    assert.deepEqual(await outcome, { state: 'done', detail: '', output: 'slewing' });
  });

  it('is done when handle returns, with the sentence it returned', async () => {
    assert.deepEqual(await run(() => 'slewed').outcome, { state: 'done', detail: 'slewed' });
    assert.deepEqual(await run(async () => 'slewed').outcome, { state: 'done', detail: 'slewed' });
    assert.deepEqual(await run(() => {}).outcome, { state: 'done', detail: '' });
    assert.deepEqual(await run((() => 5) as never).outcome, { state: 'done', detail: '' });
  });

  it('has failed as the plugin says: retry, fail, or any other throw', async () => {
    const failed = (reason: string, retryable: boolean, afterMs?: number) => ({
      state: 'failed',
      reason,
      retryable,
      afterMs,
    });
    assert.deepEqual(
      await run((_, { retry }) => {
        throw retry('busy', { afterMs: 500 });
      }).outcome,
      failed('busy', true, 500),
    );
    assert.deepEqual(
      await run(async (_, { fail }) => {
        throw fail('no such filter');
      }).outcome,
      failed('no such filter', false),
    );
    // A fault of its code, and where it is.
    const fault = await run(() => {
      throw new TypeError('x is not a function');
    }).outcome;
    assert.match(
      fault.state === 'failed' ? fault.reason : '',
      /^x is not a function \(\/.*context\.test\.ts:\d+:\d+\)$/,
    );
    // `return` where `throw` is meant.
    assert.deepEqual(
      await run((_, { fail }) => fail('no such filter') as never).outcome,
      failed('no such filter', false),
    );
    assert.deepEqual(
      await run(() => {
        throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
      }).outcome,
      failed('connection refused: nothing listens there (ECONNREFUSED)', true),
    );
    for (const thrown of ['a string', undefined, null, 5]) {
      assert.deepEqual(
        await run(() => {
          throw thrown;
        }).outcome,
        failed(String(thrown), true),
      );
    }
  });
});

describe('an attempt that pretends', () => {
  const pretending = (plugin: Partial<Plugin<unknown>>) => {
    const handle = () => {
      throw new Error('it was handled');
    };
    const configured = {
      name: 'mount',
      plugin: { handle, ...plugin },
      config: {},
      handler: 'slew',
      log: recordedLog(),
      services: { ...SERVICES, fetch },
    };
    return runAttempt(configured, attempt({ pretends: true }));
  };

  it('says what the plugin would do, and does not call handle', async () => {
    const said = await pretending({ pretend: (alert) => `point at ${alert.ra}` });
    assert.deepEqual(said, { state: 'done', detail: 'point at 83.6331' });
  });

  it('says so much of a plugin that does not say', async () => {
    const unknown = { state: 'done', detail: 'hand the alert to the plugin mount' };
    assert.deepEqual(await pretending({}), unknown);
    assert.deepEqual(await pretending({ pretend: async () => '' }), unknown);
    assert.deepEqual(await pretending({ pretend: () => 5 as never }), unknown);
  });

  it('fails as handle would', async () => {
    const outcome = await pretending({
      pretend: (_, { fail }) => {
        throw fail('the alert has no position');
      },
    });
    assert.deepEqual(outcome, {
      ...{ state: 'failed', reason: 'the alert has no position', retryable: false, afterMs: undefined },
    });
  });
});

describe('a handler with options for retractions', () => {
  it('is run with them for what retracts, and has none for it when the file has none any more', async () => {
    const [usual, undoing] = [new ScriptedRunner(() => DONE), new ScriptedRunner(() => DONE)];
    const both = new RetractingRunner(usual, undoing);
    await both.run(attempt());
    await both.run(attempt({ retracts: true }));
    assert.deepEqual([usual.began.length, undoing.began.length], [1, 1]);
    await both.close();
    assert.deepEqual([usual.closed, undoing.closed], [1, 1]);
    const one = new RetractingRunner(usual, undefined);
    assert.deepEqual(await one.run(attempt({ retracts: true })), {
      state: 'failed',
      reason: 'it retracts, and the handler has no retraction options any more',
      ...{ retryable: false, afterMs: undefined },
    });
    assert.equal(usual.began.length, 1);
    await one.close();
  });
});

describe('a plugin that outlives its signal', () => {
  const never = () => new Promise<never>(() => {});

  it('is given up when the grace is over, not before, and may be tried again', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const controller = new AbortController();
    let outcome: unknown;
    void run(never, { signal: controller.signal }).outcome.then((ended) => {
      outcome = ended;
    });
    test.mock.timers.tick(GRACE_MS * 10);
    await settle();
    assert.equal(outcome, undefined);
    controller.abort(timeout());
    test.mock.timers.tick(GRACE_MS - 1);
    await settle();
    assert.equal(outcome, undefined);
    test.mock.timers.tick(1);
    await settle();
    assert.deepEqual(outcome, {
      state: 'failed',
      reason: 'timeout: it did not end when told to',
      retryable: true,
      afterMs: undefined,
    });
  });

  it('is given up too when the signal had aborted before it began', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const { outcome } = run(never, { signal: AbortSignal.abort(new Error('voeventd stops')) });
    test.mock.timers.tick(GRACE_MS);
    assert.deepEqual(await outcome, {
      state: 'failed',
      reason: 'it did not end when told to',
      retryable: true,
      afterMs: undefined,
    });
  });

  it('counts as it ended when it ends within the grace', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const controller = new AbortController();
    const slow = (_: unknown, { signal }: Context<unknown>) =>
      new Promise<string>((resolve) =>
        signal.addEventListener('abort', () => setTimeout(resolve, GRACE_MS - 1, 'parked')),
      );
    const { outcome } = run(slow, { signal: controller.signal });
    await settle();
    controller.abort(timeout());
    test.mock.timers.tick(GRACE_MS - 1);
    assert.deepEqual(await outcome, { state: 'done', detail: 'parked' });
  });

  it('leaves no timer and no listener behind when it ends in time', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const { signal } = new AbortController();
    let listeners = 0;
    test.mock.method(signal, 'addEventListener', () => listeners++);
    test.mock.method(signal, 'removeEventListener', () => listeners--);
    await run(() => {}, { signal }).outcome;
    assert.equal(listeners, 0);
  });
});

describe('failureOf', () => {
  const running = new AbortController().signal;

  it('says that it was a timeout, once', () => {
    const timedOut = AbortSignal.abort(timeout());
    const reason = (thrown: unknown, signal: AbortSignal) => {
      const outcome = failureOf(thrown, signal);
      return outcome.state === 'failed' ? outcome.reason : undefined;
    };
    assert.equal(reason(new Error('exit code 1'), timedOut), 'timeout: exit code 1');
    assert.equal(reason(new PluginFailure('the dome is slow', false), timedOut), 'timeout: the dome is slow');
    for (const own of ['timed out after 30s', 'The operation was aborted due to timeout', 'time-out']) {
      assert.equal(reason(new Error(own), timedOut), own);
    }
    assert.equal(reason(new Error('exit code 1'), running), 'exit code 1');
    assert.equal(reason(new Error('exit code 1'), AbortSignal.abort(new Error('voeventd stops'))), 'exit code 1');
  });
});

describe('a built-in plugin', () => {
  it('can run a program, whose output goes to the log and whose end it is told', async () => {
    const { outcome, log } = run(async (_, context) => {
      const ending = await context.run(['/bin/sh', '-c', 'cat; echo trouble >&2; exit 3'], {
        input: Buffer.from('hello\n'),
      });
      return `${ending.kind === 'exit' ? ending.code : ending.kind}, ${ending.output.stderr.tail.trim()}`;
    });
    const ended = await outcome;
    assert.equal(ended.state === 'done' && ended.detail, '3, trouble');
    const lines = log.lines.map(({ level, message, fields }) => `${level} ${fields.stream}: ${message}`);
    assert.deepEqual(lines.toSorted(), ['info stdout: hello', 'warn stderr: trouble']);
  });

  it('is set up before and closed after, and a setup that throws stops it', async () => {
    const calls: string[] = [];
    const plugin: Plugin<unknown> = {
      setup: ({ config }) => void calls.push(`setup ${JSON.stringify(config)}`),
      handle: () => void calls.push('handle'),
      close: ({ config }) => void calls.push(`close ${JSON.stringify(config)}`),
    };
    const runner = await createInProcessRunner({
      name: 'mount',
      plugin,
      config: { a: 1 },
      handler: 'slew',
      log: recordedLog(),
      services: { ...SERVICES, fetch },
    });
    await runner.run(attempt());
    await runner.close();
    assert.deepEqual(calls, ['setup {"a":1}', 'handle', 'close {"a":1}']);
    const refusing: Plugin<unknown> = { ...plugin, setup: () => Promise.reject(new Error('no mount')) };
    await assert.rejects(
      createInProcessRunner({
        name: 'mount',
        plugin: refusing,
        config: {},
        handler: 'slew',
        log: recordedLog(),
        services: { ...SERVICES, fetch },
      }),
      /no mount/,
    );
  });
});
