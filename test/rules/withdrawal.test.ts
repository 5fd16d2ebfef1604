import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Alert } from '../../src/alert/model.ts';
import { supersedes, withdrawalBy } from '../../src/rules/withdrawal.ts';
import { sampleAlert, withoutFields } from '../support/plugin-context.ts';

const at = (second: number) => `2026-11-22T10:00:${String(second).padStart(2, '0')}Z`;
const known = (second?: number, name = 'ivo://a/b#1') => ({
  name,
  date: second === undefined ? undefined : at(second),
});
const update = (changes: Partial<Alert> = {}) =>
  sampleAlert({ ivorn: 'ivo://a/b#U', kind: 'update', date: at(5), ...changes });
const citing = (cite: 'supersedes' | 'followup') => update({ citations: [{ cite, ivorn: 'ivo://A/B#1' }] });

describe('what an alert withdraws', () => {
  it('is nothing, if it is new', () => {
    assert.equal(withdrawalBy(sampleAlert()), undefined);
  });

  it('is all of its thread, if it retracts', () => {
    const withdrawal = withdrawalBy(update({ kind: 'retraction' }));
    assert.equal(withdrawal?.reason, 'the event was retracted by ivo://a/b#U');
    assert.equal(withdrawal?.covers(known(9)), true);
  });

  it('is what was written before, if it is an update', () => {
    const withdrawal = withdrawalBy(update());
    assert.equal(withdrawal?.reason, 'superseded by ivo://a/b#U');
    assert.deepEqual(
      [4, 5, 6, undefined].map((second) => withdrawal?.covers(known(second))),
      [true, true, false, true],
    );
    assert.equal(withdrawalBy(withoutFields(update(), 'date'))?.covers(known(9)), true);
  });

  it('is also what it names, whatever the dates', () => {
    assert.equal(withdrawalBy(citing('supersedes'))?.covers(known(9)), true);
    assert.equal(withdrawalBy(citing('supersedes'))?.covers(known(9, 'ivo://a/b#2')), false);
    assert.equal(withdrawalBy(citing('followup'))?.covers(known(9)), false);
  });
});

describe('an alert that was heard first', () => {
  it('supersedes what it names, and what was written before it', () => {
    assert.equal(supersedes(citing('supersedes'), known(9)), true);
    assert.deepEqual(
      [4, 5, 6, undefined].map((second) => supersedes(update(), known(second))),
      [true, false, false, false],
    );
    assert.equal(supersedes(sampleAlert({ date: at(5) }), known(4)), false);
  });
});
