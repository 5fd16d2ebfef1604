import assert from 'node:assert/strict';
import { it } from 'node:test';
import { alertQuerySchema, dayOf } from '../../src/web/query.ts';

it('days and times that do not exist are refused', () => {
  for (const text of [
    '2026-02-30',
    '2026-02-29',
    '2026-04-31',
    '2026-13-01',
    '2026-02-30T10:00Z',
    '2026-02-28T24:00',
  ]) {
    assert.equal(alertQuerySchema.safeParse({ from: text }).success, false, text);
    if (!text.includes('T')) assert.equal(dayOf(text), undefined, text);
  }
  for (const text of ['2024-02-29', '2026-02-28T23:59', '2026-12-31T23:59:59.999999Z']) {
    assert.equal(alertQuerySchema.safeParse({ from: text }).success, true, text);
  }
  const from = Date.UTC(2024, 1, 29);
  assert.deepEqual(dayOf('2024-02-29'), { from, to: from + 86_400_000 });
});
