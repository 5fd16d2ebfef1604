import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RateLimit } from '../../src/dispatch/rate.ts';
import { holdTime, offer, pass, restarted, setUp } from './lane-setup.ts';
import { DONE, failing, ScriptedRunner, settle } from './scripted.ts';

const HOUR = 3_600_000;
const rateLimit = { count: 2, perMs: HOUR, beyond: 'queue' } as const;
const dropping = { count: 2, perMs: HOUR, beyond: 'drop-oldest' } as const;

describe('a rate limit', () => {
  it('never lets more begin in any period, and none wait longer than it must', () => {
    const steps = fc.array(fc.nat({ max: 50 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), steps, (count, waits) => {
        const limit = new RateLimit({ count, perMs: 100, beyond: 'queue' }, []);
        const begun: number[] = [];
        let now = 1_000;
        for (const wait of waits) {
          now += wait;
          const recent = begun.filter((start) => start > now - 100);
          const waitMs = limit.waitMs(now);
          assert.equal(waitMs === 0, recent.length < count);
          if (waitMs > 0) assert.equal(now + waitMs, (recent.at(-count) ?? 0) + 100);
          if (waitMs > 0) continue;
          limit.began(now);
          begun.push(now);
        }
      }),
    );
  });

  it('forgets what is to come: the clock was set back', () => {
    const limit = new RateLimit({ count: 1, perMs: 100, beyond: 'queue' }, [10_000]);
    assert.equal(limit.waitMs(10_050), 50);
    assert.equal(limit.waitMs(5_000), 0);
  });
});

describe('a handler with a rate limit', () => {
  it('is started so often and no more, and the others wait in order', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => DONE);
    const setup = setUp(test, { runner, settings: { rateLimit, concurrency: 2 } });
    setup.lane.start();
    await offer(setup, 5);
    assert.deepEqual(runner.seqs, [1, 2]);
    await pass(test, HOUR - 1);
    assert.deepEqual(runner.seqs, [1, 2]);
    await pass(test, 1);
    assert.deepEqual(runner.seqs, [1, 2, 3, 4]);
    await pass(test, HOUR);
    assert.deepEqual(setup.journal.states(), Array(5).fill('done'));
    await setup.lane.stop(0);
  });

  it('counts what was started before a restart, but nothing that was pretended', async (test) => {
    holdTime(test);
    const setup = setUp(test, { runner: new ScriptedRunner(() => DONE), settings: { rateLimit } });
    setup.lane.start();
    await offer(setup, 1);
    for (const delivery of setup.journal.deliveries(3, ['slew'], { mode: 'pretend' })) setup.lane.offer(delivery);
    await settle();
    await setup.lane.stop(0);
    await pass(test, HOUR / 2);
    const again = new ScriptedRunner(() => DONE);
    const { lane } = restarted(setup, again, { rateLimit });
    setup.journal.deliveries(3);
    lane.start();
    await settle();
    assert.deepEqual(again.seqs, [5]);
    await pass(test, HOUR / 2);
    assert.deepEqual(again.seqs, [5, 6]);
    await lane.stop(0);
  });

  it('keeps the newest of those that wait, where it drops the oldest, and says why', async (test) => {
    holdTime(test);
    const runner = new ScriptedRunner(() => DONE);
    const setup = setUp(test, { runner, settings: { rateLimit: dropping } });
    setup.lane.start();
    await offer(setup, 100);
    await offer(setup, 100);
    await settle();
    assert.deepEqual(runner.seqs, [1, 2]);
    assert.deepEqual(setup.journal.states(), ['done', 'done', ...Array(196).fill('skipped'), 'pending', 'pending']);
    assert.equal(setup.journal.rows()[2]?.outcome, 'rateLimit allows 2 in 1h, and newer ones wait for the next');
    await pass(test, HOUR);
    assert.deepEqual(runner.seqs, [1, 2, 199, 200]);
    await setup.lane.stop(0);
  });
});

describe('a handler whose queue is bounded', () => {
  it('skips the oldest of those that wait, also of those that are to be tried again, and says why', async (test) => {
    const setup = setUp(test, { settings: { queue: 3 } });
    const { runner, journal, lane, log } = setup;
    lane.start();
    await offer(setup, 4);
    assert.deepEqual(journal.states(), ['running', ...Array(3).fill('pending')]);
    await offer(setup, 2);
    assert.deepEqual(journal.states(), ['running', 'skipped', 'skipped', ...Array(3).fill('pending')]);
    assert.equal(journal.rows()[1]?.outcome, 'more than 3 wait, and queue allows no more');
    assert.match(log.text(), /^slew was not run: more than 3 wait, and queue allows no more$/m);
    runner.finish(1, { state: 'failed', reason: 'busy', retryable: true, afterMs: HOUR });
    await settle();
    assert.deepEqual(journal.states().at(0), 'retrying');
    await offer(setup, 1);
    assert.deepEqual(journal.states(), [...Array(3).fill('skipped'), 'running', ...Array(3).fill('pending')]);
    runner.finish(4);
    await settle();
    runner.finish(5);
    await lane.stop(0);
  });

  it('skips what the journal holds from before and is too much, a part in each turn', async (test) => {
    const setup = setUp(test, { settings: { queue: 10 } });
    setup.journal.deliveries(300);
    setup.lane.start();
    for (let turn = 0; turn < 10; turn++) await settle();
    const states = setup.journal.states();
    assert.deepEqual(states, ['running', ...Array(289).fill('skipped'), ...Array(10).fill('pending')]);
    setup.runner.finish(1);
    await setup.lane.stop(0);
  });
});

describe('a clock that was set back', () => {
  it('does not hold up what is to be tried again', async (test) => {
    holdTime(test);
    const setup = setUp(test, { runner: new ScriptedRunner(() => failing('busy')) });
    setup.lane.start();
    await offer(setup, 1);
    await setup.lane.stop(0);
    test.mock.timers.setTime(Date.now() - HOUR);
    const { lane } = restarted(setup, new ScriptedRunner(() => DONE), {});
    lane.start();
    await settle();
    assert.deepEqual(setup.journal.states(), ['done']);
    await lane.stop(0);
  });

  it('does not hold up what is new', async (test) => {
    holdTime(test);
    const setup = setUp(test);
    setup.journal.deliveries(80);
    test.mock.timers.setTime(Date.now() - HOUR);
    const again = new ScriptedRunner(() => DONE);
    const { lane } = restarted(setup, again, {});
    lane.start();
    await settle();
    assert.equal(again.began.length, 80);
    await lane.stop(0);
  });
});
