import { h, type JSX } from 'preact';
import type { BroadcastStatus } from '../model.ts';
import { section } from './fields.ts';
import { levelMark } from './mark.ts';
import { shownCount } from './numbers.ts';
import { cardTable } from './table.ts';
import { shown } from './text.ts';
import { shownSince, shownTime } from './time.ts';

type SubscriberStatus = BroadcastStatus['subscribers'][number];

/** Who gets alerts from us; undefined when the configuration has no broadcast. */
export function broadcastSection(broadcast: BroadcastStatus | undefined, now: number): JSX.Element | undefined {
  if (broadcast === undefined) return undefined;
  const { level, state, address, since, reason, subscribers } = broadcast;
  const summary = h('p', { class: 'summary' }, [
    levelMark(level, shown(state)),
    address === undefined ? undefined : [' on ', shown(address)],
    since === undefined ? undefined : [' ', shownSince(since, now)],
    reason === undefined ? undefined : [': ', shown(reason, 2_000)],
  ]);
  const who =
    subscribers.length === 0 ? h('p', { class: 'none' }, 'No subscriber is connected.') : table(subscribers, now);
  return section('broadcast', 'Broadcast', summary, who);
}

function table(subscribers: readonly SubscriberStatus[], now: number): JSX.Element {
  return cardTable<SubscriberStatus>({
    caption: 'Subscribers to the broadcast',
    rows: subscribers,
    keyOf: ({ address, since }) => `${address} ${since}`,
    columns: [
      { label: 'Subscriber', cell: nameCell },
      { label: 'Since', cell: ({ since }) => shownTime(since, now) },
      { label: 'Last message', cell: ({ lastMessageAt }) => shownTime(lastMessageAt, now) },
      { label: 'Sent', isNumber: true, cell: ({ sent }) => shownCount(sent) },
      { label: 'Receipts', isNumber: true, cell: ({ receipts }) => shownCount(receipts) },
      { label: 'Owed', isNumber: true, cell: ({ owed }) => shownCount(owed) },
      { label: 'Waiting', isNumber: true, cell: waitingCell },
      { label: 'Filters', cell: filtersCell },
    ],
  });
}

function nameCell({ address, identity }: SubscriberStatus) {
  return [shown(address), identity === undefined ? undefined : h('small', null, shown(identity))];
}

function waitingCell({ waiting, isBehind }: SubscriberStatus) {
  return [shownCount(waiting), isBehind ? h('small', null, levelMark('warning', 'behind')) : undefined];
}

function filtersCell({ filters }: SubscriberStatus) {
  if (filters.length === 0) return 'none: gets all';
  return h(
    'ul',
    { class: 'plain' },
    filters.map((filter, index) => h('li', { key: index }, h('code', null, shown(filter, 500)))),
  );
}
