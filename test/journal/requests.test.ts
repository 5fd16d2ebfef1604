import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import type { TestsManner } from '../../src/dispatch/fallback.ts';
import { type Asked, ask } from '../../src/journal/asking.ts';
import type { SummaryRecord } from '../../src/journal/ledger.ts';
import { entry, openJournal } from './journal.ts';

const NOW = 1_790_000_100_000;

/** Two alerts for slew, an observation and a test, whose deliveries have both failed for good. */
function setUp(context: TestContext) {
  const journal = openJournal(context);
  journal.appender.append([entry(1), entry(2)]);
  const summary = (role: string): SummaryRecord => ({
    ...{ name: `ivo://example.org/s#${role}`, role, kind: 'new', format: 'voevent', stream: 'example.org/s' },
    ...{ date: undefined, time: undefined, ra: undefined, dec: undefined, errorRadius: undefined, cites: [] },
  });
  const verdicts = [{ handler: 'slew', fired: true, why: 'its rule is true' }];
  const thread = { thread: 't', changed: [], merged: [] };
  const about = { decidedAt: NOW, problem: undefined, verdicts };
  journal.ledger.decide([
    { seq: 1, ...about, thread, summary: summary('observation') },
    { seq: 2, ...about, summary: summary('test') },
  ]);
  for (const seq of [1, 2]) {
    journal.ledger.begin(seq, 'slew', NOW);
    const attempt = { number: 1, state: 'failed', output: undefined, because: undefined } as const;
    journal.ledger.end(seq, 'slew', { state: 'dead', outcome: 'the mount is stuck', endedAt: NOW, attempt });
  }
  const take = (tests: TestsManner | undefined) => journal.ledger.takeRequests(10, NOW, () => tests);
  const asked = (request: Partial<Asked> & { readonly seq: number }) =>
    ask(journal.path, [{ what: 'retry', handler: 'slew', pretend: false, anyAge: false, ...request }], NOW);
  return { ...journal, take, asked };
}

const AGAIN = { handler: 'slew', refused: undefined };

describe('requests', () => {
  it('make a dead delivery pending, with all its attempts before it', (t) => {
    const { ledger, take, asked } = setUp(t);
    asked({ seq: 1, anyAge: true });
    assert.deepEqual(take('skip'), [{ seq: 1, ...AGAIN }]);
    assert.deepEqual(take('skip'), []);
    const [open] = ledger.open('slew', 10);
    assert.deepEqual([open?.seq, open?.attempts, open?.forgiven, open?.anyAge], [1, 1, 1, true]);
  });

  it('bring no test to a handler that takes none by now, and only pretend it where that is all it wants', (t) => {
    const { ledger, take, asked } = setUp(t);
    for (const seq of [1, 2]) asked({ seq });
    assert.deepEqual(take('skip'), [
      { seq: 1, ...AGAIN },
      { seq: 2, handler: 'slew', refused: 'it is a test, and the handler takes none' },
    ]);
    for (const seq of [1, 2]) asked({ seq });
    assert.deepEqual(take('pretend'), [
      { seq: 1, handler: 'slew', refused: 'it has not failed, and was not skipped' },
      { seq: 2, ...AGAIN },
    ]);
    const open = ledger.open('slew', 10).map(({ seq, pretends }) => [seq, pretends]);
    assert.deepEqual(open, [
      [1, false],
      [2, true],
    ]);
  });

  it('make again what was withdrawn, when it is asked for by name, and not when all are', (t) => {
    const { path, ledger, take, asked } = setUp(t);
    const database = new DatabaseSync(path);
    database.exec(`UPDATE delivery SET state = 'skipped', withdrawn = 'it was retracted' WHERE seq = 1`);
    database.close();
    asked({ seq: 1, what: 'replay' });
    assert.deepEqual(take('take'), [
      { seq: 1, handler: 'slew', refused: 'it still waits or runs, or nobody wanted it any more' },
    ]);
    asked({ seq: 1 });
    assert.deepEqual(take('take'), [{ seq: 1, ...AGAIN }]);
    assert.equal(ledger.open('slew', 10)[0]?.withdrawn, undefined);
  });

  it('for what is not in the journal, or a handler that is gone, are dropped, and said so', (t) => {
    const { take, asked } = setUp(t);
    asked({ seq: 9 });
    assert.deepEqual(take('take'), [
      { seq: 9, handler: 'slew', refused: 'the alert is not in the journal, or cannot be read' },
    ]);
    asked({ seq: 1 });
    assert.deepEqual(take(undefined), [{ seq: 1, handler: 'slew', refused: 'there is no such handler any more' }]);
    assert.deepEqual(take('take'), []);
  });

  it('hand an alert over again, and to a handler that was not asked then; a retraction not', (t) => {
    const { path, ledger, take, asked } = setUp(t);
    asked({ seq: 1, what: 'replay', handler: 'new' });
    const database = new DatabaseSync(path);
    database.exec(`UPDATE decision SET kind = 'retraction' WHERE seq = 2`);
    database.close();
    asked({ seq: 2, what: 'replay', handler: 'new' });
    assert.deepEqual(take('take'), [
      { seq: 1, handler: 'new', refused: undefined },
      { seq: 2, handler: 'new', refused: 'the alert retracts, and the handler has not had it to undo anything' },
    ]);
    assert.deepEqual(
      ledger.open('new', 10).map(({ seq }) => seq),
      [1],
    );
  });

  it('hand over nothing of an event that was retracted since, but its retraction', (t) => {
    const { path, take, asked } = setUp(t);
    const database = new DatabaseSync(path);
    database.exec(`UPDATE decision SET kind = 'retraction', role = 'observation', thread = 't' WHERE seq = 2`);
    database.exec(`UPDATE delivery SET retraction = 1 WHERE seq = 2`);
    database.close();
    for (const seq of [1, 2]) asked({ seq, what: 'replay' });
    assert.deepEqual(take('take'), [
      { seq: 1, handler: 'slew', refused: 'its event was retracted' },
      { seq: 2, ...AGAIN },
    ]);
  });

  it('a rehearsal of what was done leaves it done for once and repeat', (t) => {
    const { ledger, take, asked } = setUp(t);
    asked({ seq: 1 });
    take('take');
    ledger.begin(1, 'slew', NOW);
    ledger.end(1, 'slew', { state: 'done', outcome: 'slewed', endedAt: NOW });
    asked({ seq: 1, what: 'replay', pretend: true });
    take('take');
    assert.equal(ledger.open('slew', 10)[0]?.pretends, true);
    assert.deepEqual(
      ledger.deliveriesOf(['t'], 'slew').map(({ pretended }) => pretended),
      [false],
    );
  });
});
