import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Histogram } from '../../src/common/histogram.ts';
import type { DeliveryJournal } from '../../src/dispatch/deliveries.ts';
import { Lane } from '../../src/dispatch/lane.ts';
import { holdTime, offer, pass, restarted, type Setup, START, setUp } from './lane-setup.ts';
import {
  DONE,
  failing,
  laneSettings,
  recordedLog,
  ScriptedRunner,
  settle,
  type TestJournal,
  until,
} from './scripted.ts';

describe('a lane', () => {
  it('runs one after the other, in order, and records each end before the next begins', async (test) => {
    const { journal, runner, lane } = setUp(test);
    lane.start();
    for (const delivery of journal.deliveries(3)) lane.offer(delivery);
    await settle();
    for (const seq of [1, 2, 3]) {
      assert.deepEqual(runner.seqs.at(-1), seq);
      assert.deepEqual(journal.states().slice(0, seq), [...Array(seq - 1).fill('done'), 'running']);
      runner.finish(seq);
      await settle();
    }
    assert.deepEqual(runner.seqs, [1, 2, 3]);
    assert.equal(runner.mostAtOnce, 1);
    assert.deepEqual(journal.rows()[0], {
      seq: 1,
      state: 'done',
      attempts: 1,
      outcome: 'well',
      dueAt: journal.rows()[0]?.dueAt,
    });
    await lane.stop(0);
  });

  for (const [maxAgeMs, state] of [
    [80_000, 'running'],
    [60_000, 'skipped'],
  ] as const) {
    it(`begins nothing while its plugin’s process is started again, and then looks how old it is: ${state}`, async (test) => {
      holdTime(test);
      const setup = setUp(test, { settings: { maxAgeMs } });
      const { journal, runner, lane } = setup;
      runner.ready = Promise.withResolvers();
      lane.start();
      await offer(setup, 1);
      await pass(test, 70_000);
      assert.deepEqual([runner.seqs, journal.states()], [[], ['pending']]);
      runner.recover();
      await settle();
      assert.deepEqual(journal.states(), [state]);
      for (const running of runner.running) running.finish();
      await lane.stop(0);
    });
  }

  it('stops although its plugin’s process is not there', async (test) => {
    const { journal, runner, lane } = setUp(test);
    runner.ready = Promise.withResolvers();
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await lane.stop(0);
    runner.recover();
    await settle();
    assert.deepEqual([runner.seqs, runner.closed], [[], 1]);
  });

  it('hands over the alert, its bytes, the name of the delivery and the number of the attempt', async (test) => {
    const { journal, runner, lane } = setUp(test);
    lane.start();
    const [delivery] = journal.deliveries(1);
    assert.ok(delivery);
    lane.offer(delivery);
    await settle();
    const [running] = runner.running;
    assert.equal(running?.alert, delivery.alert);
    assert.equal(running?.packet, delivery.packet);
    assert.equal(running?.delivery, '1/slew');
    assert.equal(running?.attempt, 1);
    assert.equal(running?.signal.aborted, false);
    running?.finish();
    await lane.stop(0);
  });

  it('runs as many at once as its concurrency says', async (test) => {
    const { journal, runner, lane } = setUp(test, { settings: { concurrency: 3 } });
    lane.start();
    for (const delivery of journal.deliveries(7)) lane.offer(delivery);
    await settle();
    assert.deepEqual(runner.seqs, [1, 2, 3]);
    runner.finish(2);
    await settle();
    assert.deepEqual(runner.seqs, [1, 2, 3, 4]);
    for (const seq of [1, 3, 4, 5, 6, 7]) {
      runner.finish(seq);
      await settle();
    }
    assert.equal(runner.mostAtOnce, 3);
    assert.deepEqual(journal.states(), Array(7).fill('done'));
    await lane.stop(0);
  });

  it('runs what the journal holds from before, ahead of what is new', async (test) => {
    const { journal, runner, lane } = setUp(test, { runner: new ScriptedRunner(() => DONE) });
    journal.deliveries(2);
    const fresh = journal.deliveries(1);
    lane.start();
    for (const delivery of fresh) lane.offer(delivery);
    await settle();
    assert.deepEqual(runner.seqs, [1, 2, 3]);
    await lane.stop(0);
  });

  it('takes nothing for another handler', async (test) => {
    const { journal, runner, lane } = setUp(test, { runner: new ScriptedRunner(() => DONE) });
    journal.deliveries(2, ['chat']);
    lane.start();
    await settle();
    assert.deepEqual(runner.seqs, []);
    assert.deepEqual(journal.states('chat'), ['pending', 'pending']);
    await lane.stop(0);
  });
});

