import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { digestOf, idOf } from '../../src/alert/digest.ts';
import type { DecisionRecord, SummaryRecord } from '../../src/journal/ledger.ts';
import type { Entry } from '../../src/journal/log/record.ts';
import { JournalReader } from '../../src/journal/reader.ts';
import { entry, openJournal } from './journal.ts';

const NOON = Date.UTC(2026, 10, 27, 12);
const HOUR = 3_600_000;

function summary(changes: Partial<SummaryRecord> = {}): SummaryRecord {
  return {
    ...{ name: 'ivo://example.org/s#1', role: 'observation', kind: 'new', format: 'voevent', stream: 'example.org/s' },
    ...{
      date: '2026-11-27T12:00:00Z',
      time: '2026-11-27T11:59:00Z',
      ra: 74.7,
      dec: -9.3,
      errorRadius: 0.05,
      cites: [],
    },
    ...changes,
  };
}

function decision(
  seq: number,
  changes: Partial<DecisionRecord> = {},
  about: Partial<SummaryRecord> = {},
): DecisionRecord {
  const verdicts = [{ handler: 'slew', fired: true, why: 'its role is observation' }];
  const thread = { thread: `t${seq}`, changed: [`t${seq}`], merged: [] };
  return { seq, decidedAt: NOON, problem: undefined, verdicts, thread, summary: summary(about), ...changes };
}

function setUp(context: TestContext, entries: readonly Partial<Entry>[]) {
  const journal = openJournal(context);
  journal.appender.append(entries.map((changes, index) => entry(index + 1, changes)));
  const reader = new JournalReader(journal.path);
  context.after(() => reader.close());
  const seqs = (alerts: readonly { seq: number }[]): number[] => alerts.map(({ seq }) => seq);
  return { ...journal, reader, seqs };
}

