import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type RetryPolicy, retryDelayMs } from '../../src/dispatch/retry.ts';

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  attempts: fc.integer({ min: 1, max: 1_000 }),
  delayMs: fc.integer({ min: 0, max: 86_400_000 }),
  factor: fc.double({ min: 1, max: 10, noNaN: true }),
  maxDelayMs: fc.integer({ min: 0, max: 86_400_000 }),
  jitter: fc.constant(0),
});

/** The waits after each failed attempt, until there is no further one. */
function waits(policy: RetryPolicy, asked: number | undefined): number[] {
  const all: number[] = [];
  for (let attempt = 1; attempt <= policy.attempts + 1; attempt++) {
    const wait = retryDelayMs(policy, attempt, asked);
    if (wait === undefined) return all;
    all.push(wait);
  }
  throw new Error('There was an attempt too many.');
}

describe('retryDelayMs', () => {
  it('doubles from the first wait to the longest', () => {
    const policy = { attempts: 6, delayMs: 2_000, factor: 2, maxDelayMs: 10_000, jitter: 0 };
    assert.deepEqual(waits(policy, undefined), [2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('allows as many attempts as the policy says and no more', () => {
    fc.assert(
      fc.property(policies, fc.option(fc.nat(), { nil: undefined }), (policy, asked) => {
        assert.equal(waits(policy, asked).length, policy.attempts - 1);
        for (const beyond of [0, 1, 5]) assert.equal(retryDelayMs(policy, policy.attempts + beyond, asked), undefined);
      }),
    );
  });

  it('never waits longer than the longest wait, nor less than the time before', () => {
    fc.assert(
      fc.property(policies, (policy) => {
        let before = 0;
        for (const wait of waits(policy, undefined)) {
          assert.ok(Number.isSafeInteger(wait));
          assert.ok(wait <= policy.maxDelayMs);
          assert.ok(wait >= before);
          before = wait;
        }
      }),
    );
  });

  it('waits as long as the other side asked, where that is longer, also beyond the longest wait', () => {
    fc.assert(
      fc.property(policies, fc.nat({ max: 1e9 }), (policy, asked) => {
        const own = waits(policy, undefined);
        assert.deepEqual(
          waits(policy, asked),
          own.map((wait) => Math.max(wait, asked)),
        );
      }),
    );
  });

  it('is made longer or shorter by the jitter, but never longer than the longest wait, nor shorter than was asked', () => {
    const policy = { attempts: 6, delayMs: 2_000, factor: 2, maxDelayMs: 9_000, jitter: 0.1 };
    const between = [0, 0.5, 1].map((random) => retryDelayMs(policy, 1, undefined, random));
    assert.deepEqual(between, [1_800, 2_000, 2_200]);
    assert.deepEqual(
      [0, 1].map((random) => retryDelayMs(policy, 5, undefined, random)),
      [8_100, 9_000],
    );
    assert.deepEqual(
      [0, 1].map((random) => retryDelayMs(policy, 1, 2_100, random)),
      [2_100, 2_200],
    );
  });
});
