import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { createDecoder } from '../../src/alert/decode.ts';
import { Dispatcher } from '../../src/dispatch/dispatcher.ts';
import { Pipeline } from '../../src/pipeline/pipeline.ts';
import type { Selection } from '../../src/rules/selection.ts';
import {
  DONE,
  failing,
  laneSettings,
  type RecordedLog,
  recordedLog,
  ScriptedRunner,
  settle,
  TestJournal,
} from '../dispatch/scripted.ts';
import { selection } from '../support/selection.ts';

const decoder = await createDecoder();

interface Written {
  readonly cite?: 'retraction' | 'supersedes' | 'followup';
  readonly of?: string;
  readonly second?: number;
  readonly role?: string;
}

/** A packet, perhaps one that cites another, written at that second of the minute. */
function packet(local: string, { cite, of = '1', second, role = 'observation' }: Written = {}): string {
  const citation =
    cite === undefined ? '' : `<Citations><EventIVORN cite="${cite}">ivo://a.b/c#${of}</EventIVORN></Citations>`;
  const who = second === undefined ? '' : `<Who><Date>2026-11-22T10:00:${String(second).padStart(2, '0')}</Date></Who>`;
  return `<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0" version="2.0" role="${role}" ivorn="ivo://a.b/c#${local}">${who}${citation}</voe:VOEvent>`;
}

interface Setup {
  readonly journal: TestJournal;
  readonly runner: ScriptedRunner;
  readonly log: RecordedLog;
  readonly dispatcher: Dispatcher;
  /** Resolves when all is decided, and all has happened that can. */
  receive(...packets: string[]): Promise<void>;
}

/** A pipeline and a handler `slew` that cancels, with a lane unless the test begins it later. */
async function setUp(
  test: TestContext,
  changes: Partial<Selection> = {},
  { runner = new ScriptedRunner(), begun = true } = {},
): Promise<Setup> {
  const journal = new TestJournal(test);
  const log = recordedLog();
  const dispatcher = new Dispatcher(journal.port(), log);
  const pipeline = new Pipeline(journal.ledger, decoder, dispatcher, log);
  pipeline.configure([selection('slew', { cancels: true, ...changes })]);
  if (begun) await dispatcher.configure([spec(runner)], 0);
  test.after(async () => {
    for (const { finish } of runner.running) finish();
    await dispatcher.stop(0);
  });
  return {
    ...{ journal, runner, log, dispatcher },
    receive: async (...packets) => {
      journal.store(packets);
      pipeline.wake();
      await settle();
    },
  };
}

function spec(runner: ScriptedRunner) {
  return { settings: laneSettings(), fingerprint: '1', createRunner: async () => runner };
}

const ended = ({ journal }: Setup) => journal.rows().map(({ seq, state, outcome }) => [seq, state, outcome].join(' '));

