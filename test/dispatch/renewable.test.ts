import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { RenewableRunner } from '../../src/dispatch/renewable.ts';
import type { Attempt, AttemptOutcome, Runner } from '../../src/dispatch/runner.ts';
import { sampleAlert } from '../support/plugin-context.ts';

/** Ends its attempts when the test says so. */
class HeldRunner implements Runner {
  readonly name: string;
  readonly begun: PromiseWithResolvers<AttemptOutcome>[] = [];
  ready: PromiseWithResolvers<void> | undefined;
  closed = 0;
  retired = false;

  constructor(name: string) {
    this.name = name;
  }

  wait(): Promise<void> | undefined {
    return this.ready?.promise;
  }

  run(): Promise<AttemptOutcome> {
    const attempt = Promise.withResolvers<AttemptOutcome>();
    this.begun.push(attempt);
    return attempt.promise;
  }

  retire(): void {
    this.retired = true;
  }

  end(): void {
    for (const { resolve } of this.begun) resolve({ state: 'done', detail: this.name });
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

function attempt(signal = new AbortController().signal): Attempt {
  return {
    ...{ alert: sampleAlert(), packet: Buffer.alloc(0), delivery: '1/slew', attempt: 1 },
    ...{ pretends: false, retracts: false, signal },
  };
}

describe('a runner that is replaced', () => {
  it('ends what it has begun, closes then and not sooner, and begins nothing more', async () => {
    const [old, next] = [new HeldRunner('old'), new HeldRunner('new')];
    const runner = new RenewableRunner(old);
    const first = runner.run(attempt());
    runner.replace(next);
    const second = runner.run(attempt());
    next.end();
    assert.deepEqual(await second, { state: 'done', detail: 'new' });
    assert.deepEqual([old.begun.length, next.begun.length, old.closed], [1, 1, 0]);
    old.end();
    assert.deepEqual(await first, { state: 'done', detail: 'old' });
    assert.deepEqual([old.closed, next.closed], [1, 0]);
    await runner.close();
    assert.deepEqual([old.closed, next.closed], [1, 1]);
  });

  it('closes at once when it is idle', () => {
    const old = new HeldRunner('old');
    new RenewableRunner(old).replace(new HeldRunner('new'));
    assert.equal(old.closed, 1);
  });

  it('need not be waited for any longer', async () => {
    const old = new HeldRunner('old');
    old.ready = Promise.withResolvers();
    const runner = new RenewableRunner(old);
    const wait = runner.wait();
    assert.ok(wait);
    runner.replace(new HeldRunner('new'));
    await wait;
    assert.equal(runner.wait(), undefined);
    assert.equal(old.retired, true);
  });
});
