import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import type { Job, Purpose, Verdict } from '../../src/inspect/messages.ts';
import { inspectProgram } from '../../src/inspect/program.ts';
import { InspectThread } from '../../src/inspect/thread.ts';
import { packet } from '../support/play.ts';
import { turns, within } from '../support/wait.ts';

/** Takes seconds on a few hundred elements, and minutes on a few more. */
const HOSTILE = 'count(//*[count(//*[count(//*[count(//*) > 1]) > 1]) > 1]) > 0';
const LARGE = new Uint8Array(packet('large', { what: '<Param name="a" value="1"/>'.repeat(400) }));
const SMALL = new Uint8Array(packet('small'));

function start(
  context: TestContext,
  purpose: Purpose = 'examine',
  setup: () => readonly Job[] = () => [],
  limitMs = 2_000,
): InspectThread {
  const thread = new InspectThread(inspectProgram(), purpose, setup, limitMs);
  context.after(() => thread.close());
  return thread;
}

const relay = (bytes: Uint8Array): Job => ({
  type: 'relay',
  packet: bytes,
  source: 'campus',
  receivedAt: 1_790_000_000_000,
});
const examine = (bytes: Uint8Array): Job => ({ type: 'examine', packet: bytes, schema: true });

describe('the inspecting thread', () => {
  it('does its jobs in order, those that it is for', async (t) => {
    const all = async (purpose: Purpose, jobs: readonly Job[]) => {
      const thread = start(t, purpose);
      return await within(Promise.all(jobs.map((job) => thread.run(job))), 'all answers');
    };
    const other = new Uint8Array(Buffer.from('<a/>'));
    const [good, bad, strange] = await all('examine', [examine(SMALL), examine(other), relay(SMALL)]);
    assert.deepEqual(good, { type: 'done', problem: undefined });
    assert.deepEqual(bad, { type: 'done', problem: 'It is no VOEvent: its root is <a>' });
    assert.deepEqual(strange, { type: 'failed', reason: 'This thread is there to examine.' });
    assert.deepEqual(
      await all('relay', [
        { type: 'add-filter', id: 1, text: '//Who' },
        { type: 'configure', rule: 'alert.ra > 70.0', compose: false },
        relay(SMALL),
        { type: 'remove-filter', id: 1 },
        relay(SMALL),
      ]),
      [
        { type: 'done', problem: undefined },
        { type: 'done' },
        { type: 'matched', filters: [1], slow: [] },
        { type: 'done' },
        { type: 'matched', filters: [], slow: [] },
      ],
    );
  });

  it('gives the verdict before a filter is looked at, names the filter that never ends, and goes on without it', async (t) => {
    const filters = new Map([
      [1, '//Who'],
      [2, HOSTILE],
    ]);
    const setup = () => [...filters].map(([id, text]): Job => ({ type: 'add-filter', id, text }));
    const thread = start(t, 'relay', setup, 300);
    const verdicts: Verdict[] = [];
    const first = thread
      .run(relay(LARGE), (verdict) => verdicts.push(verdict))
      .then((answer) => {
        filters.delete(2);
        return answer;
      });
    const [failed, second, third] = await within(
      Promise.all([first, thread.run(relay(LARGE)), thread.run(relay(SMALL))]),
      'all answers',
    );
    assert.deepEqual(verdicts, [{ relay: true, ivorn: 'ivo://org.example/e2e#large' }]);
    assert.deepEqual(failed, { type: 'failed', reason: 'it took longer than 0.3 s', filter: 2 });
    assert.deepEqual(second, { type: 'matched', filters: [1], slow: [] });
    assert.deepEqual(third, { type: 'matched', filters: [1], slow: [] });
  });

  it('blames a filter that never ends also when it is the first thing that the thread is given', async (t) => {
    const endless = Array.from({ length: 8 }).reduce<string>((inner) => `count(//*[${inner}]) > 0`, 'count(//*) > 1');
    const thread = start(t, 'relay', () => [], 300);
    assert.deepEqual(await within(thread.run({ type: 'add-filter', id: 1, text: endless }), 'the filter'), {
      type: 'done',
      problem: undefined,
    });
    // Whatever the thread does by itself meanwhile, it does without what strangers wrote.
    await turns(100);
    const answer = await within(thread.run(relay(LARGE)), 'the answer');
    assert.deepEqual(answer, { type: 'failed', reason: 'it took longer than 0.3 s', filter: 1 });
  });

  it('gives up what waits when it cannot live, and does not reject', async (t) => {
    const thread = new InspectThread({ kind: 'file', url: 'file:///nowhere/worker.ts' }, 'examine');
    t.after(() => thread.close());
    const answers = await within(Promise.all([thread.run(examine(SMALL)), thread.run(examine(SMALL))]), 'both answers');
    for (const answer of answers)
      assert.match(answer.type === 'failed' ? answer.reason : '', /^the inspecting thread failed/);
  });

  it('answers those that wait when it is closed, and those that come after', async (t) => {
    const thread = start(t);
    const waiting = thread.run(examine(SMALL));
    await thread.close();
    const stopped = { type: 'failed', reason: 'voeventd stops' };
    assert.deepEqual(await waiting, stopped);
    assert.deepEqual(await thread.run(examine(SMALL)), stopped);
  });
});