describe('a failed attempt', () => {
  it('is made again after the delay, growing by the factor, until the attempts are used up', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => failing('mount is busy'));
    const { journal, lane, log } = setUp(test, { runner });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await settle();
    assert.deepEqual(journal.rows(), [
      { seq: 1, state: 'retrying', attempts: 1, outcome: 'mount is busy', dueAt: START + 2_000 },
    ]);
    await pass(test, 1_999);
    assert.equal(runner.began.length, 1);
    await pass(test, 1);
    assert.equal(runner.began.length, 2);
    await pass(test, 3_999);
    assert.equal(runner.began.length, 2);
    await pass(test, 1);
    await pass(test, 1_000_000);
    assert.deepEqual(
      runner.began,
      [1, 2, 3].map((attempt) => ({ seq: 1, attempt })),
    );
    const [row] = journal.rows();
    assert.equal(row?.state, 'dead');
    assert.equal(row?.attempts, 3);
    assert.match(
      log.text(),
      /slew failed: mount is busy; attempt 2 of 3 in 2s\n.*attempt 3 of 3 in 4s\n.*\(the last of 3 attempts\)/,
    );
    await lane.stop(0);
  });

  it('ends well when a later attempt does', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(({ attempt }) => (attempt === 1 ? failing('busy') : DONE));
    const { journal, lane } = setUp(test, { runner });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await pass(test, 2_000);
    assert.deepEqual(
      journal.rows().map(({ state, attempts, outcome }) => ({ state, attempts, outcome })),
      [{ state: 'done', attempts: 2, outcome: 'well' }],
    );
    await lane.stop(0);
  });

  it('does not hold up the alerts behind it', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(({ attempt, delivery }) =>
      delivery === '1/slew' && attempt === 1 ? failing('busy') : DONE,
    );
    const { journal, lane } = setUp(test, { runner });
    lane.start();
    for (const delivery of journal.deliveries(3)) lane.offer(delivery);
    await pass(test, 2_000);
    assert.deepEqual(runner.seqs, [1, 2, 3, 1]);
    await lane.stop(0);
  });

  it('is final at once when trying again cannot help', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => failing('there is no such filter', false));
    const { journal, lane, log } = setUp(test, { runner });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await pass(test, 1_000_000);
    assert.equal(runner.began.length, 1);
    assert.deepEqual(
      journal.rows().map(({ state, outcome }) => ({ state, outcome })),
      [{ state: 'dead', outcome: 'there is no such filter' }],
    );
    assert.match(log.text(), /^slew failed: there is no such filter$/m);
    await lane.stop(0);
  });

  it('waits as long as the other side asked', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(({ attempt }) => (attempt === 1 ? failing('429', true, 60_000) : DONE));
    const { journal, lane } = setUp(test, { runner });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await pass(test, 59_999);
    assert.equal(runner.began.length, 1);
    await pass(test, 1);
    assert.deepEqual(journal.states(), ['done']);
    await lane.stop(0);
  });

  it('that is due in more than a timer can hold is waited for, not asked about without end', async (test) => {
    holdTime(test);
    const months = 90 * 86_400_000;
    let looks = 0;
    const runner = new ScriptedRunner(({ attempt }) => (attempt === 1 ? failing('429', true, months) : DONE));
    const { journal, lane } = setUp(test, {
      runner,
      port: (own) =>
        own.port({
          open: (...args) => {
            looks += 1;
            return own.ledger.open(...args);
          },
        }),
    });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    for (let day = 0; day < 89; day++) await pass(test, 86_400_000);
    assert.equal(runner.began.length, 1);
    assert.ok(looks < 20, `looked ${looks} times`);
    await pass(test, 86_400_000);
    await pass(test, 86_400_000);
    assert.deepEqual(journal.states(), ['done']);
    await lane.stop(0);
  });
});

