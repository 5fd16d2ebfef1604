import assert from 'node:assert/strict';
import { it } from 'node:test';
import { describeBroadcaster } from '../../src/vtp/broadcaster/status.ts';
import { describeReceiver } from '../../src/vtp/receiver/status.ts';

const NOW = 1_795_341_600_000;

it('a receiver is described in one clause, whatever its state', () => {
  const listening = {
    state: 'listening',
    address: '0.0.0.0:8098',
    since: NOW - 60_000,
    connections: 2,
    events: 7,
  } as const;
  assert.deepEqual(
    [
      describeReceiver({ state: 'idle' }, NOW),
      describeReceiver({ ...listening, refused: 1, lastEventAt: NOW - 5_000 }, NOW),
      describeReceiver({ ...listening, events: 0, refused: 0, lastEventAt: undefined }, NOW),
      describeReceiver({ state: 'failed', address: '0.0.0.0:8098', reason: 'permission denied (EACCES)' }, NOW),
      describeReceiver({ state: 'stopped' }, NOW),
    ],
    [
      'not started yet',
      'receiving on 0.0.0.0:8098 for 1m, 2 connected, 7 events of which 1 refused, last event 5s ago',
      'receiving on 0.0.0.0:8098 for 1m, 2 connected, 0 events of which 0 refused, no event yet',
      'cannot listen on 0.0.0.0:8098: permission denied (EACCES)',
      'stopped',
    ],
  );
});

it('a broadcaster is described with each of its subscribers, on a line each', () => {
  const subscriber = { address: '192.0.2.7:4711', since: NOW - 3_600_000, lastMessageAt: NOW, receipts: 5, waiting: 0 };
  const status = {
    state: 'listening',
    address: '0.0.0.0:8099',
    since: NOW - 7_200_000,
    subscribers: [
      { ...subscriber, identity: undefined, sent: 5, owed: 0, isBehind: false, filters: [] },
      { ...subscriber, identity: 'ivo://org.example/a', sent: 9, owed: 4, isBehind: true, filters: ['//a', '//b'] },
    ],
  } as const;
  assert.deepEqual(describeBroadcaster(status, NOW), [
    'broadcasting on 0.0.0.0:8099 for 2h to 2 subscribers',
    '192.0.2.7:4711 for 1h: 5 alerts, 0 receipts owed',
    '192.0.2.7:4711 (ivo://org.example/a) for 1h: 9 alerts, 4 receipts owed, behind, wants //a | //b',
  ]);
  assert.deepEqual(
    describeBroadcaster({ ...status, subscribers: status.subscribers.slice(0, 1) }, NOW)[0],
    'broadcasting on 0.0.0.0:8099 for 2h to 1 subscriber',
  );
  assert.deepEqual(describeBroadcaster({ state: 'stopped' }, NOW), ['stopped']);
});
