import { type ComponentChildren, h, type JSX } from 'preact';
import { visible } from '../../common/visible.ts';
import type { AlertPage } from '../model.ts';
import { alertTable } from './alert-table.ts';
import { counted } from './numbers.ts';

const MOST_CHARACTERS = 300;
const DAY_MS = 86_400_000;

/** What the list was asked for. */
export interface ListQuery {
  readonly stream?: string;
  readonly role?: string;
  readonly source?: string;
  /** `2026-11-27` */
  readonly date?: string;
  /** Only alerts with a lower number in the journal. */
  readonly before?: string | number;
}

/** What can be asked for. */
export interface ListChoices {
  readonly streams: readonly string[];
  readonly sources: readonly string[];
  readonly roles: readonly string[];
}

/** The alerts of the journal, filtered, a page at a time. */
export function listPage(page: AlertPage, query: ListQuery, choices: ListChoices): ComponentChildren[] {
  return [
    h('h1', null, 'Alerts'),
    filterForm(query, choices),
    dayLinks(query),
    alertTable({ alerts: page.alerts, caption: 'Alerts, newest first' }),
    pageLinks(page, query),
  ];
}

function filterForm(query: ListQuery, { streams, sources, roles }: ListChoices): JSX.Element {
  return h(
    'form',
    { method: 'get', action: '/alerts', class: 'filter', role: 'search', 'aria-label': 'Filter alerts' },
    [
      select('stream', 'Stream', streams, query.stream),
      select('role', 'Role', roles, query.role),
      select('source', 'Source', sources, query.source),
      h(
        'label',
        { key: 'date' },
        h('span', null, 'Day (UTC)'),
        h('input', { type: 'date', name: 'date', value: isDay(query.date) ? query.date : '' }),
      ),
      h('button', { key: 'submit', type: 'submit' }, 'Show'),
      isFiltered(query) ? h('a', { key: 'clear', href: '/alerts' }, 'Clear') : undefined,
    ],
  );
}

function select(name: string, label: string, choices: readonly string[], chosen = ''): JSX.Element {
  // What was asked for is shown even when there is no such thing (any more).
  const wanted = chosen === '' || choices.includes(chosen) ? choices : [chosen, ...choices];
  // What cannot be shown as it is cannot be sent as it is either.
  const values = wanted.filter((value) => value !== '' && visible(value, MOST_CHARACTERS) === value);
  const options = ['', ...values].map((value) =>
    h('option', { key: value, value, selected: value === chosen }, value === '' ? 'all' : value),
  );
  return h('label', { key: name }, h('span', null, label), h('select', { name }, options));
}

function dayLinks(query: ListQuery): JSX.Element | undefined {
  const { date } = query;
  if (!isDay(date)) return undefined;
  const at = Date.parse(`${date}T00:00:00Z`);
  const [previous, next] = [at - DAY_MS, at + DAY_MS].map((time) => new Date(time).toISOString().slice(0, 10));
  return h('nav', { class: 'days', 'aria-label': 'Days' }, [
    h('a', { href: hrefOf({ ...query, date: previous, before: undefined }), rel: 'prev' }, `← ${previous}`),
    h('strong', null, h('time', { dateTime: date }, date)),
    h('a', { href: hrefOf({ ...query, date: next, before: undefined }), rel: 'next' }, `${next} →`),
  ]);
}

function pageLinks({ alerts, next }: AlertPage, query: ListQuery): JSX.Element | undefined {
  if (next === undefined && query.before === undefined) return undefined;
  return h('nav', { class: 'pages', 'aria-label': 'More alerts' }, [
    h('span', null, `${counted(alerts.length, 'alert')} on this page`),
    query.before === undefined ? undefined : h('a', { href: hrefOf({ ...query, before: undefined }) }, 'Newest'),
    next === undefined ? undefined : h('a', { href: hrefOf({ ...query, before: next }), rel: 'next' }, 'Older alerts'),
  ]);
}

function hrefOf(query: { readonly [Key in keyof ListQuery]: ListQuery[Key] | undefined }): string {
  const known = (['stream', 'role', 'source', 'date', 'before'] as const).flatMap((name) => {
    const value = query[name];
    return value === undefined || value === '' ? [] : [[name, String(value).slice(0, 2_000)]];
  });
  const search = new URLSearchParams(known).toString();
  return search === '' ? '/alerts' : `/alerts?${search}`;
}

function isFiltered({ stream, role, source, date, before }: ListQuery): boolean {
  return [stream, role, source, date, before].some((value) => value !== undefined && value !== '');
}

/** A day that exists and has neighbours. */
function isDay(date: string | undefined): date is string {
  if (date === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const at = Date.parse(`${date}T00:00:00Z`);
  return at > DAY_MS && date < '9999-12-31';
}
