import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { Histogram } from '../../src/common/histogram.ts';
import type { DeliveryJournal } from '../../src/dispatch/deliveries.ts';
import { Lane } from '../../src/dispatch/lane.ts';
import type { LaneSettings } from '../../src/dispatch/lane-settings.ts';
import type { Attempt, AttemptOutcome, Runner } from '../../src/dispatch/runner.ts';
import { holdTime, pass } from './lane-setup.ts';
import { DONE, failing, laneSettings, recordedLog, settle, TestJournal } from './scripted.ts';

const PERIOD = 10_000;

const optional = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 1 });

const settingsArbitrary: fc.Arbitrary<Partial<LaneSettings>> = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  breaker: optional(fc.record({ after: fc.integer({ min: 1, max: 3 }), probeMs: fc.constant(3_000) })),
  rateLimit: optional(
    fc.record({
      count: fc.integer({ min: 1, max: 3 }),
      perMs: fc.constant(PERIOD),
      beyond: fc.constantFrom('queue' as const, 'drop-oldest' as const),
    }),
  ),
  queue: optional(fc.integer({ min: 1, max: 5 })),
  retry: fc.record({
    ...{ attempts: fc.integer({ min: 1, max: 3 }), delayMs: fc.constant(1_000), factor: fc.constant(2) },
    ...{ maxDelayMs: fc.constant(60_000), jitter: fc.constant(0.5) },
  }),
});

type Mood = 'works' | 'fails' | 'refuses' | 'hangs';
type Step = { offer: number } | { pass: number } | { mood: Mood } | { end: 'stop' | 'kill' };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ offer: fc.integer({ min: 1, max: 6 }) }),
    fc.record({ pass: fc.integer({ min: 500, max: 10_000 }) }),
    fc.record({ mood: fc.constantFrom<Mood>('works', 'fails', 'fails', 'refuses', 'hangs') }),
    fc.record({ end: fc.constantFrom('stop' as const, 'kill' as const) }),
  ),
  { maxLength: 20 },
);

class MoodyRunner implements Runner {
  mood: Mood = 'works';
  running = 0;
  most = 0;

  async run({ signal }: Attempt): Promise<AttemptOutcome> {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    const outcome = await this.#outcome(signal);
    this.running -= 1;
    return outcome;
  }

  async #outcome(signal: AbortSignal): Promise<AttemptOutcome> {
    if (this.mood === 'works') return DONE;
    if (this.mood !== 'hangs') return failing(this.mood, this.mood === 'fails');
    return await new Promise((resolve) => signal.addEventListener('abort', () => resolve(failing('hung'))));
  }

  async close(): Promise<void> {}
}

/** A lane that can be killed: from then on nothing of it reaches the journal. */
function born(journal: TestJournal, settings: LaneSettings, mood: Mood) {
  const runner = new MoodyRunner();
  runner.mood = mood;
  const life = { isOver: false };
  const alive = <Args extends unknown[], Result>(work: (...args: Args) => Result) => {
    return (...args: Args): Result => {
      if (life.isOver) throw new Error('the process is dead');
      return work(...args);
    };
  };
  const port = journal.port();
  const guarded: DeliveryJournal = {
    ...{ open: alive(port.open), begin: alive(port.begin), end: alive(port.end), load: alive(port.load) },
    ...{ beyond: alive(port.beyond), lastAttempts: alive(port.lastAttempts) },
  };
  const lane = new Lane(settings, runner, guarded, recordedLog(), new Histogram());
  lane.start();
  return { lane, runner, life };
}

/** Plays the steps, then lets the handler work until nothing is left to do. */
async function play(test: TestContext, settings: LaneSettings, played: readonly Step[]): Promise<TestJournal> {
  const journal = new TestJournal(test);
  let mood: Mood = 'works';
  let now = born(journal, settings, mood);
  const end = async (how: 'stop' | 'kill') => {
    now.life.isOver = how === 'kill';
    const ended = now.lane.stop(0);
    await pass(test, 1);
    await ended;
    assert.ok(now.runner.most <= settings.concurrency, 'never more at once');
  };
  for (const step of [...played, { end: 'stop' } as const, { mood: 'works' } as const]) {
    if ('offer' in step) for (const delivery of journal.deliveries(step.offer)) now.lane.offer(delivery);
    if ('pass' in step) await pass(test, step.pass);
    if ('mood' in step) {
      mood = step.mood;
      now.runner.mood = mood;
    }
    if ('end' in step) {
      await end(step.end);
      now = born(journal, settings, mood);
    }
    await settle();
  }
  await end('stop');
  now = born(journal, settings, 'works');
  for (let turn = 0; turn < 200 && journal.openCount > 0; turn++) await pass(test, 2_000);
  await end('stop');
  return journal;
}

interface Ended {
  readonly seq: number;
  readonly state: string;
  readonly attempts: number;
  readonly forgiven: number;
}

interface Kept {
  readonly seq: number;
  readonly started_at: number;
  readonly state: string | null;
}

function ask<Row>({ path }: TestJournal, sql: string): Row[] {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    return database.prepare(sql).all() as unknown as Row[];
  } finally {
    database.close();
  }
}

it('whatever a handler does and whenever the daemon ends, each delivery ends once, and no limit is passed', async (test) => {
  holdTime(test);
  const runs = fc.asyncProperty(settingsArbitrary, steps, async (changes, played) => {
    const settings = laneSettings(changes);
    const journal = await play(test, settings, played);
    const attempts = ask<Kept>(journal, 'SELECT * FROM attempt ORDER BY started_at, seq');
    const deliveries = ask<Ended>(journal, 'SELECT seq, state, attempts, forgiven FROM delivery');
    const { rateLimit, queue, retry } = settings;
    const maySkip = queue !== undefined || rateLimit?.beyond === 'drop-oldest';
    for (const { seq, state, attempts: count, forgiven } of deliveries) {
      const own = attempts.filter((one) => one.seq === seq);
      const ways = own.map((one) => one.state);
      assert.ok(['done', 'dead', ...(maySkip ? ['skipped'] : [])].includes(state), `${seq} is ${state}`);
      assert.equal(own.length, count);
      assert.equal(ways.filter((way) => way === 'done').length, Number(state === 'done'), `${seq}: ${ways}`);
      const counted = ways.filter((way) => way === 'failed').length - forgiven;
      if (state === 'dead') assert.ok(counted >= 1 && counted <= retry.attempts, `${seq}: ${counted} of ${ways}`);
    }
    if (rateLimit === undefined) return;
    attempts.forEach(({ started_at }, index) => {
      const before = attempts[index - rateLimit.count]?.started_at ?? Number.NEGATIVE_INFINITY;
      assert.ok(started_at - before >= PERIOD, `${started_at - before} ms for ${rateLimit.count + 1}`);
    });
  });
  await fc.assert(runs, { numRuns: 200, interruptAfterTimeLimit: 20_000 });
});
