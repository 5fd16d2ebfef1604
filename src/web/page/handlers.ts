import { h, type JSX } from 'preact';
import type { HandlerStatus } from '../model.ts';
import { section } from './fields.ts';
import { levelMark } from './mark.ts';
import { counted, shownCount } from './numbers.ts';
import { type Column, cardTable } from './table.ts';
import { shown } from './text.ts';
import { shownTime } from './time.ts';

type CountName = 'pending' | 'running' | 'retrying' | 'done' | 'dead' | 'skipped';

export function handlersSection(handlers: readonly HandlerStatus[], now: number): JSX.Element | undefined {
  if (handlers.length === 0) return section('handlers', 'Handlers', h('p', null, 'None is configured.'));
  const table = cardTable<HandlerStatus>({
    caption: 'Handlers and their deliveries',
    rows: handlers,
    keyOf: ({ name }) => name,
    classOf: ({ level }) => level,
    columns: [
      { label: 'Handler', cell: nameCell },
      { label: 'State', cell: stateCell },
      countColumn('Pending', 'pending'),
      countColumn('Running', 'running'),
      countColumn('Retrying', 'retrying'),
      countColumn('Done', 'done'),
      countColumn('Dead', 'dead'),
      countColumn('Skipped', 'skipped'),
      { label: 'Last run', cell: (handler) => lastRunCell(handler, now) },
      { label: 'Last error', cell: (handler) => lastErrorCell(handler, now) },
    ],
  });
  return section('handlers', 'Handlers', table);
}

/** A zero is there, and does not catch the eye. */
function countColumn(label: string, name: CountName): Column<HandlerStatus> {
  const cell = ({ [name]: count }: HandlerStatus) =>
    count === 0 ? h('span', { class: 'zero' }, '0') : shownCount(count);
  return { label, isNumber: true, cell };
}

function nameCell({ name, plugin }: HandlerStatus) {
  return [shown(name), plugin === undefined ? undefined : h('small', null, shown(plugin))];
}

function stateCell({ level, state, reason }: HandlerStatus) {
  return [
    levelMark(level, shown(state)),
    reason === undefined ? undefined : h('small', { class: 'reason' }, shown(reason, 2_000)),
  ];
}

function lastRunCell({ lastEndedAt, lastState, lastOutcome }: HandlerStatus, now: number) {
  if (lastEndedAt === undefined) return undefined;
  const outcome = lastOutcome === undefined ? undefined : [': ', shown(lastOutcome, 500)];
  return [
    shownTime(lastEndedAt, now),
    h('small', { class: 'reason' }, lastState === undefined ? undefined : shown(lastState), outcome),
  ];
}

function lastErrorCell({ lastErrorAt, lastError, retried, dead }: HandlerStatus, now: number) {
  if (lastErrorAt === undefined && lastError === undefined) return undefined;
  return [
    shownTime(lastErrorAt, now),
    lastError === undefined ? undefined : h('small', { class: 'reason' }, shown(lastError, 500)),
    h('small', null, `${counted(retried + dead, 'attempt')} failed in all`),
  ];
}
