import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Breaker } from '../../src/dispatch/breaker.ts';
import { holdTime, offer, pass, restarted, START, setUp } from './lane-setup.ts';
import { DONE, failing, laneSettings, ScriptedRunner, settle } from './scripted.ts';

/** The other side is away until it is back. */
function unreliable() {
  const other = { isAway: true };
  return { other, runner: new ScriptedRunner(() => (other.isAway ? failing('no route') : DONE)) };
}

const settings = { breaker: { after: 3, probeMs: 60_000 }, retry: { ...laneSettings().retry, attempts: 1 } };

describe('a circuit breaker', () => {
  it('opens after so many failures in a row, and not before', () => {
    const breaker = new Breaker(3);
    for (const health of ['fails', 'fails', 'works', 'fails', undefined, 'fails'] as const) {
      assert.equal(breaker.end(breaker.begin(), health), undefined);
    }
    assert.ok(breaker.allows);
    assert.equal(breaker.end(breaker.begin(), 'fails'), 'opened');
    assert.ok(!breaker.allows);
    // What was begun before ends after.
    assert.equal(breaker.end(false, 'fails'), undefined);
    assert.equal(breaker.failures, 4);
  });

  it('lets one probe begin each time that it is told to, and closes when one succeeds', () => {
    const breaker = new Breaker(1);
    breaker.end(breaker.begin(), 'fails');
    breaker.ready();
    assert.ok(breaker.allows);
    assert.ok(breaker.begin());
    assert.ok(!breaker.allows, 'one at a time');
    assert.equal(breaker.end(true, 'fails'), 'held');
    assert.ok(!breaker.allows);
    breaker.ready();
    assert.ok(breaker.begin());
    assert.equal(breaker.end(true, undefined), undefined);
    assert.ok(breaker.allows, 'a probe that told nothing does not count');
    assert.ok(breaker.begin());
    assert.equal(breaker.end(true, 'works'), 'closed');
    assert.ok(!breaker.isOpen);
    assert.ok(!breaker.begin(), 'no probe any more');
  });

  it('begins with a probe where there were enough failures before', () => {
    assert.ok(!new Breaker(3, 2).begin());
    assert.ok(new Breaker(3, 3).begin());
  });

  it('closes when what was begun before it opened succeeds', () => {
    const breaker = new Breaker(1);
    breaker.end(breaker.begin(), 'fails');
    assert.equal(breaker.end(false, 'works'), 'closed');
  });
});

