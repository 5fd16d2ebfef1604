import { h, type JSX } from 'preact';
import type { Concern, Status } from '../model.ts';
import { counted } from './numbers.ts';
import type { StatusView } from './status-view.ts';
import { shown } from './text.ts';
import { clock, shownTime } from './time.ts';

const WORDS = { red: 'RED', warning: 'WARNING' } as const;

/** What stands before everything else on the status page: whether somebody has to get up. */
export function concerns(view: StatusView): JSX.Element[] {
  const { status, link } = view;
  return [
    h(
      'div',
      { key: 'link', class: 'link', role: 'status' },
      link.state === 'lost' ? lostBanner(link.since) : undefined,
    ),
    h('section', { key: 'first', class: `first ${status.level}`, 'aria-labelledby': 'level' }, [
      h('p', { key: 'news', role: 'status', class: 'unseen' }, view.news),
      h('p', { key: 'alarm', role: 'alert', class: 'unseen' }, view.alarm),
      h('div', { key: 'level', class: 'level' }, h('h1', { id: 'level' }, sentence(status)), asOf(view)),
      status.concerns.length === 0
        ? undefined
        : h('ul', { key: 'concerns', class: 'concerns' }, status.concerns.map(concernItem)),
    ]),
  ];
}

function concernItem({ level, about, message }: Concern, index: number): JSX.Element {
  return h(
    'li',
    { key: `${index} ${about}`, class: level },
    h('strong', null, WORDS[level]),
    ': ',
    h('b', null, shown(about)),
    ': ',
    shown(message, 2_000),
  );
}

function sentence({ level, concerns }: Status): string {
  const red = concerns.filter((concern) => concern.level === 'red').length;
  const warnings = concerns.length - red;
  if (concerns.length === 0) return level === 'ok' ? 'All is well' : `State: ${level}`;
  const parts = [red > 0 ? `${red} red` : '', warnings > 0 ? counted(warnings, 'warning') : ''];
  return parts.filter((part) => part !== '').join(', ');
}

function asOf({ link, now, status }: StatusView): JSX.Element {
  const from = link.state === 'lost' ? link.since : link.state === 'live' ? now : status.now;
  const word = { snapshot: 'as of', live: 'live', lost: 'stale, from' }[link.state];
  return h('p', { class: 'as-of' }, `${word} `, shownTime(from));
}

function lostBanner(since: number): JSX.Element {
  return h(
    'p',
    { class: 'lost' },
    h('strong', null, 'Connection to voeventd lost; trying again.'),
    ` What is shown is from ${clock(since)}.`,
  );
}
