import { h, type JSX } from 'preact';
import type { SourceStatus } from '../model.ts';
import { section } from './fields.ts';
import { levelMark } from './mark.ts';
import { counted, shownBytes, shownCount } from './numbers.ts';
import { cardTable } from './table.ts';
import { shown } from './text.ts';
import { shownSince, shownTime } from './time.ts';

export function sourcesSection(sources: readonly SourceStatus[], now: number): JSX.Element | undefined {
  if (sources.length === 0) return section('sources', 'Sources', h('p', null, 'None is configured.'));
  const table = cardTable<SourceStatus>({
    caption: 'Sources of alerts',
    rows: sources,
    keyOf: ({ name }) => name,
    classOf: ({ level }) => level,
    columns: [
      { label: 'Source', cell: nameCell },
      { label: 'State', cell: (source) => stateCell(source, now) },
      { label: 'Last alert', cell: ({ lastAlertAt }) => shownTime(lastAlertAt, now) },
      { label: 'Last message', cell: ({ lastMessageAt }) => shownTime(lastMessageAt, now) },
      { label: 'Last iamalive', cell: ({ lastIamaliveAt }) => shownTime(lastIamaliveAt, now) },
      { label: 'Last hour', isNumber: true, cell: ({ lastHour }) => shownCount(lastHour) },
      { label: 'Last day', isNumber: true, cell: ({ lastDay }) => shownCount(lastDay) },
      { label: 'Received', isNumber: true, cell: receivedCell },
      { label: 'Reconnects', isNumber: true, cell: reconnectsCell },
    ],
  });
  return section('sources', 'Sources', table);
}

function nameCell({ name, type, address }: SourceStatus) {
  return [shown(name), h('small', null, shown(type), address === undefined ? undefined : [' ', shown(address)])];
}

function stateCell({ level, state, since, reason, nextAttemptAt, connections }: SourceStatus, now: number) {
  return [
    levelMark(level, shown(state)),
    since === undefined ? undefined : h('small', null, shownSince(since, now)),
    connections === undefined ? undefined : h('small', null, `${counted(connections, 'author')} connected`),
    reason === undefined ? undefined : h('small', { class: 'reason' }, shown(reason, 2_000)),
    nextAttemptAt === undefined ? undefined : h('small', null, 'connects again ', shownTime(nextAttemptAt, now)),
  ];
}

/** What is not there needs no room. */
function receivedCell({ received, duplicates, bytes, refused = 0 }: SourceStatus) {
  const parts = [
    shownBytes(bytes),
    ...(duplicates === 0 ? [] : [counted(duplicates, 'duplicate')]),
    ...(refused === 0 ? [] : [`${shownCount(refused)} refused`]),
  ];
  const facts = parts.map((part, index) => [index === 0 ? '' : ', ', h('span', { key: part, class: 'whole' }, part)]);
  return [shownCount(received), h('small', null, facts)];
}

function reconnectsCell({ reconnects }: SourceStatus) {
  return reconnects === undefined ? undefined : shownCount(reconnects);
}
