import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Removal } from '../../src/journal/retention.ts';
import { Retiring } from '../../src/keeper/retiring.ts';
import { recordLog } from '../support/wait.ts';

const RULES = { keep: 3_600_000, maxSize: undefined, broadcasts: false };
const NOTHING: Removal = { removed: 0, isMore: false, excess: 0 };

/** @param steps what comes of each; when there are no more, nothing */
function setUp(context: TestContext, steps: (Removal | Error)[]) {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const log = recordLog();
  let calls = 0;
  const remove = (): Removal => {
    calls += 1;
    const step = steps.shift() ?? NOTHING;
    if (step instanceof Error) throw step;
    return step;
  };
  const retiring = new Retiring({ remove }, log);
  const pass = (timeMs: number) => {
    for (let past = 0; past < timeMs; past += 10) context.mock.timers.tick(10);
  };
  return { retiring, log, pass, calls: () => calls };
}

describe('the keeper, of alerts that need not be kept', () => {
  it('removes them in steps with a pause between, and says how many in one line', (t) => {
    const step = { removed: 100, isMore: true, excess: 0 };
    const { retiring, log, pass, calls } = setUp(t, [step, step, NOTHING]);
    retiring.configure(RULES);
    pass(10);
    assert.equal(calls(), 1);
    pass(100);
    assert.equal(calls(), 3);
    assert.deepEqual(
      log.lines.map(({ message }) => message),
      ['Removed 200 alerts from the journal, as journal.keep asks'],
    );
    pass(20_000);
    assert.deepEqual([calls(), log.lines.length], [5, 1]);
  });

  it('does nothing without a rule, and stops when a reload takes the rule away', (t) => {
    const { retiring, pass, calls } = setUp(t, []);
    const none = { keep: undefined, maxSize: undefined, broadcasts: true };
    retiring.configure(none);
    pass(30_000);
    assert.equal(calls(), 0);
    retiring.configure(RULES);
    pass(10);
    retiring.configure(none);
    pass(30_000);
    assert.equal(calls(), 1);
  });

  it('says once that the journal is too large and nothing may go, and again only after it was not', (t) => {
    const large = { removed: 0, isMore: false, excess: 5_000_000 };
    const { retiring, log, pass } = setUp(t, [large, large, NOTHING, large]);
    retiring.configure({ ...RULES, maxSize: 10_000_000 });
    pass(10);
    pass(10_000);
    assert.equal(log.lines.length, 1);
    assert.match(log.lines[0]?.message ?? '', /^The journal is 5 MB larger than journal\.maxSize lets it be: .*wait/);
    pass(20_000);
    assert.equal(log.lines.length, 2);
  });

  it('says once that it cannot, and tries again', (t) => {
    const full = Object.assign(new Error('full'), { code: 'ENOSPC' });
    const { retiring, log, pass } = setUp(t, [full, full, { removed: 1, isMore: false, excess: 0 }]);
    retiring.configure(RULES);
    pass(10);
    pass(20_000);
    assert.deepEqual(
      log.lines.map(({ message }) => message),
      [
        'Cannot remove old alerts from the journal: the disk is full (ENOSPC). It is tried again',
        'Removed one alert from the journal, as journal.keep asks',
      ],
    );
  });
});
