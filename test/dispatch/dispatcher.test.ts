import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Dispatcher, type LaneSpec } from '../../src/dispatch/dispatcher.ts';
import type { Runner } from '../../src/dispatch/runner.ts';
import { DONE, laneSettings, recordedLog, ScriptedRunner, settle, TestJournal } from './scripted.ts';

function spec(handler: string, fingerprint: string, createRunner: () => Runner | Promise<Runner>): LaneSpec {
  return { settings: laneSettings({ handler }), fingerprint, createRunner: async () => await createRunner() };
}

function setUp(test: TestContext): { journal: TestJournal; dispatcher: Dispatcher } {
  const journal = new TestJournal(test);
  return { journal, dispatcher: new Dispatcher(journal.port(), recordedLog()) };
}

describe('the dispatcher', () => {
  it('hands a delivery to its handler and to no other', async (test) => {
    const { journal, dispatcher } = setUp(test);
    const [slew, chat] = [new ScriptedRunner(() => DONE), new ScriptedRunner(() => DONE)];
    await dispatcher.configure([spec('slew', '1', () => slew), spec('chat', '1', () => chat)], 0);
    for (const delivery of journal.deliveries(2, ['slew'])) dispatcher.offer('slew', delivery);
    for (const delivery of journal.deliveries(1, ['nobody'])) dispatcher.offer('nobody', delivery);
    await settle();
    assert.deepEqual(slew.seqs, [1, 2]);
    assert.deepEqual(chat.seqs, []);
    await dispatcher.stop(0);
    assert.deepEqual([slew.closed, chat.closed], [1, 1]);
  });

  it('lets a handler that did not change go on through a reload, and asks for no second runner', async (test) => {
    const { journal, dispatcher } = setUp(test);
    const runner = new ScriptedRunner();
    let created = 0;
    const same = () =>
      spec('slew', 'same', () => {
        created += 1;
        return runner;
      });
    await dispatcher.configure([same()], 0);
    for (const delivery of journal.deliveries(2)) dispatcher.offer('slew', delivery);
    await settle();
    const { troubles, unused } = await dispatcher.configure([same()], 0);
    assert.deepEqual([...troubles], []);
    assert.deepEqual([...unused], ['slew']);
    assert.equal(created, 1);
    assert.equal([...runner.running][0]?.signal.aborted, false);
    runner.finish(1);
    await settle();
    runner.finish(2);
    await settle();
    assert.deepEqual(journal.states(), ['done', 'done']);
    await dispatcher.stop(0);
  });

  it('replaces a handler that changed, and never has two at the same delivery', async (test) => {
    const { journal, dispatcher } = setUp(test);
    const before = new ScriptedRunner();
    const after = new ScriptedRunner(() => {
      assert.equal(before.running.size, 0, 'the old one still runs');
      return DONE;
    });
    await dispatcher.configure([spec('slew', 'old', () => before)], 0);
    for (const delivery of journal.deliveries(2)) dispatcher.offer('slew', delivery);
    await settle();
    const configured = dispatcher.configure([spec('slew', 'new', () => after)], 60_000);
    await settle();
    // What comes while the old one drains waits in the journal.
    for (const delivery of journal.deliveries(1)) dispatcher.offer('slew', delivery);
    await settle();
    assert.deepEqual(after.seqs, []);
    before.finish(1);
    await configured;
    await settle();
    assert.deepEqual(before.seqs, [1]);
    assert.deepEqual(after.seqs, [2, 3]);
    assert.equal(before.closed, 1);
    assert.deepEqual(journal.states(), ['done', 'done', 'done']);
    await dispatcher.stop(0);
  });

  it('ends a handler that is gone, and keeps its deliveries for when it comes back', async (test) => {
    const { journal, dispatcher } = setUp(test);
    const before = new ScriptedRunner(() => DONE);
    await dispatcher.configure([spec('slew', '1', () => before)], 0);
    await dispatcher.configure([], 0);
    assert.equal(before.closed, 1);
    for (const delivery of journal.deliveries(1)) dispatcher.offer('slew', delivery);
    await settle();
    assert.deepEqual(journal.states(), ['pending']);
    await dispatcher.configure([spec('slew', '1', () => new ScriptedRunner(() => DONE))], 0);
    await settle();
    assert.deepEqual(journal.states(), ['done']);
    await dispatcher.stop(0);
  });

  it('says why a handler cannot be set up, runs the others, and runs its deliveries once it can be', async (test) => {
    const { journal, dispatcher } = setUp(test);
    const broken = spec('slew', '1', () => Promise.reject(new Error('Its setup failed: no mount')));
    const chat = new ScriptedRunner(() => DONE);
    const { troubles, unused } = await dispatcher.configure([broken, spec('chat', '1', () => chat)], 0);
    assert.deepEqual([...troubles], [['slew', 'Its setup failed: no mount']]);
    assert.deepEqual([...unused], ['slew']);
    for (const delivery of journal.deliveries(2, ['slew', 'chat'])) {
      dispatcher.offer('slew', delivery);
      dispatcher.offer('chat', delivery);
    }
    await settle();
    assert.deepEqual(journal.states('slew'), ['pending', 'pending']);
    assert.deepEqual(journal.states('chat'), ['done', 'done']);
    // The same fingerprint: it does not run yet, so it is not kept.
    const mended = new ScriptedRunner(() => DONE);
    await dispatcher.configure([spec('slew', '1', () => mended), spec('chat', '1', () => chat)], 0);
    await settle();
    assert.deepEqual(mended.seqs, [1, 2]);
    assert.deepEqual(journal.states('slew'), ['done', 'done']);
    await dispatcher.stop(0);
  });

  it('begins nothing when it is stopped while a handler is being set up', async (test) => {
    const { journal, dispatcher } = setUp(test);
    journal.deliveries(1);
    const runner = new ScriptedRunner(() => DONE);
    const { promise, resolve } = Promise.withResolvers<Runner>();
    const configured = dispatcher.configure([spec('slew', '1', () => promise)], 0);
    await settle();
    await dispatcher.stop(0);
    resolve(runner);
    await configured;
    await settle();
    assert.deepEqual(runner.seqs, []);
    assert.equal(runner.closed, 1);
    assert.deepEqual(journal.states(), ['pending']);
  });

  it('measures how long alerts take to each handler that runs, through its reloads', async (test) => {
    const { journal, dispatcher } = setUp(test);
    const counted = () =>
      Object.entries(dispatcher.startHistograms()).map(([handler, { counts }]) => [
        handler,
        counts.reduce((total, count) => total + count, 0),
      ]);
    const done = () => new ScriptedRunner(() => DONE);
    const offer = async () => {
      for (const delivery of journal.deliveries(1, ['slew'])) dispatcher.offer('slew', delivery);
      await settle();
    };
    assert.deepEqual(counted(), []);
    await dispatcher.configure([spec('slew', '1', done), spec('chat', '1', done)], 0);
    await offer();
    assert.deepEqual(counted(), [
      ['slew', 1],
      ['chat', 0],
    ]);
    await dispatcher.configure([spec('slew', '2', done)], 0);
    await offer();
    assert.deepEqual(counted(), [['slew', 2]]);
    await dispatcher.configure([], 0);
    assert.deepEqual(counted(), []);
    await dispatcher.stop(0);
  });

  it('ends itself what nobody wants any more of a handler that is not run, also when the journal fails now', async (test) => {
    const journal = new TestJournal(test);
    const broken = { is: false };
    const log = recordedLog();
    const port = journal.port({
      end: (...args) => {
        if (broken.is) throw new Error('database is locked');
        journal.ledger.end(...args);
      },
    });
    const dispatcher = new Dispatcher(port, log);
    journal.deliveries(2);
    for (const seq of [1, 2]) journal.withdraw(seq, 'superseded');
    dispatcher.withdraw('slew', 1, 'superseded');
    assert.deepEqual(journal.states(), ['skipped', 'pending']);
    broken.is = true;
    dispatcher.withdraw('slew', 2, 'superseded');
    assert.match(log.text(), /^Cannot write the journal: database is locked; slew ends 2\/slew when it runs again$/m);
    broken.is = false;
    const runner = new ScriptedRunner(() => DONE);
    await dispatcher.configure([spec('slew', '1', () => runner)], 0);
    await settle();
    assert.deepEqual(runner.seqs, []);
    assert.deepEqual(journal.states(), ['skipped', 'skipped']);
    await dispatcher.stop(0);
  });
});
