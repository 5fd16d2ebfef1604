import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../src/common/durations.ts';

describe('a duration', () => {
  it('is read with its unit, or several', () => {
    const durations: Record<string, number> = {
      ...{ '250ms': 250, '30s': 30_000, '10m': 600_000, '2h': 7_200_000, '1d': 86_400_000 },
      ...{ '1h30m': 5_400_000, '1.5h': 5_400_000, '0s': 0, '0.5ms': 1, '365d': 31_536_000_000 },
    };
    for (const [text, durationMs] of Object.entries(durations)) assert.equal(parseDuration(text), durationMs, text);
  });

  it('is nothing else', () => {
    for (const text of ['', '30', 's', '-1s', '1 s', '1s ', '1S', '1w', '1,5s', '.5s', '1e3s', '366d', '1h-1m']) {
      assert.equal(parseDuration(text), undefined, text);
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const durationMs = parseDuration(text);
        assert.ok(durationMs === undefined || (Number.isSafeInteger(durationMs) && durationMs >= 0));
      }),
    );
  });

  it('is said as a person would, two units at most', () => {
    const said: [number, string][] = [
      ...([
        [0, '0ms'],
        [40.4, '40ms'],
        [999, '999ms'],
        [1_000, '1s'],
        [2_500, '2.5s'],
        [59_900, '59.9s'],
      ] as [number, string][]),
      ...([
        [60_000, '1m'],
        [90_000, '1m 30s'],
        [5_400_000, '1h 30m'],
        [86_400_000, '1d'],
      ] as [number, string][]),
      ...([
        [90_061_000, '1d 1h'],
        [3_599_999, '1h'],
        [3_601_000, '1h 1s'],
      ] as [number, string][]),
    ];
    for (const [durationMs, text] of said) assert.equal(formatDuration(durationMs), text);
  });

  it('never is said to have sixty seconds, or sixty minutes', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 10_000_000, noNaN: true }), (durationMs) => {
        assert.doesNotMatch(formatDuration(durationMs), /\b(60|1000)(s|m|ms)\b/);
      }),
      { examples: [[999.6], [59_949], [59_950], [59_999], [60_000], [3_599_500]] },
    );
  });

  it('that was said is read as nearly the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 31_536_000_000 }), (durationMs) => {
        const read = parseDuration(formatDuration(durationMs).replaceAll(' ', '')) ?? Number.NaN;
        assert.ok(Math.abs(read - durationMs) <= Math.max(1, 0.05 * durationMs), `${durationMs} became ${read}`);
      }),
    );
  });
});
