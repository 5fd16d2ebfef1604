import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Desk } from '../../src/web/desk.ts';
import type { Snapshot } from '../../src/web/snapshot.ts';
import { watchedJournal } from './journal.ts';
import { snapshot } from './snapshot.ts';

/** A desk whose clock goes on only when told. */
function setUp(context: TestContext) {
  const clock = { now: 0 };
  const journal = watchedJournal(context);
  const answers: PromiseWithResolvers<Snapshot>[] = [];
  let isPatient = false;
  const desk = new Desk(journal.path, () => {
    const answer = Promise.withResolvers<Snapshot>();
    answers.push(answer);
    if (!isPatient) answer.resolve(snapshot());
    return answer.promise;
  });
  context.after(() => desk.close());
  context.mock.method(performance, 'now', () => clock.now);
  const busy = (method: 'tally' | 'arrivals', ms: number): void => {
    const real = desk.journal[method].bind(desk.journal) as (...given: unknown[]) => never;
    context.mock.method(desk.journal, method, (...given: unknown[]) => {
      clock.now += ms;
      return real(...given);
    });
  };
  const beSilent = (): void => {
    isPatient = true;
  };
  return { desk, clock, answers, busy, beSilent };
}

describe('a status', () => {
  it('counts as fresh for no longer than three seconds, whatever it cost', async (t) => {
    const { desk, clock, answers, busy } = setUp(t);
    busy('tally', 500);
    await desk.told();
    clock.now = 2_900;
    await desk.told();
    assert.equal(answers.length, 1);
    clock.now = 3_001;
    await desk.told();
    assert.equal(answers.length, 2);
  });

  it('is not kept for what it cost to look at a day for the first time', async (t) => {
    const { desk, clock, answers, busy } = setUp(t);
    busy('arrivals', 100);
    await desk.told();
    clock.now = 901;
    await desk.told();
    assert.equal(answers.length, 2);
    clock.now = 901 + 1_900;
    await desk.told();
    assert.equal(answers.length, 2, 'what it costs each time does count');
  });
});

it('whether the main thread answers is asked anew each time, once for all who ask at once', async (t) => {
  const { desk, clock, answers, beSilent } = setUp(t);
  await desk.told();
  await desk.ping();
  assert.equal(answers.length, 1, 'it has just answered');
  clock.now = 501;
  beSilent();
  const pings = [desk.ping(), desk.ping()];
  assert.equal(answers.length, 2);
  answers[1]?.reject(new Error('busy'));
  for (const ping of pings) await assert.rejects(ping, /busy/);
  const again = desk.ping();
  answers[2]?.resolve(snapshot());
  await again;
});