describe('the journal for those who look', () => {
  it('shows an alert as it was decided on, and its exact bytes', (t) => {
    const { reader, ledger } = setUp(t, [{}]);
    ledger.decide([decision(1)]);
    const [alert] = reader.list({}, 10);
    const { element, packet } = entry(1);
    assert.deepEqual(alert, {
      ...{
        seq: 1,
        id: idOf(digestOf(packet, element)),
        source: 'campus',
        receivedAt: entry(1).receivedAt,
      },
      ...{ ivorn: 'ivo://example.org/s#1', bytes: packet.length, isDecided: true, problem: undefined, thread: 't1' },
      ...{ role: 'observation', kind: 'new', format: 'voevent', stream: 'example.org/s' },
      ...{ writtenAt: '2026-11-27T12:00:00Z', eventAt: '2026-11-27T11:59:00Z', ra: 74.7, dec: -9.3, errorRadius: 0.05 },
      verdicts: [{ handler: 'slew', fired: true, why: 'its role is observation' }],
    });
    assert.deepEqual(reader.stored(1)?.packet, packet);
    assert.deepEqual(reader.find(alert?.id ?? ''), alert);
    assert.equal(reader.find('0123456789abcdef'), undefined);
    assert.equal(reader.stored(2), undefined);
  });

  it('finds an alert that nobody has decided on yet, and does not list it', (t) => {
    const { reader } = setUp(t, [{}]);
    const { element, packet } = entry(1);
    const id = idOf(digestOf(packet, element));
    assert.equal(reader.find(id)?.isDecided, false);
    assert.deepEqual(reader.list({}, 10), []);
    assert.deepEqual(reader.tally(), {
      ...{ alerts: 1, undecided: 1, quarantined: 0, oldestAt: entry(1).receivedAt, newestAt: entry(1).receivedAt },
      lastQuarantinedAt: undefined,
    });
  });

  it('lists by stream, source, role and thread, newest first, page by page', (t) => {
    const { reader, ledger, seqs } = setUp(t, [{}, {}, { source: 'other' }, {}, {}]);
    ledger.decide([
      decision(1, {}, { stream: 'a/b' }),
      decision(2, {}, { role: 'test' }),
      decision(3, {}, { stream: 'a/b', role: 'test' }),
      decision(4),
      decision(5, { problem: 'It is empty', thread: undefined, summary: undefined } as never),
    ]);
    assert.deepEqual(seqs(reader.list({}, 10)), [5, 4, 3, 2, 1]);
    assert.deepEqual(seqs(reader.list({}, 2)), [5, 4]);
    assert.deepEqual(seqs(reader.list({ before: 4 }, 2)), [3, 2]);
    assert.deepEqual(seqs(reader.list({ stream: 'a/b' }, 10)), [3, 1]);
    assert.deepEqual(seqs(reader.list({ role: 'test' }, 10)), [3, 2]);
    assert.deepEqual(seqs(reader.list({ role: 'test', stream: 'a/b' }, 10)), [3]);
    assert.deepEqual(seqs(reader.list({ source: 'campus' }, 10)), [5, 4, 2, 1]);
    assert.deepEqual(seqs(reader.list({ thread: 't4' }, 10)), [4]);
    assert.deepEqual(seqs(reader.after(3, 10)), [4, 5]);
    assert.equal(reader.list({}, 1)[0]?.problem, 'It is empty');
    assert.deepEqual([reader.tally().quarantined, reader.tally().lastQuarantinedAt], [1, entry(5).receivedAt]);
    assert.equal(reader.head(), 5);
  });

  it('lists what came in a time, also when the clock jumped meanwhile', (t) => {
    const times = [NOON, NOON + HOUR, NOON + 50 * HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR];
    const { reader, ledger, seqs } = setUp(
      t,
      times.map((receivedAt) => ({ receivedAt })),
    );
    ledger.decide(times.map((_, index) => decision(index + 1)));
    const list = (from: number | undefined, to: number | undefined) => seqs(reader.list({ from, to }, 10));
    assert.deepEqual(list(NOON + HOUR, NOON + 3 * HOUR), [4, 2]);
    assert.deepEqual(list(undefined, NOON + 2 * HOUR), [2, 1]);
    assert.deepEqual(list(NOON + 49 * HOUR, undefined), [3]);
    assert.deepEqual(list(NOON + 60 * HOUR, undefined), []);
    assert.equal(reader.firstSince(NOON + 2 * HOUR), 3);
    assert.equal(reader.firstSince(NOON + 90 * HOUR), undefined);
  });

  it('knows the streams, and when the newest alert of each came', (t) => {
    const { reader, ledger } = setUp(t, [{}, {}, {}, {}]);
    assert.deepEqual(reader.streams(), []);
    ledger.decide([
      decision(1, {}, { stream: 'b' }),
      decision(2, {}, { stream: 'a' }),
      decision(3, {}, { stream: 'b' }),
      decision(4, {}, { stream: 'aa'.repeat(50_000) }),
    ]);
    assert.deepEqual(reader.streams(), [
      { name: 'a', newestAt: entry(2).receivedAt },
      { name: 'b', newestAt: entry(3).receivedAt },
    ]);
  });

  it('knows a thousand streams, however many with endless names come before them', (t) => {
    const { ledger, reader } = setUp(t, new Array(2_300).fill({}));
    const padded = (index: number): string => String(index).padStart(4, '0');
    const long = Array.from({ length: 1_200 }, (_, index) => `a${padded(index)}${'a'.repeat(300)}`);
    const short = Array.from({ length: 1_100 }, (_, index) => `b${padded(index)}`);
    ledger.decide([...long, ...short].map((stream, index) => decision(index + 1, {}, { stream })));
    assert.deepEqual(
      reader.streams().map(({ name }) => name),
      short.slice(0, 1_000),
    );
  });

  it('counts no fewer than no alerts that wait, also when some are decided on while it counts', (t) => {
    const { ledger, reader } = setUp(t, [{}, {}]);
    ledger.decide([decision(1)]);
    assert.equal(reader.tally().undecided, 1);
    t.mock.method(reader, 'head', () => 5);
    assert.equal(reader.tally().undecided, 0);
  });

  it('follows citations both ways', (t) => {
    const { reader, ledger, seqs } = setUp(t, [{}, {}, {}]);
    const cites = [{ name: 'ivo://example.org/s#1', cite: 'supersedes' }];
    ledger.decide([decision(1), decision(2, {}, { name: 'ivo://example.org/s#2', cites }), decision(3)]);
    assert.deepEqual(seqs(reader.named('ivo://example.org/s#1', 10)), [3, 1], 'several alerts may share an identifier');
    assert.deepEqual(
      reader.citing('ivo://example.org/s#1', 10).map(({ seq, cite }) => [seq, cite]),
      [[2, 'supersedes']],
    );
    assert.deepEqual(reader.citing('ivo://example.org/s#2', 10), []);
  });

  it('lists a thread together when two turn out to be one', (t) => {
    const { reader, ledger, seqs } = setUp(t, [{}, {}, {}]);
    ledger.decide([decision(1), decision(2)]);
    ledger.decide([decision(3, { thread: { thread: 't1', changed: ['x'], merged: ['t2'] } })]);
    assert.deepEqual(seqs(reader.list({ thread: 't1' }, 10)), [3, 2, 1]);
    assert.deepEqual(seqs(reader.list({ thread: 't2' }, 10)), []);
  });

  it('counts how deliveries ended, by handler, and what went wrong last', (t) => {
    const { reader, ledger } = setUp(t, [{}, {}, {}]);
    ledger.decide([decision(1), decision(2), decision(3)]);
    assert.deepEqual(reader.open(), [{ handler: 'slew', state: 'pending', count: 3 }]);
    ledger.begin(1, 'slew', NOON);
    ledger.end(1, 'slew', { state: 'retrying', outcome: 'dome closed', endedAt: NOON + 1, dueAt: NOON + 9 });
    ledger.begin(1, 'slew', NOON + 2);
    ledger.end(1, 'slew', { state: 'dead', outcome: 'no dome', endedAt: NOON + 3 });
    ledger.end(2, 'slew', { state: 'skipped', outcome: 'too old', endedAt: NOON + 4 });
    ledger.begin(3, 'slew', NOON + 5);
    assert.deepEqual(reader.handlers(), [
      {
        ...{ name: 'slew', done: 0, dead: 1, skipped: 1, retried: 1, lastEndedAt: NOON + 4, lastState: 'skipped' },
        ...{ lastOutcome: 'too old', lastErrorAt: NOON + 3, lastError: 'no dome' },
      },
    ]);
    assert.deepEqual(reader.open(), [{ handler: 'slew', state: 'running', count: 1 }]);
    assert.deepEqual(
      reader.deliveries(1, 1).map(({ state, attempts, outcome }) => [state, attempts, outcome]),
      [['dead', 2, 'no dome']],
    );
  });

  it('sees that something changed, and only then', (t) => {
    const { reader, ledger, appender } = setUp(t, [{}]);
    const before = reader.version();
    assert.equal(reader.version(), before);
    ledger.decide([decision(1)]);
    const decided = reader.version();
    assert.notEqual(decided, before);
    appender.append([entry(2)]);
    assert.notEqual(reader.version(), decided);
    assert.ok(reader.size() > 4_096);
  });
});