describe('the timeout of a handler', () => {
  it('aborts the attempt with a TimeoutError, and the attempt counts', async (test) => {
    const { journal, runner, lane } = setUp(test, { settings: { timeoutMs: 100 } });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await settle();
    const [running] = runner.running;
    assert.ok(running);
    assert.equal(running.signal.aborted, false);
    await until(() => running.signal.aborted, 'the timeout');
    assert.equal((running.signal.reason as Error).name, 'TimeoutError');
    running.finish(failing('timeout: too slow'));
    await settle();
    assert.deepEqual(
      journal.rows().map(({ state, attempts }) => ({ state, attempts })),
      [{ state: 'retrying', attempts: 1 }],
    );
    await lane.stop(0);
  });

  it('may be longer than a timer can hold', async (test) => {
    const { journal, runner, lane } = setUp(test, { settings: { timeoutMs: 300 * 86_400_000 } });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await settle();
    assert.equal([...runner.running][0]?.signal.aborted, false);
    runner.finish(1);
    await lane.stop(1_000);
    assert.deepEqual(journal.states(), ['done']);
  });
});

describe('maxAge', () => {
  it('is asked when an attempt is due: an alert that grew old while it waited is skipped', async (test) => {
    holdTime(test);
    const { journal, runner, lane, log } = setUp(test, { settings: { maxAgeMs: 60_000 } });
    lane.start();
    for (const delivery of journal.deliveries(3)) lane.offer(delivery);
    await settle();
    await pass(test, 61_000);
    runner.finish(1, failing('busy'));
    await pass(test, 2_000);
    assert.deepEqual(runner.seqs, [1]);
    assert.deepEqual(journal.states(), ['skipped', 'skipped', 'skipped']);
    assert.equal(journal.rows()[1]?.outcome, "it is 1m 1s old, and the handler's maxAge is 1m");
    assert.equal(journal.rows()[1]?.attempts, 0);
    assert.equal(journal.rows()[0]?.attempts, 1);
    assert.match(log.text(), /slew was not run: it is 1m 1s old/);
    await lane.stop(0);
  });

  it('is asked after a restart too, many in a turn and not all', async (test) => {
    holdTime(test);
    const setup = setUp(test);
    setup.journal.deliveries(700);
    await pass(test, 61_000);
    const [fresh] = setup.journal.deliveries(1);
    const runner = new ScriptedRunner(() => DONE);
    const { lane } = restarted(setup, runner, { maxAgeMs: 60_000 });
    lane.start();
    assert.ok(setup.journal.states().includes('pending'), 'others have a turn');
    for (let turn = 0; turn < 5; turn++) await pass(test, 1);
    assert.deepEqual(runner.seqs, [fresh?.seq]);
    assert.deepEqual(setup.journal.states(), [...Array(700).fill('skipped'), 'done']);
    await lane.stop(0);
  });
});

describe('a delivery that is asked for again', () => {
  it('is run however old its alert is, with all its attempts before it', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => failing('busy'));
    const { journal, lane, log } = setUp(test, {
      runner,
      settings: { maxAgeMs: 60_000, retry: { ...laneSettings().retry, attempts: 2 } },
    });
    lane.start();
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await pass(test, 2_000);
    assert.deepEqual(journal.states(), ['dead']);
    await pass(test, 3_600_000);
    journal.askAgain(1);
    lane.recheck();
    await pass(test, 2_000);
    assert.deepEqual(
      runner.began.map(({ attempt }) => attempt),
      [1, 2, 3, 4],
    );
    assert.deepEqual(journal.states(), ['dead']);
    assert.match(log.text(), /attempt 2 of 2 in 2s\n.*the last of 2 attempts\)\n.*attempt 2 of 2 in 2s\n/);
    await lane.stop(0);
  });
});

