import { type ComponentChildren, h } from 'preact';
import type { JournalStatus, Status } from '../model.ts';
import { alertTable } from './alert-table.ts';
import { broadcastSection } from './broadcast.ts';
import { fieldList, section } from './fields.ts';
import { handlersSection } from './handlers.ts';
import { levelMark } from './mark.ts';
import { shownBytes, shownCount } from './numbers.ts';
import { sourcesSection } from './sources.ts';
import type { StatusView } from './status-view.ts';
import { shown } from './text.ts';
import { shownTime, span } from './time.ts';

/** The status page, without what stands first on it (`concerns`). */
export function statusPage({ status, alerts, now }: StatusView): ComponentChildren {
  return [
    sourcesSection(status.sources, now),
    broadcastSection(status.broadcast, now),
    handlersSection(status.handlers, now),
    section(
      'alerts',
      'Latest alerts',
      alertTable({ alerts, caption: 'Latest alerts, newest first', now }),
      h('p', { class: 'more' }, h('a', { href: '/alerts' }, 'All alerts')),
    ),
    h('div', { key: 'end', class: 'pair' }, journalSection(status.journal, now), aboutSection(status, now)),
  ];
}

function journalSection(journal: JournalStatus, now: number) {
  const fields = fieldList([
    ['State', levelMark(journal.level, journal.level === 'ok' ? 'writable' : 'not well')],
    ['Problem', journal.problem === undefined ? undefined : shown(journal.problem, 2_000)],
    ['Size', shownBytes(journal.bytes)],
    ['Alerts', shownCount(journal.alerts)],
    ['Undecided', shownCount(journal.undecided)],
    ['Quarantined', shownCount(journal.quarantined)],
    ['Oldest', shownTime(journal.oldestAt, now)],
    ['Newest', shownTime(journal.newestAt, now)],
    ['File', shown(journal.path, 1_000)],
  ]);
  return section('journal', 'Journal', fields);
}

function aboutSection({ version, identity, startedAt, now: writtenAt }: Status, now: number) {
  const fields = fieldList([
    ['Version', shown(version)],
    ['Identity', shown(identity)],
    ['Up for', span(now - Date.parse(startedAt))],
    ['Started', shownTime(startedAt)],
    ['Last status', shownTime(writtenAt, now)],
  ]);
  return section('about', 'Daemon', fields);
}
