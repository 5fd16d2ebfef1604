import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Dispatcher } from '../../src/dispatch/dispatcher.ts';
import { type FallbackSettings, fallbackOf } from '../../src/dispatch/fallback.ts';
import { fallbackProblems } from '../../src/dispatch/fallbacks.ts';
import type { Attempt } from '../../src/dispatch/runner.ts';
import { DONE, failing, laneSettings, recordedLog, ScriptedRunner, settle, TestJournal } from './scripted.ts';

const once = { ...laneSettings().retry, attempts: 1 };

/** `slew` and `focus`, which fall back on `tell`. */
async function setUp(test: TestContext, tell: ScriptedRunner, changes: { pretends?: boolean } = {}) {
  const journal = new TestJournal(test);
  const log = recordedLog();
  const dispatcher = new Dispatcher(journal.port(), log);
  const runners = { slew: new ScriptedRunner(), focus: new ScriptedRunner(), tell };
  const specs = Object.entries(runners).map(([handler, runner]) => ({
    settings: laneSettings({
      ...{ handler, retry: once },
      ...(handler === 'tell' ? {} : { fallback: { handler: 'tell', tests: 'skip' }, ...changes }),
    }),
    ...{ fingerprint: '1', createRunner: async () => runner },
  }));
  await dispatcher.configure(specs, 0);
  for (const delivery of journal.deliveries(1, ['slew', 'focus'])) {
    for (const handler of ['slew', 'focus']) dispatcher.offer(handler, delivery);
  }
  await settle();
  return { journal, dispatcher, log, runners };
}

const reasons = ({ because = [] }: Attempt) => because.map(({ handler, outcome }) => `${handler}: ${outcome}`);

describe('a dead delivery', () => {
  it('makes one of the handler that is its onDead, which is told who failed, why and how often', async (test) => {
    const tell = new ScriptedRunner(() => DONE);
    const told: Attempt[] = [];
    tell.run = async (attempt) => {
      told.push(attempt);
      return DONE;
    };
    const { dispatcher, journal, log, runners } = await setUp(test, tell);
    runners.focus.finish(1);
    runners.slew.finish(1, failing('the mount is stuck'));
    await settle();
    assert.equal(told.length, 1);
    const [attempt] = told;
    assert.deepEqual([attempt?.delivery, attempt?.attempt, attempt?.pretends], ['1/tell', 1, false]);
    const [{ endedAt = '', ...dead } = {}] = attempt?.because ?? [];
    assert.deepEqual(dead, { handler: 'slew', outcome: 'the mount is stuck', attempts: 1 });
    assert.ok(Math.abs(Date.parse(endedAt) - Date.now()) < 60_000);
    assert.deepEqual([journal.states('slew'), journal.states('tell')], [['dead'], ['done']]);
    assert.match(log.text(), /^tell gets what slew has failed at$/m);
    await dispatcher.stop(0);
  });

  it('is told with another one that died of the same alert, and again when that dies meanwhile', async (test) => {
    const tell = new ScriptedRunner();
    const { dispatcher, journal, runners } = await setUp(test, tell);
    runners.slew.finish(1, failing('stuck'));
    await settle();
    const [first] = tell.running;
    assert.ok(first);
    assert.deepEqual(reasons(first), ['slew: stuck']);
    runners.focus.finish(1, failing('no star'));
    await settle();
    assert.equal(tell.began.length, 1, 'not beside the first');
    first.finish();
    await settle();
    const [second] = tell.running;
    assert.ok(second);
    assert.deepEqual(reasons(second), ['slew: stuck', 'focus: no star']);
    second.finish();
    await settle();
    assert.deepEqual(journal.states('tell'), ['done']);
    assert.equal(tell.began.length, 2);
    await dispatcher.stop(0);
  });

  it('that was pretended makes one that is', async (test) => {
    const tell = new ScriptedRunner();
    const { dispatcher, runners } = await setUp(test, tell, { pretends: true });
    runners.slew.finish(1, failing('no position', false));
    runners.focus.finish(1);
    await settle();
    assert.equal([...tell.running][0]?.pretends, true);
    tell.finish(1);
    await dispatcher.stop(0);
  });

  it('of a test goes only where tests may go', () => {
    const end = { state: 'dead', outcome: 'stuck', endedAt: 0 } as const;
    const got = (tests: FallbackSettings['tests'], test: boolean) =>
      fallbackOf({ handler: 'slew', fallback: { handler: 'tell', tests } }, end, { test }, false)?.pretends;
    assert.deepEqual([got('take', true), got('pretend', true), got('skip', true)], [false, true, undefined]);
    const long = { ...end, outcome: 'x'.repeat(9_000) };
    const told = fallbackOf(
      { handler: 'slew', fallback: { handler: 'tell', tests: 'skip' } },
      long,
      { test: false },
      false,
    );
    assert.equal(told?.dead.outcome.length, 2_001);
    assert.deepEqual([got('take', false), got('pretend', false), got('skip', false)], [false, false, false]);
  });
});