describe('more deliveries than fit in memory', () => {
  /** A port that counts how many deliveries were loaded and have not ended. */
  function counting(journal: TestJournal, held: { now: number; most: number }): DeliveryJournal {
    return journal.port({
      load: (seq) => {
        held.now += 1;
        held.most = Math.max(held.most, held.now);
        return journal.load(seq);
      },
      end: (seq, handler, end) => {
        held.now -= 1;
        journal.ledger.end(seq, handler, end);
      },
    });
  }

  for (const concurrency of [1, 8]) {
    it(`all run, once and in order, with few of them held: ${concurrency} at once`, async (test) => {
      const held = { now: 0, most: 0 };
      const runner = new ScriptedRunner(() => DONE);
      const { journal, lane } = setUp(test, { runner, settings: { concurrency }, port: (own) => counting(own, held) });
      journal.deliveries(1_000);
      lane.start();
      await until(() => runner.began.length === 1_000, '1000 attempts');
      await settle();
      assert.deepEqual(
        runner.seqs,
        Array.from({ length: 1_000 }, (_, index) => index + 1),
      );
      assert.equal(runner.mostAtOnce, concurrency);
      assert.ok(held.most <= 16 + 2 * concurrency, `held ${held.most}`);
      assert.deepEqual(new Set(journal.states()), new Set(['done']));
      await lane.stop(0);
    });
  }

  it('all run once when they are offered faster than they are run', async (test) => {
    const runner = new ScriptedRunner();
    const { journal, lane } = setUp(test, { runner });
    lane.start();
    for (let batch = 0; batch < 20; batch++) {
      for (const delivery of journal.deliveries(16)) lane.offer(delivery);
      await settle();
    }
    while (runner.running.size > 0) {
      for (const { finish } of runner.running) finish();
      await settle();
    }
    assert.deepEqual(
      runner.seqs,
      Array.from({ length: 320 }, (_, index) => index + 1),
    );
    assert.deepEqual(new Set(journal.states()), new Set(['done']));
    await lane.stop(0);
  });

  it('recorded together, then offered one by one, never run twice', async (test) => {
    // Each offer may make the lane look into the journal, which shows it the rest of the batch too.
    for (const [concurrency, started] of [
      [1, true],
      [4, true],
      [4, false],
    ] as const) {
      const runner = new ScriptedRunner(() => DONE);
      const { journal, lane } = setUp(test, { runner, settings: { concurrency } });
      const early = journal.deliveries(3);
      if (started) lane.start();
      for (const delivery of [...early, ...journal.deliveries(16)]) lane.offer(delivery);
      lane.start();
      await settle();
      await settle();
      assert.deepEqual(
        runner.seqs,
        Array.from({ length: 19 }, (_, index) => index + 1),
      );
      assert.deepEqual(new Set(journal.rows().map(({ attempts }) => attempts)), new Set([1]));
      await lane.stop(0);
    }
  });

  it('that cannot be read any more are dead, and do not stand in the way of the others', async (test) => {
    const runner = new ScriptedRunner(() => DONE);
    const { journal, lane } = setUp(test, {
      runner,
      port: (own) => own.port({ load: (seq) => (seq <= 200 ? undefined : own.load(seq)) }),
    });
    journal.deliveries(201);
    lane.start();
    await until(() => journal.states().at(-1) === 'done', 'the last delivery');
    assert.deepEqual(runner.seqs, [201]);
    assert.deepEqual(journal.states().slice(0, 200), Array(200).fill('dead'));
    assert.equal(journal.rows()[0]?.outcome, 'the alert cannot be read');
    await lane.stop(0);
  });
});

