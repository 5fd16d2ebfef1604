import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settingsSchema } from '../src/settings.ts';

const { journal } = settingsSchema('/etc/voeventd').shape;

function complaint(given: unknown): string | undefined {
  return journal.safeParse(given).error?.issues[0]?.message;
}

describe('the settings of the journal', () => {
  it('keep everything unless told', () => {
    assert.deepEqual(journal.parse(undefined), { path: '/etc/voeventd/journal.db', onCorrupt: 'start-new' });
  });

  it('say for how long and up to which size alerts are kept', () => {
    const { keep, maxSize } = journal.parse({ keep: '90d', maxSize: '1.5 GB' });
    assert.deepEqual([keep, maxSize], [90 * 86_400_000, 1_500_000_000]);
  });

  it('are refused, with what to write, where they are no such thing or would keep hardly anything', () => {
    assert.equal(complaint({ keep: '5m' }), 'Keep alerts for an hour at least: rules look back on them.');
    assert.equal(complaint({ maxSize: '5MB' }), 'Let the journal have 10MB at least.');
    assert.equal(complaint({ maxSize: 5 }), '5 is not a size. Write a number and a unit, such as 500MB or 20GB.');
    assert.match(complaint({ maxSize: '20 gigs' }) ?? '', /^"20 gigs" is not a size\./);
  });
});
