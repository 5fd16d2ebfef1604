import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, it, type TestContext } from 'node:test';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Delivery } from '../../src/dispatch/deliveries.ts';
import type { Verdict } from '../../src/journal/ledger.ts';
import { type DecisionJournal, type Deliverer, Pipeline } from '../../src/pipeline/pipeline.ts';
import { samplePacket } from '../../src/rehearsal/samples.ts';
import { compileRule } from '../../src/rules/rule.ts';
import { type RecordedLog, recordedLog, settle, TestJournal } from '../dispatch/scripted.ts';
import { selection } from '../support/selection.ts';

const decoder = await createDecoder();

const packet = (local: string, content = '', role = 'observation') =>
  `<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="${role}" ivorn="ivo://a.b/c#${local}">${content}</voe:VOEvent>`;

/** Whoever makes the deliveries, if only to say which. */
const to = (offer: Deliverer['offer'], changes: Partial<Deliverer> = {}): Deliverer => ({
  ...{ offer, withdraw: () => {}, isDelivering: false },
  ...changes,
});

interface Setup {
  readonly journal: TestJournal;
  readonly pipeline: Pipeline;
  readonly delivered: { handler: string; delivery: Delivery }[];
  readonly log: RecordedLog;
}

function portOf(journal: TestJournal, changes: Partial<DecisionJournal> = {}): DecisionJournal {
  const { ledger } = journal;
  return {
    undecided: (limit) => ledger.undecided(limit),
    threadOf: (key) => ledger.threadOf(key),
    decide: (decisions) => ledger.decide(decisions),
    alert: (seq) => ledger.alert(seq),
    lastOf: (threads) => ledger.lastOf(threads),
    isRetracted: (threads) => ledger.isRetracted(threads),
    supersederOf: (threads, name, date) => ledger.supersederOf(threads, name, date),
    deliveriesOf: (threads, handler) => ledger.deliveriesOf(threads, handler),
    ...changes,
  };
}

function setUp(test: TestContext, changes: Partial<DecisionJournal> = {}): Setup {
  const journal = new TestJournal(test);
  const delivered: Setup['delivered'] = [];
  const log = recordedLog();
  const port = portOf(journal, changes);
  const pipeline = new Pipeline(
    port,
    decoder,
    to((handler, delivery) => delivered.push({ handler, delivery })),
    log,
  );
  pipeline.configure([selection('slew')]);
  return { journal, pipeline, delivered, log };
}

function decisions(journal: TestJournal): { seq: number; problem: string | null; verdicts: Verdict[] }[] {
  const database = new DatabaseSync(journal.path, { readOnly: true });
  try {
    return database
      .prepare('SELECT seq, problem, verdicts FROM decision ORDER BY seq')
      .all()
      .map((row) => ({
        seq: Number(row.seq),
        problem: row.problem as string | null,
        verdicts: JSON.parse(String(row.verdicts)),
      }));
  } finally {
    database.close();
  }
}