describe('after a crash', () => {
  it('what was running is run again, with the next number of attempt, and what was done is not', async (test) => {
    const { journal, runner, lane } = setUp(test, { settings: { concurrency: 2 } });
    journal.deliveries(4);
    lane.start();
    await settle();
    runner.finish(1);
    await settle();
    assert.deepEqual(journal.states(), ['done', 'running', 'running', 'pending']);
    // The process dies here: nothing of the old lane is heard of again.
    const again = new ScriptedRunner(() => DONE);
    const next = new Lane(laneSettings({ concurrency: 2 }), again, journal.port(), recordedLog(), new Histogram());
    next.start();
    await settle();
    assert.deepEqual(again.began, [
      { seq: 2, attempt: 2 },
      { seq: 3, attempt: 2 },
      { seq: 4, attempt: 1 },
    ]);
    assert.deepEqual(journal.states(), Array(4).fill('done'));
    await next.stop(0);
  });

  it('what waited for its next attempt goes on waiting, and its attempts count on', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => failing('busy'));
    const { journal, lane } = setUp(test, {
      runner,
      settings: { retry: { attempts: 2, delayMs: 60_000, factor: 2, maxDelayMs: 60_000, jitter: 0 } },
    });
    journal.deliveries(1);
    lane.start();
    await settle();
    await lane.stop(0);
    const again = new ScriptedRunner(() => DONE);
    const next = new Lane(laneSettings(), again, journal.port(), recordedLog(), new Histogram());
    next.start();
    await pass(test, 59_999);
    assert.deepEqual(again.began, []);
    await pass(test, 1);
    assert.deepEqual(again.began, [{ seq: 1, attempt: 2 }]);
    await next.stop(0);
  });
});

describe('stop', () => {
  it('lets what runs finish, records it, begins nothing more and closes the runner', async (test) => {
    const { journal, runner, lane } = setUp(test);
    journal.deliveries(3);
    lane.start();
    await settle();
    let stopped = false;
    const stopping = lane.stop(60_000).then(() => {
      stopped = true;
    });
    await settle();
    assert.equal(stopped, false);
    assert.equal([...runner.running][0]?.signal.aborted, false);
    runner.finish(1);
    await stopping;
    assert.deepEqual(runner.seqs, [1]);
    assert.deepEqual(journal.states(), ['done', 'pending', 'pending']);
    assert.equal(runner.closed, 1);
  });

  it('aborts what takes longer than the drain time, and leaves it running in the journal', async (test) => {
    holdTime(test);
    const { journal, runner, lane } = setUp(test);
    journal.deliveries(1);
    lane.start();
    await settle();
    const [running] = runner.running;
    assert.ok(running);
    running.signal.addEventListener('abort', () => running.finish(failing('told to stop')));
    const stopping = lane.stop(10_000);
    await pass(test, 9_999);
    assert.equal(running.signal.aborted, false);
    await pass(test, 1);
    await stopping;
    assert.notEqual((running.signal.reason as Error).name, 'TimeoutError');
    assert.deepEqual(
      journal.rows().map(({ state, attempts }) => ({ state, attempts })),
      [{ state: 'running', attempts: 1 }],
    );
  });

  it('records what ended well though it was aborted', async (test) => {
    holdTime(test);
    const { journal, runner, lane } = setUp(test);
    journal.deliveries(1);
    lane.start();
    await settle();
    const [running] = runner.running;
    running?.signal.addEventListener('abort', () => running.finish(DONE));
    const stopping = lane.stop(1_000);
    await pass(test, 1_000);
    await stopping;
    assert.deepEqual(journal.states(), ['done']);
  });

  it('refuses what is offered later', async (test) => {
    const { journal, runner, lane } = setUp(test);
    lane.start();
    await lane.stop(0);
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await settle();
    assert.deepEqual(runner.seqs, []);
    assert.deepEqual(journal.states(), ['pending']);
  });
});