describe('a handler with a breaker', () => {
  it('starts nothing but a probe each period, says so once, and goes on when one succeeds', async (test) => {
    holdTime(test);
    const { other, runner } = unreliable();
    const setup = setUp(test, { runner, settings });
    const { journal, lane, log } = setup;
    lane.start();
    await offer(setup, 10);
    assert.deepEqual(runner.seqs, [1, 2, 3]);
    assert.deepEqual(lane.hold, { since: START, failures: 3, reason: 'no route', nextProbeAt: START + 60_000 });
    await offer(setup, 1);
    await pass(test, 59_999);
    assert.deepEqual(runner.seqs, [1, 2, 3]);
    await pass(test, 1);
    await pass(test, 60_000);
    assert.deepEqual(runner.seqs, [1, 2, 3, 4, 5], 'another one probes each time: an alert may be the culprit');
    assert.equal(lane.hold?.failures, 5);
    assert.equal(lane.hold?.since, START);
    other.isAway = false;
    await pass(test, 60_000);
    assert.equal(lane.hold, undefined);
    await pass(test, 60_000);
    assert.deepEqual(journal.states(), [...Array(3).fill('dead'), ...Array(8).fill('done')]);
    const told = log.lines.filter(({ level }) => level !== 'info' && level !== 'debug').map(({ message }) => message);
    assert.deepEqual(told.slice(3), [
      'slew has failed 3 times in a row, last with: no route. Its deliveries wait in the journal; one is tried each 1m until one succeeds',
      'slew works again after 3m; its deliveries go on',
    ]);
    await lane.stop(0);
  });

  it('costs what waits no attempt, probes neither', async (test) => {
    holdTime(test);
    const { other, runner } = unreliable();
    const setup = setUp(test, { runner, settings: { ...settings, retry: { ...settings.retry, attempts: 4 } } });
    setup.lane.start();
    await offer(setup, 1);
    // Three attempts open it, many probes follow, and then it has one attempt left.
    await pass(test, 2_000);
    await pass(test, 4_000);
    for (let probe = 0; probe < 10; probe++) await pass(test, 60_000);
    assert.deepEqual(setup.journal.states(), ['retrying']);
    assert.ok(runner.began.length > 10);
    other.isAway = false;
    await pass(test, 60_000);
    assert.deepEqual(setup.journal.states(), ['done']);
    await setup.lane.stop(0);
  });

  it('is held up after a restart too: the first attempt is a probe', async (test) => {
    holdTime(test);
    const { runner } = unreliable();
    const setup = setUp(test, { runner, settings });
    setup.lane.start();
    await offer(setup, 6);
    await setup.lane.stop(0);
    await pass(test, 1_000);
    const { other, runner: again } = unreliable();
    const { lane, log } = restarted(setup, again, settings);
    lane.start();
    await settle();
    assert.deepEqual(again.seqs, [4]);
    assert.match(log.text(), /^slew has failed 4 times in a row, last with: no route\. Its deliveries wait/m);
    assert.deepEqual(lane.hold, { since: START + 1_000, failures: 4, reason: 'no route', nextProbeAt: START + 61_000 });
    other.isAway = false;
    await pass(test, 60_000);
    assert.deepEqual(setup.journal.states(), [...Array(3).fill('dead'), ...Array(3).fill('done')]);
    await lane.stop(0);
  });

  it('skips what grows too old meanwhile, without a probe', async (test) => {
    holdTime(test);
    const { runner } = unreliable();
    const setup = setUp(test, { runner, settings: { ...settings, maxAgeMs: 30_000 } });
    setup.lane.start();
    await offer(setup, 6);
    await pass(test, 60_000);
    assert.deepEqual(setup.journal.states(), [...Array(3).fill('dead'), ...Array(3).fill('skipped')]);
    await offer(setup, 2);
    assert.deepEqual(runner.seqs, [1, 2, 3, 7], 'the probe was kept for one that could be run');
    await setup.lane.stop(0);
  });

  it('leaves no timer behind when what runs fails after the lane was stopped', async (test) => {
    holdTime(test);
    const setup = setUp(test, { settings: { ...settings, breaker: { after: 1, probeMs: 60_000 } } });
    setup.lane.start();
    await offer(setup, 2);
    const stopping = setup.lane.stop(10_000);
    setup.runner.finish(1, failing('no route'));
    await stopping;
    await pass(test, 60_000);
    assert.deepEqual(setup.runner.seqs, [1]);
    await setup.lane.stop(0);
  });

  it('counts what the plugin calls final too, and lets nobody die as a probe', async (test) => {
    holdTime(test);
    const other = { isAway: true };
    const runner = new ScriptedRunner(() => (other.isAway ? failing('401 Unauthorized', false) : DONE));
    const setup = setUp(test, { runner, settings });
    setup.lane.start();
    await offer(setup, 5);
    for (let probe = 0; probe < 4; probe++) await pass(test, 60_000);
    assert.deepEqual(runner.seqs, [1, 2, 3, 4, 5, 4, 5]);
    other.isAway = false;
    await pass(test, 60_000);
    await pass(test, 60_000);
    assert.deepEqual(setup.journal.states(), [...Array(3).fill('dead'), ...Array(2).fill('done')]);
    await setup.lane.stop(0);
  });

  it('does not count what was pretended', async (test) => {
    const setup = setUp(test);
    const pretending = new ScriptedRunner(() => failing('cannot say'));
    const { lane } = restarted(setup, pretending, { ...settings, pretends: true });
    lane.start();
    for (const delivery of setup.journal.deliveries(5)) lane.offer(delivery);
    await settle();
    assert.equal(pretending.began.length, 5);
    await lane.stop(0);
  });

  it('probes with one at a time, however many it may run at once', async (test) => {
    holdTime(test);
    const setup = setUp(test, { settings: { ...settings, concurrency: 4 } });
    const { runner, lane } = setup;
    lane.start();
    await offer(setup, 12);
    for (const seq of [1, 2, 3, 4]) runner.finish(seq, failing('no route'));
    await settle();
    assert.equal(runner.began.length, 4);
    await pass(test, 60_000);
    assert.deepEqual(runner.seqs, [1, 2, 3, 4, 5]);
    runner.finish(5);
    await settle();
    assert.deepEqual(runner.seqs.slice(5), [6, 7, 8, 9]);
    for (const seq of [6, 7, 8, 9]) runner.finish(seq);
    await settle();
    for (const seq of [10, 11, 12]) runner.finish(seq);
    await lane.stop(0);
  });
});
