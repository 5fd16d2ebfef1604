import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeStatus, type SubscriberStatus } from '../../../src/vtp/subscriber/status.ts';

it('a status is said in a clause', () => {
  const now = 1_790_000_000_000;
  const history = { lastMessageAt: undefined, lastIamaliveAt: undefined, reconnects: 0 };
  const connected = { ...history, state: 'connected', broker: 'b:8099', since: now - 90_000 } as const;
  const waiting = { ...history, state: 'waiting', broker: 'c:8099', since: now - 60_000 } as const;
  const said: [SubscriberStatus, string][] = [
    [{ ...history, state: 'idle' }, 'not started yet'],
    [{ ...history, state: 'connecting', broker: 'b:8099', since: now - 2_000 }, 'connecting to b:8099 for 2s'],
    [{ ...connected, events: 0 }, 'connected to b:8099 for 1m 30s, 0 events, no message yet'],
    [
      { ...connected, lastMessageAt: now - 40, events: 7 },
      'connected to b:8099 for 1m 30s, 7 events, last message 40ms ago',
    ],
    [
      { ...connected, lastMessageAt: now - 600_000, events: 0, reconnects: 3 },
      'connected to b:8099 for 1m 30s, 0 events, last message 10m ago',
    ],
    [
      { ...waiting, until: now + 4_000, reason: 'the broker closed the connection' },
      'no feed: the broker closed the connection; trying c:8099 in 4s',
    ],
    [{ ...waiting, until: now - 4_000, reason: 'timed out' }, 'no feed: timed out; trying c:8099 in 0ms'],
    [{ ...history, state: 'stopped' }, 'stopped'],
  ];
  for (const [status, text] of said) assert.equal(describeStatus(status, now), text);
});
