import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { Outstanding } from '../../../src/vtp/broadcaster/outstanding.ts';

const sent = (...ivorns: string[]): Outstanding => {
  const outstanding = new Outstanding();
  for (const [index, ivorn] of ivorns.entries()) outstanding.add(index + 1, ivorn, index * 1_000);
  return outstanding;
};

it('receipts may come in any order', () => {
  const outstanding = sent('a', 'b', 'c');
  assert.ok(outstanding.settle('b'));
  assert.deepEqual([outstanding.size, outstanding.oldest], [2, 1]);
  assert.ok(outstanding.settle('a'));
  assert.deepEqual([outstanding.size, outstanding.oldest], [1, 3]);
  assert.ok(outstanding.settle('c'));
  assert.deepEqual([outstanding.size, outstanding.oldest], [0, undefined]);
  assert.ok(!outstanding.settle('c'), 'nothing waits any more');
});

it('a receipt that names none of them is for the oldest: the eSTAR client names itself', () => {
  const outstanding = sent('a', 'b');
  assert.ok(outstanding.settle('ivo://estar/client'));
  assert.equal(outstanding.oldest, 2);
  assert.ok(outstanding.settle(undefined));
  assert.equal(outstanding.size, 0);
});

it('alerts of one name have a receipt each', () => {
  const outstanding = sent('a', 'b', 'a');
  outstanding.settle('a');
  assert.equal(outstanding.oldest, 2);
  outstanding.settle('a');
  assert.deepEqual([outstanding.size, outstanding.oldest], [1, 2]);
});

it('tells how many have waited for long', () => {
  const outstanding = sent('a', 'b', 'c');
  assert.deepEqual(
    [0, 60_000, 61_000, 62_000].map((now) => outstanding.overdue(60_000, now)),
    [0, 1, 2, 3],
  );
  outstanding.settle('a');
  assert.equal(outstanding.overdue(60_000, 61_000), 1);
});

it('settles as a plain list would, whatever the order', () => {
  const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 1_500 });
  fc.assert(
    fc.property(names, names, (adds, receipts) => {
      const outstanding = sent(...adds);
      const list = adds.map((ivorn, index) => ({ ivorn, seq: index + 1 }));
      for (const origin of receipts) {
        const at = Math.max(
          0,
          list.findIndex(({ ivorn }) => ivorn === origin),
        );
        assert.equal(outstanding.settle(origin), list.length > 0);
        list.splice(at, 1);
        assert.deepEqual([outstanding.size, outstanding.oldest], [list.length, list[0]?.seq]);
      }
    }),
    { numRuns: 30 },
  );
});
