import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { RateLimiter } from '../../../src/vtp/receiver/rate.ts';

it('an address may send a burst, and then so many a second', () => {
  const limiter = new RateLimiter({ perSecond: 2, burst: 3 });
  const taken = (address: string, now: number) => limiter.take(address, now);
  assert.deepEqual(
    [0, 0, 0, 0].map((now) => taken('a', now)),
    [true, true, true, false],
  );
  assert.ok(taken('b', 0), 'another address has its own');
  assert.ok(!taken('a', 499));
  assert.ok(taken('a', 500));
  assert.ok(!taken('a', 500));
  assert.deepEqual(
    [1, 2, 3, 4].map(() => taken('a', 60_000)),
    [true, true, true, false],
    'no more than a burst after silence',
  );
});

it('never takes more than the burst and what has come since', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2_000), { maxLength: 200 }), (gaps) => {
      const limiter = new RateLimiter({ perSecond: 5, burst: 4 });
      let now = 0;
      let taken = 0;
      for (const gap of gaps) {
        now += gap;
        if (limiter.take('a', now)) taken += 1;
        assert.ok(taken <= 4 + (now / 1_000) * 5 + 1e-6);
      }
    }),
  );
});

it('forgets addresses that are owed nothing, and does not grow', () => {
  const limiter = new RateLimiter({ perSecond: 1_000, burst: 1 });
  for (let address = 0; address < 20_000; address++) assert.ok(limiter.take(String(address), address));
});

it('a clock that goes back gives nothing and takes nothing', () => {
  const limiter = new RateLimiter({ perSecond: 1, burst: 1 });
  assert.ok(limiter.take('a', 10_000));
  assert.ok(!limiter.take('a', 0));
  assert.ok(limiter.take('a', 1_000));
});