describe('what is rehearsed', () => {
  it('is not told with what is not, whichever comes first', (test) => {
    const journal = new TestJournal(test);
    journal.deliveries(2, ['slew', 'focus']);
    const die = (seq: number, handler: string, pretends: boolean) => {
      const dead = { handler, outcome: 'stuck', attempts: 1, endedAt: '' };
      const fallback = { handler: 'tell', pretends, dead };
      journal.ledger.end(seq, handler, { state: 'dead', outcome: 'stuck', endedAt: seq, fallback });
    };
    die(1, 'slew', true);
    die(1, 'focus', false);
    die(2, 'slew', false);
    die(2, 'focus', true);
    const told = journal.ledger.open('tell', 9).map(({ seq, pretends, because }) => {
      const names = (JSON.parse(because ?? '[]') as { handler: string }[]).map(({ handler }) => handler);
      return [seq, pretends, ...names];
    });
    assert.deepEqual(told, [
      [1, false, 'focus'],
      [2, false, 'slew'],
    ]);
  });
});

describe('the onDead of handlers', () => {
  const problems = (handlers: Record<string, Record<string, unknown>>) =>
    fallbackProblems(handlers).map(({ handler, key, message }) => `${handler}.${key}: ${message}`);

  it('may be a chain, and several may have the same', () => {
    assert.deepEqual(
      problems({ a: { onDead: 'c' }, b: { onDead: 'c' }, c: { onDead: 'd', roles: ['test'], maxAge: '1h' }, d: {} }),
      [],
    );
  });

  it('may be no circle, which is told once', () => {
    const ring = { a: { onDead: 'b' }, b: { onDead: 'c' }, c: { onDead: 'a' }, into: { onDead: 'b' } };
    assert.deepEqual(problems(ring), [
      'a.onDead: It goes round in a circle: a, b, c, a. The last one must have no onDead.',
    ]);
    assert.deepEqual(problems({ a: { onDead: 'a' } }), [
      'a.onDead: A handler cannot take what it has failed at itself. Name another one.',
    ]);
  });

  it('must be there, and choose no alerts of its own', () => {
    assert.deepEqual(problems({ a: { onDead: 'notfy' }, notify: {}, b: { onDead: 'toString' } }), [
      'a.onDead: There is no handler notfy (did you mean notify?).',
      'b.onDead: There is no handler toString.',
    ]);
    assert.deepEqual(problems({ a: { onDead: 'b' }, b: { when: 'true', streams: ['x'] } }), [
      'b.streams: b is the onDead of a: it gets what that fails at, and no other alerts. Leave streams out, or make another handler of the same plugin.',
      'b.when: b is the onDead of a: it gets what that fails at, and no other alerts. Leave when out, or make another handler of the same plugin.',
    ]);
  });
});