describe('a retraction', () => {
  const RETRACTED = 'the event was retracted by ivo://a.b/c#R';

  it('aborts what runs, skips what waits, and leaves other events alone', async (test) => {
    const setup = await setUp(test);
    const { runner, receive, log } = setup;
    await receive(packet('1'), packet('2', { cite: 'followup' }), packet('other'));
    const [running] = runner.running;
    running?.signal.addEventListener('abort', () => running.finish(failing('ended by SIGTERM')));
    await receive(packet('R', { cite: 'retraction' }));
    assert.equal((running?.signal.reason as Error | undefined)?.message, RETRACTED);
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`, `2 skipped ${RETRACTED}`, '3 running ']);
    assert.deepEqual(runner.seqs, [1, 3]);
    assert.match(log.text(), new RegExp(`^slew was not run: ${RETRACTED}$`, 'm'));
    assert.match(log.text(), new RegExp(`^slew was aborted: ${RETRACTED} \\(ended by SIGTERM\\)$`, 'm'));
  });

  it('leaves what ended well though it was aborted as done', async (test) => {
    const setup = await setUp(test);
    await setup.receive(packet('1'));
    const [running] = setup.runner.running;
    running?.signal.addEventListener('abort', () => running.finish(DONE));
    await setup.receive(packet('R', { cite: 'retraction' }));
    assert.deepEqual(ended(setup), ['1 done well']);
  });

  it('ends what was to be tried again', async (test) => {
    const setup = await setUp(test, {}, { runner: new ScriptedRunner(() => failing('busy')) });
    await setup.receive(packet('1'));
    assert.deepEqual(ended(setup), ['1 retrying busy']);
    await setup.receive(packet('R', { cite: 'retraction' }));
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`]);
  });

  it('that arrives first holds back what it retracts', async (test) => {
    const setup = await setUp(test);
    await setup.receive(packet('R', { cite: 'retraction' }));
    await setup.receive(packet('1'), packet('2', { cite: 'followup' }));
    assert.deepEqual(ended(setup), []);
    assert.equal(setup.log.text().match(/does not fire: the event has been retracted/g)?.length, 2);
  });

  it('in the same batch lets nothing begin, and is not for a handler that has not begun', async (test) => {
    const setup = await setUp(test, { retracts: true });
    await setup.receive(packet('1'), packet('R', { cite: 'retraction' }));
    assert.deepEqual(setup.runner.seqs, []);
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`]);
  });

  it('is itself run with the options for it, after what it aborted, and is not withdrawn by another one', async (test) => {
    const setup = await setUp(test, { retracts: true });
    const { runner } = setup;
    await setup.receive(packet('1'));
    const [running] = runner.running;
    running?.signal.addEventListener('abort', () => running.finish(failing('aborted')));
    await setup.receive(packet('R', { cite: 'retraction' }));
    assert.deepEqual(runner.seqs, [1, 2]);
    const [undoing] = runner.running;
    assert.equal(undoing?.retracts, true);
    await setup.receive(packet('Q', { cite: 'retraction' }));
    assert.equal(undoing?.signal.aborted, false);
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`, '2 running ', '3 pending ']);
  });

  it('ends nothing of a handler that does not cancel', async (test) => {
    const setup = await setUp(test, { cancels: false });
    await setup.receive(packet('1'), packet('2'), packet('R', { cite: 'retraction' }));
    assert.deepEqual(ended(setup), ['1 running ', '2 pending ', '3 pending ']);
  });

  it('that is a test does not touch a real event', async (test) => {
    const setup = await setUp(test);
    await setup.receive(packet('1'));
    await setup.receive(packet('R', { cite: 'retraction', role: 'test' }));
    assert.deepEqual(ended(setup), ['1 running ']);
    assert.equal([...setup.runner.running][0]?.signal.aborted, false);
  });

  it('ends what waits for a handler that cannot run now', async (test) => {
    const setup = await setUp(test, {}, { begun: false });
    await setup.receive(packet('1'));
    await setup.receive(packet('R', { cite: 'retraction' }));
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`]);
  });

  it('is heeded after a crash between the decision and the end of what it withdraws', async (test) => {
    const runner = new ScriptedRunner(() => DONE);
    const setup = await setUp(test, {}, { runner, begun: false });
    const { journal, dispatcher } = setup;
    await setup.receive(packet('1'), packet('2'), packet('3'));
    journal.ledger.begin(1, 'slew', Date.now());
    for (const seq of [1, 2]) journal.withdraw(seq, RETRACTED);
    await dispatcher.configure([spec(runner)], 0);
    await settle();
    assert.deepEqual(runner.seqs, [3]);
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`, `2 skipped ${RETRACTED}`, '3 done well']);
  });

  it('reaches what still runs of a handler that is being replaced', async (test) => {
    const setup = await setUp(test);
    await setup.receive(packet('1'));
    const [running] = setup.runner.running;
    running?.signal.addEventListener('abort', () => running.finish(failing('aborted')));
    const configured = setup.dispatcher.configure([], 60_000);
    await setup.receive(packet('R', { cite: 'retraction' }));
    await configured;
    assert.deepEqual(ended(setup), [`1 skipped ${RETRACTED}`]);
  });
});

describe('an update', () => {
  const SUPERSEDED = 'superseded by ivo://a.b/c#2';
  const supersedes = (second?: number) => packet('2', { cite: 'supersedes', ...(second !== undefined && { second }) });

  it('takes the place of what it supersedes', async (test) => {
    const setup = await setUp(test);
    await setup.receive(packet('1'));
    const [running] = setup.runner.running;
    running?.signal.addEventListener('abort', () => running.finish(failing('aborted')));
    await setup.receive(supersedes());
    assert.deepEqual(ended(setup), [`1 skipped ${SUPERSEDED}`, '2 running ']);
  });

  it('takes its place also for a handler that wants one of each event', async (test) => {
    for (const together of [true, false]) {
      const setup = await setUp(test, { once: true }, { begun: false });
      if (together) await setup.receive(packet('1'), supersedes());
      else {
        await setup.receive(packet('1'));
        await setup.receive(supersedes());
      }
      assert.deepEqual(ended(setup), [`1 skipped ${SUPERSEDED}`, '2 pending ']);
      await setup.receive(packet('3', { cite: 'followup' }));
      assert.equal(ended(setup).length, 2);
    }
  });

  it('that arrives late withdraws nothing that was written after it', async (test) => {
    const setup = await setUp(test, {}, { begun: false });
    await setup.receive(packet('3', { cite: 'supersedes', of: '2', second: 30 }));
    await setup.receive(supersedes(20), packet('1', { second: 10 }));
    assert.deepEqual(ended(setup), ['1 pending ']);
    assert.equal(setup.log.text().match(/does not fire: it has been superseded by ivo:\/\/a\.b\/c#[23]/g)?.length, 2);
  });

  it('holds back what it supersedes where that arrives later in its batch', async (test) => {
    const setup = await setUp(test, {}, { begun: false });
    await setup.receive(supersedes(20), packet('1', { second: 10 }));
    assert.deepEqual(ended(setup), ['1 pending ']);
    assert.match(setup.log.text(), /does not fire: it has been superseded by ivo:\/\/a\.b\/c#2/);
  });

  it('that a handler does not get takes nothing from it; a later retraction does', async (test) => {
    const setup = await setUp(test, { retracts: true, kinds: ['new'] });
    await setup.receive(packet('1'));
    const [running] = setup.runner.running;
    running?.signal.addEventListener('abort', () => running.finish(failing('aborted')));
    await setup.receive(supersedes());
    assert.deepEqual(ended(setup), ['1 running ']);
    await setup.receive(packet('R', { cite: 'retraction' }));
    assert.deepEqual(ended(setup), ['1 skipped the event was retracted by ivo://a.b/c#R', '3 running ']);
  });
});
