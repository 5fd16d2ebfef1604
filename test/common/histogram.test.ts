import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Histogram, type HistogramCounts } from '../../src/common/histogram.ts';

/** The buckets that hold something: their upper bound, and how much. */
function filled({ bounds, counts }: HistogramCounts): [bound: number, count: number][] {
  return counts.flatMap((count, bucket) =>
    count === 0 ? [] : [[bounds[bucket] ?? Number.POSITIVE_INFINITY, count] as [number, number]],
  );
}

describe('a histogram', () => {
  it('puts a duration into the lowest bucket whose bound it does not exceed', () => {
    const histogram = new Histogram();
    for (const seconds of [0.000_1, 0.000_11, 0.001, 0.7, 0.8, 30, 30.1, 86_400]) histogram.observe(seconds);
    assert.deepEqual(filled(histogram.snapshot), [
      [0.000_1, 1],
      [0.000_25, 1],
      [0.001, 1],
      [1, 2],
      [30, 1],
      [Number.POSITIVE_INFINITY, 2],
    ]);
  });

  it('takes what a clock that was set back makes of a duration for zero, and what is no number too', () => {
    const histogram = new Histogram();
    for (const seconds of [-3_600, Number.NaN, 2]) histogram.observe(seconds);
    assert.deepEqual(filled(histogram.snapshot), [
      [0.000_1, 2],
      [2.5, 1],
    ]);
    assert.equal(histogram.snapshot.sum, 2);
  });

  it('counts everything once, and adds it up', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 100, noNaN: true })), (durations) => {
        const histogram = new Histogram();
        for (const seconds of durations) histogram.observe(seconds);
        const { bounds, counts, sum } = histogram.snapshot;
        assert.equal(counts.length, bounds.length + 1);
        assert.equal(
          counts.reduce((total, count) => total + count, 0),
          durations.length,
        );
        assert.equal(
          sum,
          durations.reduce((total, seconds) => total + seconds, 0),
        );
      }),
    );
  });

  it('gives what it has counted up to then, as data that can cross threads', () => {
    const histogram = new Histogram();
    const before = histogram.snapshot;
    histogram.observe(1);
    assert.deepEqual([filled(before), before.sum], [[], 0]);
    assert.deepEqual(structuredClone(histogram.snapshot), histogram.snapshot);
  });
});