describe('a journal that fails for a while', () => {
  /** Fails every call of the named kinds while `broken.is`. */
  function fragile(
    journal: TestJournal,
    broken: { is: boolean },
    kinds: readonly (keyof DeliveryJournal)[],
  ): DeliveryJournal {
    const port = journal.port();
    const guarded = Object.entries(port).map(([kind, work]) => [
      kind,
      (...args: never[]) => {
        if (broken.is && kinds.includes(kind as keyof DeliveryJournal)) throw new Error('database is locked');
        return (work as (...args: never[]) => unknown)(...args);
      },
    ]);
    return Object.fromEntries(guarded) as DeliveryJournal;
  }

  for (const kinds of [['begin'], ['end'], ['open'], ['load'], ['open', 'load', 'begin', 'end']] as const) {
    it(`delays deliveries, and loses and doubles none: ${kinds.join(', ')}`, async (test) => {
      holdTime(test);
      const broken = { is: true };
      const runner = new ScriptedRunner(() => DONE);
      const { journal, lane, log } = setUp(test, { runner, port: (own) => fragile(own, broken, kinds) });
      journal.deliveries(3);
      lane.start();
      await settle();
      for (const delivery of journal.deliveries(2)) lane.offer(delivery);
      for (let second = 0; second < 5; second++) await pass(test, 1_000);
      assert.ok(!journal.states().includes('done'));
      assert.match(
        log.text(),
        /^Cannot (use|write) the journal: database is locked; .*trying? again in 1s|tries again in 1s/m,
      );
      broken.is = false;
      for (let second = 0; second < 5; second++) await pass(test, 1_000);
      assert.deepEqual(runner.seqs, [1, 2, 3, 4, 5]);
      assert.deepEqual(
        new Set(journal.rows().map(({ state, attempts }) => `${state} ${attempts}`)),
        new Set(['done 1']),
      );
      await lane.stop(0);
    });
  }

  it('does not keep the daemon from stopping, and the delivery is run again', async (test) => {
    holdTime(test);
    const broken = { is: false };
    const { journal, runner, lane } = setUp(test, { port: (own) => fragile(own, broken, ['end']) });
    journal.deliveries(1);
    lane.start();
    await settle();
    broken.is = true;
    runner.finish(1);
    await settle();
    const stopping = lane.stop(5_000);
    await pass(test, 1_000);
    await stopping;
    assert.deepEqual(journal.states(), ['running']);
  });
});

describe('how long an alert took to its handler', () => {
  const counted = ({ starts }: Setup): number => starts.snapshot.counts.reduce((total, count) => total + count, 0);

  it('is from its reception to the start of its first attempt, and of no other', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => failing('mount is busy'));
    const setup = setUp(test, {
      runner,
      settings: { retry: { attempts: 2, delayMs: 60_000, factor: 1, maxDelayMs: 60_000, jitter: 0 } },
    });
    const { journal, lane, starts } = setup;
    lane.start();
    const deliveries = journal.deliveries(1);
    test.mock.timers.tick(700);
    for (const delivery of deliveries) lane.offer(delivery);
    await settle();
    assert.deepEqual([counted(setup), starts.snapshot.sum], [1, 0.7]);
    await pass(test, 60_000);
    assert.deepEqual([runner.began.length, counted(setup)], [2, 1]);
    await lane.stop(0);
  });

  it('has in it what it waited for others', async (test) => {
    holdTime(test);
    const setup = setUp(test);
    const { journal, lane, runner, starts } = setup;
    lane.start();
    for (const delivery of journal.deliveries(2)) lane.offer(delivery);
    await settle();
    assert.deepEqual([counted(setup), starts.snapshot.sum], [1, 0]);
    test.mock.timers.tick(3_000);
    runner.finish(1);
    await settle();
    assert.deepEqual([counted(setup), starts.snapshot.sum], [2, 3]);
    runner.finish(2);
    await lane.stop(0);
  });

  it('is not measured when it is skipped', async (test) => {
    holdTime(test);
    const setup = setUp(test, { settings: { maxAgeMs: 60_000 } });
    const { journal, lane } = setup;
    const deliveries = journal.deliveries(1);
    test.mock.timers.tick(61_000);
    lane.start();
    for (const delivery of deliveries) lane.offer(delivery);
    await settle();
    assert.deepEqual([journal.states(), counted(setup)], [['skipped'], 0]);
    await lane.stop(0);
  });

  it('is not measured again after a crash', async (test) => {
    const setup = setUp(test);
    setup.journal.deliveries(1);
    setup.journal.ledger.begin(1, 'slew', Date.now());
    setup.lane.start();
    await settle();
    assert.deepEqual([setup.runner.began, counted(setup)], [[{ seq: 1, attempt: 2 }], 0]);
    setup.runner.finish(1);
    await setup.lane.stop(0);
  });
});

