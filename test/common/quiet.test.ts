import assert from 'node:assert/strict';
import { it } from 'node:test';
import { QuietLog } from '../../src/common/quiet.ts';

it('what repeats is said once a minute, with how often it happened meanwhile', () => {
  const said: string[] = [];
  const log = new QuietLog((message) => said.push(message));
  const say = (key: string, now: number) => log.say(key, `${key} again`, {}, now);
  for (let now = 0; now < 50_000; now += 10_000) say('a', now);
  say('b', 50_000);
  say('a', 60_000);
  say('a', 119_999);
  say('a', 120_000);
  assert.deepEqual(said, [
    'a again',
    'b again',
    'a again (and 4 more since the last such line)',
    'a again (and 1 more since the last such line)',
  ]);
});

it('it does not grow with those who call', () => {
  let said = 0;
  const log = new QuietLog(() => {
    said += 1;
  });
  for (let address = 0; address < 5_000; address++) log.say(String(address), 'x', {}, 0);
  assert.equal(said, 5_000);
});
