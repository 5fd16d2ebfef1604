import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Web } from '../../src/web/web.ts';
import { recordLog, within } from '../support/wait.ts';

it('a thread that is busy does not delay the end for longer than two seconds', async () => {
  const failed: Error[] = [];
  const events = { ask: () => Promise.reject(new Error('nobody asks')), failed: (error: Error) => failed.push(error) };
  const web = new Web('nowhere', recordLog(), events, new URL('data:text/javascript,for(;;);'));
  const settings = { listen: { host: '127.0.0.1', port: 0, text: '127.0.0.1:0' }, tokens: undefined, url: undefined };
  const configured = web.configure({ ...settings, feedItems: 20, maxConnections: 20 });
  const startedAt = performance.now();
  await within(web.stop(), 'the end');
  assert.ok(performance.now() - startedAt < 5_000);
  assert.ok('problem' in (await configured));
  assert.deepEqual(failed, []);
});
