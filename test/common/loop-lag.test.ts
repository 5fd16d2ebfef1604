import assert from 'node:assert/strict';
import { it } from 'node:test';
import { LoopLag } from '../../src/common/loop-lag.ts';

it('the lag of an event loop is how much later than asked its timer goes off, ten times a second', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  let now = 5_000;
  t.mock.method(performance, 'now', () => now);
  const lag = new LoopLag();
  /** So long after the last time it goes off. */
  const goesOff = (ms: number): void => {
    now += ms;
    t.mock.timers.tick(100);
  };
  const observed = (): number => lag.snapshot.counts.reduce((total, count) => total + count, 0);
  goesOff(100);
  assert.deepEqual([observed(), lag.snapshot.sum], [1, 0]);
  goesOff(350);
  assert.deepEqual([observed(), lag.snapshot.sum], [2, 0.25]);
  goesOff(100);
  assert.deepEqual([observed(), lag.snapshot.sum], [3, 0.25], 'a late one does not make the next one late');
  lag.stop();
  goesOff(1_000);
  assert.equal(observed(), 3);
});