describe('a delivery that pretends', () => {
  const WOULD = { state: 'done', detail: 'run slew --ra 83.6' } as const;

  for (const [name, mode, pretends] of [
    ['by its decision', 'pretend', false],
    ['because nothing is to run', undefined, true],
  ] as const) {
    it(`goes the whole way, and says what would have run: ${name}`, async (test) => {
      const asked: boolean[] = [];
      const runner = new ScriptedRunner((attempt) => {
        asked.push(attempt.pretends);
        return WOULD;
      });
      const { journal, lane, log } = setUp(test, { runner, settings: { pretends } });
      const manner = mode === undefined ? {} : { mode };
      journal.deliveries(1, ['slew'], manner);
      lane.start();
      await settle();
      for (const delivery of journal.deliveries(1, ['slew'], manner)) lane.offer(delivery);
      await settle();
      assert.deepEqual(asked, [true, true]);
      const kept = journal.rows().map(({ state, attempts, outcome }) => `${state} ${attempts} ${outcome}`);
      assert.deepEqual(kept, Array(2).fill('done 1 pretended: would run slew --ra 83.6'));
      const [line] = log.lines;
      assert.deepEqual([line?.level, line?.message], ['info', 'slew would have run (pretend): run slew --ra 83.6']);
      await lane.stop(0);
    });
  }

  it('is dead for the reason for which it would have been, and too old as it would have been', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => failing('the alert has no ra', false));
    const { journal, lane } = setUp(test, { runner, settings: { maxAgeMs: 60_000 } });
    lane.start();
    for (const delivery of journal.deliveries(1, ['slew'], { mode: 'pretend' })) lane.offer(delivery);
    await settle();
    const late = journal.deliveries(1, ['slew'], { mode: 'pretend' });
    test.mock.timers.tick(61_000);
    for (const delivery of late) lane.offer(delivery);
    await settle();
    assert.deepEqual(
      journal.rows().map(({ state, outcome }) => `${state} ${outcome}`),
      ['dead the alert has no ra', "skipped it is 1m 1s old, and the handler's maxAge is 1m"],
    );
    await lane.stop(0);
  });
});

describe('a delivery that retracts', () => {
  it('is run so, whether it was offered or found in the journal', async (test) => {
    const asked: boolean[] = [];
    const runner = new ScriptedRunner(({ retracts }) => {
      asked.push(retracts);
      return DONE;
    });
    const { journal, lane } = setUp(test, { runner });
    journal.deliveries(1, ['slew'], { retraction: true });
    lane.start();
    await settle();
    for (const delivery of journal.deliveries(1, ['slew'], { retraction: true })) lane.offer(delivery);
    for (const delivery of journal.deliveries(1)) lane.offer(delivery);
    await settle();
    assert.deepEqual(asked, [true, true, false]);
    await lane.stop(0);
  });
});

