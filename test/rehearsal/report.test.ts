import assert from 'node:assert/strict';
import { it } from 'node:test';
import { formatReport, quantile } from '../../src/rehearsal/report.ts';

it('a report says how many, how fast, and that nothing was wrong', () => {
  const latenciesMs = Array.from({ length: 100 }, (_, index) => index / 10);
  const text = formatReport({ sent: 100, acknowledged: 100, lastedMs: 2_000, latenciesMs, wrongs: new Map() });
  assert.deepEqual(text.split('\n'), [
    '100 of 100 alerts acknowledged in 2s: 50 alerts/s',
    'ack latency: median 5.00 ms, 99 % below 9.90 ms, longest 9.90 ms',
    'nothing was wrong',
  ]);
});

it('a report names each fault once, with how often', () => {
  const wrongs = new Map([
    ['a nak', 3],
    ['a frame that is absurd', 1],
  ]);
  assert.deepEqual(formatReport({ sent: 3, acknowledged: 0, lastedMs: 0, latenciesMs: [], wrongs }).split('\n'), [
    '0 of 3 alerts acknowledged in 0ms',
    'wrong: a nak (3 times)',
    'wrong: a frame that is absurd',
  ]);
});

it('a quantile is one of the numbers, and none of none', () => {
  assert.deepEqual([quantile([], 0.5), quantile([7], 0.99), quantile([1, 2, 3, 4], 1)], [undefined, 7, 4]);
});
