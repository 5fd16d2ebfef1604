import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DecisionRecord } from '../../src/journal/ledger.ts';
import { JournalReader } from '../../src/journal/reader.ts';
import { entry, openJournal } from './journal.ts';

const NOW = 1_790_000_100_000;

function decision(seq: number, handlers: readonly string[], changes: Partial<DecisionRecord> = {}): DecisionRecord {
  const verdicts = handlers.map((handler) => ({ handler, fired: true, why: 'its rule is true' }));
  return { seq, decidedAt: NOW + seq, problem: undefined, verdicts, ...changes };
}

describe('what came before in a thread', () => {
  const joined = (thread: string, changed: readonly string[] = [thread], merged: readonly string[] = []) => ({
    thread: { thread, changed, merged },
  });
  const about = (kind: string) => ({
    ...{ name: 'ivo://a/b#c', role: 'observation', kind, format: 'voevent', stream: 'a/b', date: undefined },
    ...{ time: undefined, ra: undefined, dec: undefined, errorRadius: undefined, cites: [] },
  });

  it('is the last alert, also under a name that it had before, and whether one of them withdraws it', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2), entry(3), entry(4)]);
    ledger.decide([decision(1, [], { ...joined('a'), summary: about('new') })]);
    ledger.decide([decision(2, [], { ...joined('b'), summary: about('new') })]);
    assert.equal(ledger.lastOf(['a'])?.seq, 1);
    assert.equal(ledger.lastOf(['a', 'b'])?.seq, 2);
    assert.equal(ledger.lastOf(['c']), undefined);
    ledger.decide([decision(3, [], { ...joined('a', ['x'], ['b']), summary: about('retraction') })]);
    assert.equal(ledger.lastOf(['a'])?.seq, 3);
    assert.equal(ledger.isRetracted(['a']), true);
    assert.equal(ledger.isRetracted(['b']), false, 'nothing is called so any more');
  });

  it('is what a handler has got, but for what was skipped, and what still waits for it', (t) => {
    const { appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2), entry(3), entry(4)]);
    for (const seq of [1, 2, 3])
      ledger.decide([decision(seq, ['slew'], { ...joined('a', []), summary: about('new') })]);
    const got = (handler = 'slew') =>
      ledger.deliveriesOf(['a'], handler).map(({ seq, isOpen, skipped }) => [seq, isOpen, skipped]);
    assert.deepEqual(got(), [
      [3, true, false],
      [2, true, false],
      [1, true, false],
    ]);
    ledger.end(3, 'slew', { state: 'skipped', outcome: 'too old', endedAt: NOW });
    ledger.end(2, 'slew', { state: 'done', outcome: '', endedAt: NOW });
    assert.deepEqual(got(), [
      [3, false, true],
      [2, false, false],
      [1, true, false],
    ]);
    assert.deepEqual(got('chat'), []);
  });

  it('keeps the rule of a verdict once, and how to deliver it', (t) => {
    const { path, appender, ledger } = openJournal(t);
    appender.append([entry(1), entry(2)]);
    const verdict = { handler: 'slew', fired: true, why: 'so', rule: '{"when":"true"}', outcomes: 't', values: {} };
    ledger.decide([
      decision(1, [], { verdicts: [{ ...verdict, mode: 'pretend' }] }),
      decision(2, [], { verdicts: [{ ...verdict, retraction: true }] }),
    ]);
    assert.deepEqual(
      ledger.open('slew', 9).map(({ seq, pretends, retracts }) => [seq, pretends, retracts]),
      [
        [1, true, false],
        [2, false, true],
      ],
    );
    const reader = new JournalReader(path);
    assert.deepEqual(reader.explained(2), { decidedAt: NOW + 2, verdicts: [{ ...verdict, retraction: true }] });
    assert.deepEqual(reader.list({}, 1)[0]?.verdicts, [{ handler: 'slew', fired: true, why: 'so', retraction: true }]);
    reader.close();
  });
});