describe('a delivery that nobody wants any more', () => {
  function withdraw({ journal, lane }: Setup, seq: number, reason = 'superseded'): void {
    journal.withdraw(seq, reason);
    lane.withdraw(seq, reason);
  }
  const ended = ({ journal }: Setup) => journal.rows().map(({ state, outcome }) => `${state} ${outcome}`);

  it('is skipped when it waits in memory, and the others go on', async (test) => {
    const setup = setUp(test);
    setup.lane.start();
    for (const delivery of setup.journal.deliveries(3)) setup.lane.offer(delivery);
    await settle();
    withdraw(setup, 2);
    setup.runner.finish(1);
    await settle();
    setup.runner.finish(3);
    await settle();
    assert.deepEqual(setup.runner.seqs, [1, 3]);
    assert.deepEqual(ended(setup), ['done well', 'skipped superseded', 'done well']);
    await setup.lane.stop(0);
  });

  it('is skipped when it waits in the journal', async (test) => {
    const setup = setUp(test);
    setup.journal.deliveries(100);
    setup.lane.start();
    await settle();
    withdraw(setup, 99);
    assert.equal(ended(setup)[98], 'skipped superseded');
    setup.runner.finish(1);
    await setup.lane.stop(0);
  });

  it('is skipped when it fails, and not tried again', async (test) => {
    holdTime(test);
    const setup = setUp(test);
    setup.lane.start();
    for (const delivery of setup.journal.deliveries(1)) setup.lane.offer(delivery);
    await settle();
    withdraw(setup, 1);
    const [running] = setup.runner.running;
    assert.equal((running?.signal.reason as Error | undefined)?.message, 'superseded');
    running?.finish(failing('busy'));
    await pass(test, 1_000_000);
    assert.deepEqual(ended(setup), ['skipped superseded']);
    assert.equal(setup.runner.began.length, 1);
    await setup.lane.stop(0);
  });

  it('is ended when it was being recorded that it is to be tried again', async (test) => {
    holdTime(test);
    const broken = { is: false };
    const setup = setUp(test, {
      port: (own) =>
        own.port({
          end: (...args) => {
            if (broken.is) throw new Error('database is locked');
            own.ledger.end(...args);
          },
        }),
    });
    setup.lane.start();
    for (const delivery of setup.journal.deliveries(1)) setup.lane.offer(delivery);
    await settle();
    broken.is = true;
    setup.runner.finish(1, failing('busy'));
    await settle();
    withdraw(setup, 1);
    broken.is = false;
    await pass(test, 1_000);
    await pass(test, 2_000);
    assert.deepEqual(ended(setup), ['skipped superseded']);
    assert.equal(setup.runner.began.length, 1);
    await setup.lane.stop(0);
  });

  it('is not run when the journal fails while it begins', async (test) => {
    holdTime(test);
    const broken = { is: true };
    const setup = setUp(test, {
      port: (own) =>
        own.port({
          begin: (...args) => {
            if (broken.is) throw new Error('database is locked');
            own.ledger.begin(...args);
          },
        }),
    });
    setup.lane.start();
    for (const delivery of setup.journal.deliveries(1)) setup.lane.offer(delivery);
    await settle();
    withdraw(setup, 1);
    broken.is = false;
    await pass(test, 1_000);
    assert.deepEqual(ended(setup), ['skipped superseded']);
    assert.deepEqual([setup.runner.seqs, setup.journal.rows()[0]?.attempts], [[], 0]);
    await setup.lane.stop(0);
  });

  it('is not run when the journal fails while it is skipped, but skipped later', async (test) => {
    holdTime(test);
    const broken = { is: false };
    const setup = setUp(test, {
      port: (own) =>
        own.port({
          end: (...args) => {
            if (broken.is) throw new Error('database is locked');
            own.ledger.end(...args);
          },
        }),
    });
    setup.lane.start();
    for (const delivery of setup.journal.deliveries(2)) setup.lane.offer(delivery);
    await settle();
    broken.is = true;
    withdraw(setup, 2);
    broken.is = false;
    assert.match(setup.log.text(), /^Cannot use the journal: database is locked; trying again in 1s$/m);
    await pass(test, 1_000);
    setup.runner.finish(1);
    await settle();
    assert.deepEqual(setup.runner.seqs, [1]);
    assert.deepEqual(ended(setup), ['done well', 'skipped superseded']);
    await setup.lane.stop(0);
  });

  it('ends so also while the daemon stops', async (test) => {
    const setup = setUp(test);
    setup.lane.start();
    for (const delivery of setup.journal.deliveries(2)) setup.lane.offer(delivery);
    await settle();
    const stopping = setup.lane.stop(60_000);
    withdraw(setup, 1);
    withdraw(setup, 2);
    setup.runner.finish(1, failing('aborted'));
    await stopping;
    assert.deepEqual(ended(setup), ['skipped superseded', 'skipped superseded']);
  });
});