describe('the pipeline', () => {
  it('decides on every alert in order of arrival, once, and hands on what fired', async (test) => {
    const { journal, pipeline, delivered } = setUp(test);
    journal.store(Array.from({ length: 100 }, (_, index) => packet(String(index + 1))));
    pipeline.wake();
    pipeline.wake();
    await settle();
    const numbers = Array.from({ length: 100 }, (_, index) => index + 1);
    assert.deepEqual(
      decisions(journal).map(({ seq }) => seq),
      numbers,
    );
    assert.deepEqual(
      delivered.map(({ delivery }) => Number(delivery.alert.local)),
      numbers,
    );
    assert.deepEqual(
      delivered.map(({ delivery }) => delivery.seq),
      numbers,
    );
    assert.deepEqual(journal.states(), Array(100).fill('pending'));
    pipeline.wake();
    await settle();
    assert.equal(delivered.length, 100);
  });

  it('turns the event loop between two batches', async (test) => {
    let most = 0;
    const { journal, pipeline, delivered } = setUp(test);
    journal.store(Array.from({ length: 50 }, (_, index) => packet(String(index))));
    pipeline.wake();
    let before = 0;
    while (delivered.length < 50) {
      await new Promise((resolve) => setImmediate(resolve));
      most = Math.max(most, delivered.length - before);
      before = delivered.length;
    }
    assert.ok(most <= 16, `decided on ${most} without a pause`);
  });

  it('hands on the exact bytes, and records before it hands on', async (test) => {
    const bytes = samplePacket(0, 'run', new Date());
    const journal = new TestJournal(test);
    const seen: string[] = [];
    const pipeline = new Pipeline(
      journal.ledger,
      decoder,
      to((handler, delivery) => {
        seen.push(handler);
        assert.deepEqual(journal.states('slew'), ['pending']);
        assert.ok(delivery.packet.equals(bytes));
        assert.equal(delivery.alert.source, 'campus');
      }),
      recordedLog(),
    );
    pipeline.configure([selection('slew')]);
    journal.store([bytes]);
    pipeline.wake();
    await settle();
    assert.deepEqual(seen, ['slew']);
  });

  it('reads a document once that it was given before the journal had it, and only if it is the same', async (test) => {
    const reads: string[] = [];
    const counting: Decoder = {
      ...decoder,
      read: (bytes, reception, options) => {
        reads.push(reception.source);
        return decoder.read(bytes, reception, options);
      },
    };
    const journal = new TestJournal(test);
    const delivered: string[] = [];
    const deliverer = to((_handler, { alert }) => delivered.push(alert.ivorn));
    const pipeline = new Pipeline(journal.ledger, counting, deliverer, recordedLog());
    pipeline.configure([selection('slew')]);
    const receivedAt = Date.now();
    const coming = (local: string) => ({ source: 'campus', receivedAt, packet: Buffer.from(packet(local)) });
    pipeline.readAhead(coming('1'));
    journal.store([packet('1')], receivedAt);
    pipeline.wake();
    // There is something to do already.
    pipeline.readAhead(coming('2'));
    await settle();
    assert.deepEqual([delivered, reads.length], [['ivo://a.b/c#1'], 1]);
    pipeline.readAhead(coming('2'));
    pipeline.readAhead({ ...coming('2'), packet: Buffer.from('<no xml') });
    journal.store([packet('2'), packet('3')], receivedAt);
    pipeline.wake();
    await settle();
    assert.deepEqual([delivered, reads.length], [['ivo://a.b/c#1', 'ivo://a.b/c#2', 'ivo://a.b/c#3'], 5]);
  });

  it('records for every handler whether it fired, and why', async (test) => {
    const { journal, pipeline, delivered, log } = setUp(test);
    pipeline.configure([
      selection('wide', { rule: compileRule('alert.errorRadius > 1.0') }),
      selection('all'),
      selection('tests', { roles: ['test'] }),
    ]);
    journal.store([packet('1')]);
    pipeline.wake();
    await settle();
    assert.deepEqual(decisions(journal), [
      {
        seq: 1,
        problem: null,
        verdicts: [
          {
            ...{ handler: 'wide', fired: false, why: 'the alert has no errorRadius: alert.errorRadius > 1.0' },
            ...{ passed: ['roles'], values: { 'alert.errorRadius': null }, outcomes: 'm', rule: 1 },
          },
          { handler: 'all', fired: true, why: 'its role is observation', passed: ['roles'] },
          {
            ...{ handler: 'tests', fired: false, why: 'its role is observation, and the handler takes only test' },
            ...{ passed: [], refused: 'roles' },
          },
        ],
      },
    ]);
    assert.deepEqual(
      delivered.map(({ handler }) => handler),
      ['all'],
    );
    assert.match(
      log.text(),
      /^Received observation ivo:\/\/a\.b\/c#1 from campus\n· wide does not fire: .*\n→ all fires: /,
    );
  });

  it('joins alerts about one event to a thread, in whatever order they come and across restarts', async (test) => {
    const { journal, pipeline, delivered, log } = setUp(test);
    const cites = (cite: string, local: string) =>
      `<Citations><EventIVORN cite="${cite}">ivo://a.b/c#${local}</EventIVORN></Citations>`;
    journal.store([packet('third', cites('retraction', 'second')), packet('other')]);
    pipeline.wake();
    await settle();
    pipeline.stop();
    const again = new Pipeline(
      journal.ledger,
      decoder,
      to((handler, delivery) => delivered.push({ handler, delivery })),
      log,
    );
    again.configure([selection('slew')]);
    journal.store([packet('first'), packet('second', cites('supersedes', 'first'))]);
    again.wake();
    await settle();
    const threads = Object.fromEntries(delivered.map(({ delivery: { alert } }) => [alert.local, alert.thread]));
    assert.equal(threads.third, 'ivo://a.b/c#second');
    assert.equal(threads.first, 'ivo://a.b/c#first');
    const now = ['first', 'second', 'third'].map((local) => journal.ledger.threadOf(`ivo://a.b/c#${local}`));
    assert.equal(new Set(now).size, 1, String(now));
    assert.equal(threads.second, now[0]);
    assert.equal(journal.ledger.threadOf('ivo://a.b/c#other'), threads.other);
    assert.notEqual(threads.other, now[0]);
    const third = journal.ledger.alert(1);
    assert.ok(third !== undefined);
    assert.equal(again.decode(third).thread, now[0], 'a later attempt is told the thread of now');
  });

  it('says in the log what breaks the schema, and handles it all the same', async (test) => {
    const { journal, pipeline, delivered, log } = setUp(test);
    journal.store([packet('odd', '<What><Param nmae="x"/></What>'), packet('good')]);
    pipeline.wake();
    await settle();
    assert.deepEqual(
      delivered.map(({ delivery }) => delivery.alert.validity?.valid),
      [false, true],
    );
    const received = log.lines.filter(({ message }) => message.startsWith('Received'));
    assert.match(
      received[0]?.message ?? '',
      /It breaks the schema of VOEvent 2\.0: Param has no attribute "nmae".* \(line 1\)/,
    );
    assert.doesNotMatch(received[1]?.message ?? '', /breaks/);
  });

  it('uses a new configuration from the next alert on', async (test) => {
    const { journal, pipeline, delivered } = setUp(test);
    journal.store([packet('1')]);
    pipeline.wake();
    await settle();
    pipeline.configure([selection('chat')]);
    journal.store([packet('2')]);
    pipeline.wake();
    await settle();
    assert.deepEqual(
      delivered.map(({ handler, delivery }) => `${handler} ${delivery.alert.local}`),
      ['slew 1', 'chat 2'],
    );
  });

  it('keeps what it cannot read in quarantine, says so, and goes on', async (test) => {
    const { journal, pipeline, delivered, log } = setUp(test);
    journal.store(['<voe:VOEvent ivorn="ivo://a.b/c#bad"><unclosed></voe:VOEvent>', '', packet('good')]);
    pipeline.wake();
    await settle();
    const [malformed, empty, good] = decisions(journal);
    assert.match(malformed?.problem ?? '', /^It is not well-formed XML: .* at line 1, column \d+$/);
    assert.equal(empty?.problem, 'It is empty');
    assert.equal(good?.problem, null);
    assert.deepEqual(malformed?.verdicts, []);
    assert.deepEqual(
      delivered.map(({ delivery }) => delivery.alert.local),
      ['good'],
    );
    assert.equal(journal.ledger.counts().quarantined, 2);
    const errors = log.lines.filter(({ level }) => level === 'error');
    assert.equal(errors.length, 2);
    assert.match(errors[0]?.message ?? '', /^In quarantine: .* from campus\. .*number 1 of the journal$/);
  });

  it('goes on after a restart where the journal says it was', async (test) => {
    const { journal, pipeline } = setUp(test);
    journal.store([packet('1')]);
    pipeline.wake();
    await settle();
    pipeline.stop();
    journal.store([packet('2'), packet('3')]);
    const delivered: string[] = [];
    const next = new Pipeline(
      journal.ledger,
      decoder,
      to((_, { alert }) => delivered.push(alert.local)),
      recordedLog(),
    );
    next.configure([selection('slew')]);
    next.wake();
    await settle();
    assert.deepEqual(delivered, ['2', '3']);
  });

  it('tries again while the journal fails, and loses and doubles nothing', async (test) => {
    test.mock.timers.enable({ apis: ['setTimeout'] });
    const broken = { reading: true, writing: true };
    const journal = new TestJournal(test);
    const delivered: string[] = [];
    const log = recordedLog();
    const pipeline = new Pipeline(
      portOf(journal, {
        undecided: (limit) => {
          if (broken.reading) throw new Error('disk I/O error');
          return journal.ledger.undecided(limit);
        },
        decide: (records) => {
          if (broken.writing) throw new Error('database is locked');
          return journal.ledger.decide(records);
        },
      }),
      decoder,
      to((_, { alert }) => delivered.push(alert.local)),
      log,
    );
    pipeline.configure([selection('slew')]);
    journal.store([packet('1'), packet('2')]);
    pipeline.wake();
    await settle();
    broken.reading = false;
    test.mock.timers.tick(1_000);
    await settle();
    assert.deepEqual(delivered, []);
    assert.deepEqual(decisions(journal), []);
    broken.writing = false;
    test.mock.timers.tick(1_000);
    await settle();
    assert.deepEqual(delivered, ['1', '2']);
    assert.match(
      log.text(),
      /disk I\/O error; trying again in 1s\nCannot record decisions in the journal: database is locked/,
    );
  });

  it('takes up nothing more when it is stopped', async (test) => {
    const { journal, pipeline, delivered } = setUp(test);
    journal.store([packet('1')]);
    pipeline.wake();
    pipeline.stop();
    await settle();
    pipeline.wake();
    await settle();
    assert.deepEqual(delivered, []);
    assert.deepEqual(decisions(journal), []);
  });

  it('lets the event loop turn after every alert while handlers are at work', async (test) => {
    const journal = new TestJournal(test);
    const deliverer = { offer: () => {}, withdraw: () => {}, isDelivering: true };
    const pipeline = new Pipeline(journal.ledger, decoder, deliverer, recordedLog());
    journal.store(Array.from({ length: 100 }, (_, index) => packet(String(index))));
    pipeline.wake();
    for (let before = 0; before < 10; ) {
      await new Promise((resolve) => setImmediate(resolve));
      const { length } = decisions(journal);
      assert.ok(length <= before + 1, `${length - before} were decided in one turn`);
      before = length;
    }
    deliverer.isDelivering = false;
    await settle();
    assert.equal(decisions(journal).length, 100);
  });
});
