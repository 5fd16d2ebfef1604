import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { glob } from '../../src/rules/glob.ts';

const MEANING: Record<string, string> = { '*': '.*', '?': '.', '.': '\\.' };

it('a pattern fits as a regular expression of the same meaning does', () => {
  const piece = fc.constantFrom('*', '?', 'a', 'b', '.', 'A');
  const text = fc.array(fc.constantFrom('a', 'b', '.', 'B'), { maxLength: 8 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 6 }), text, (pieces, written) => {
      const pattern = pieces.map((one) => MEANING[one] ?? one).join('');
      assert.equal(glob(pieces.join('')).matches(written), new RegExp(`^${pattern}$`, 'i').test(written));
    }),
    { numRuns: 1_000 },
  );
});

it('a long identifier made for it does not keep a pattern busy', () => {
  const startedAt = process.cpuUsage();
  assert.equal(glob('*GRB*Pos*Final').matches('GRBPos'.repeat(20_000)), false);
  const { user } = process.cpuUsage(startedAt);
  assert.ok(user < 5_000_000, `${user} µs`);
});
