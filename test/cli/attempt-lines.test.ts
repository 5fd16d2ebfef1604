import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeAttempt } from '../../src/cli/attempt-lines.ts';

const STARTED = Date.UTC(2026, 10, 27, 3);
const ID = { seq: 1, handler: 'slew' };

it('an attempt is told with its times, and what it printed is safe to look at', () => {
  const lines = describeAttempt({
    ...{ ...ID, attempt: 2, startedAt: STARTED, endedAt: STARTED + 1_500, state: 'failed' },
    ...{ outcome: 'the \u001b[31mmount\nis stuck', output: 'homing\r\n\u202egnimoh' },
  });
  assert.deepEqual(lines, [
    '  attempt 2: failed, started 2026-11-27T03:00:00.000Z, 1500 ms',
    '    the ⟨U+001B⟩[31mmount is stuck',
    '    | homing',
    '    | ⟨U+202E⟩gnimoh',
  ]);
});

it('of an attempt that was cut short no end is known', () => {
  const open = { endedAt: undefined, state: undefined, outcome: undefined, output: undefined };
  assert.deepEqual(describeAttempt({ ...ID, attempt: 1, startedAt: STARTED, ...open }), [
    '  attempt 1: running, or cut short when voeventd ended, started 2026-11-27T03:00:00.000Z',
  ]);
});
