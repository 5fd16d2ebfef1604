import { h, type JSX } from 'preact';
import type { Reference } from '../../alert/model.ts';
import type { AlertDetail, AlertLink } from '../model.ts';
import { section } from './fields.ts';
import { tag } from './mark.ts';
import { alertHref, alertName, shown, shownAddress, shownLines } from './text.ts';
import { shownTime } from './time.ts';

/** What the alert cites, with what the journal has of it. */
export function citationsSection(cites: AlertDetail['cites']): JSX.Element | undefined {
  if (cites.length === 0) return undefined;
  const items = cites.map(({ ivorn, cite, description, alerts }, index) =>
    h('li', { key: index }, [
      tag('plain', cite),
      ' ',
      shown(ivorn),
      description === undefined ? undefined : h('p', null, shownLines(description)),
      alerts.length === 0 ? h('small', null, 'not in the journal') : h('ul', null, alerts.map(linkItem)),
    ]),
  );
  return section('cites', 'Cites', h('ul', { class: 'links' }, items));
}

/** Who cites it. */
export function citedBySection(citedBy: AlertDetail['citedBy']): JSX.Element | undefined {
  if (citedBy.length === 0) return undefined;
  const items = citedBy.map((link) => h('li', { key: link.id }, tag('plain', link.cite), ' by ', alertLink(link)));
  return section('cited-by', 'Cited by', h('ul', { class: 'links' }, items));
}

/** The alerts about the same event. */
export function threadSection({ id, thread, threadAlerts }: AlertDetail): JSX.Element | undefined {
  if (threadAlerts.length === 0) return undefined;
  const items = threadAlerts.map((link) =>
    h('li', { key: link.id, 'aria-current': link.id === id ? 'true' : undefined }, [
      link.id === id ? h('b', null, shown(alertName(link)), ' (this one) ') : undefined,
      link.id === id ? facts(link) : alertLink(link),
    ]),
  );
  const key = thread === undefined ? undefined : h('p', null, 'All about one event: ', shown(thread));
  return section('thread', 'Thread', key, h('ol', { class: 'links' }, items));
}

function linkItem(link: AlertLink): JSX.Element {
  return h('li', { key: link.id }, alertLink(link));
}

function alertLink(link: AlertLink): JSX.Element {
  return h('span', null, h('a', { href: alertHref(link.id) }, shown(alertName(link))), ' ', facts(link));
}

function facts({ kind, role, receivedAt }: AlertLink): JSX.Element {
  return h('small', { class: 'inline' }, [
    role === 'test' ? [tag('test', 'TEST'), ' '] : undefined,
    kind === undefined ? undefined : `${kind}, `,
    'received ',
    shownTime(receivedAt),
  ]);
}

/** Further reading. */
export function referencesSection(references: readonly Reference[]): JSX.Element | undefined {
  if (references.length === 0) return undefined;
  return section('references', 'References', h('ul', { class: 'links' }, references.map(referenceItem)));
}

function referenceItem({ uri, name, type, mimetype, meaning, description }: Reference, index: number): JSX.Element {
  const facts = [type, mimetype, meaning].filter((fact) => fact !== undefined);
  return h('li', { key: index }, [
    name === undefined ? undefined : h('b', null, shown(name), ' '),
    shownAddress(uri),
    facts.length === 0
      ? undefined
      : h(
          'small',
          null,
          facts.map((fact) => [shown(fact), ' ']),
        ),
    description === undefined ? undefined : h('p', null, shownLines(description)),
  ]);
}
