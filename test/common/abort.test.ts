import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { it } from 'node:test';
import { aborted, pause } from '../../src/common/abort.ts';

it('a pause ends when its time has passed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { signal } = new AbortController();
  let ended = false;
  const pausing = pause(1_000, signal).then(() => {
    ended = true;
  });
  t.mock.timers.tick(999);
  await Promise.resolve();
  assert.equal(ended, false);
  t.mock.timers.tick(1);
  await pausing;
  assert.equal(getEventListeners(signal, 'abort').length, 0, 'it leaves no listener behind');
});

it('a pause ends at once when its signal aborts, or has', async () => {
  const controller = new AbortController();
  const pausing = pause(3_600_000, controller.signal);
  controller.abort();
  await pausing;
  await pause(3_600_000, controller.signal);
});

it('waiting for an abort ends with it', async () => {
  const controller = new AbortController();
  const waiting = aborted(controller.signal);
  controller.abort();
  await waiting;
  await aborted(controller.signal);
});
