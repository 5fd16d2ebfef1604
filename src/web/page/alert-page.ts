import { type ComponentChildren, h, type JSX } from 'preact';
import { visible } from '../../common/visible.ts';
import type { AlertDetail } from '../model.ts';
import { abridged } from './abridged.ts';
import { alertFields } from './alert-fields.ts';
import { citationsSection, citedBySection, referencesSection, threadSection } from './alert-links.ts';
import { measuredSections } from './alert-params.ts';
import { attemptsSection } from './attempts.ts';
import { fieldList, section } from './fields.ts';
import { tag } from './mark.ts';
import { shownBytes } from './numbers.ts';
import { alertHref, alertName, shown, shownLines } from './text.ts';
import { shownTime } from './time.ts';
import { verdictTable } from './verdict-table.ts';

/** The packet, laid out for reading. */
export interface Pretty {
  readonly text: string;
  readonly language: 'xml' | 'json' | 'text';
  /** Whether there is more of it. */
  readonly isCut: boolean;
}

const MOST_PACKET_CHARACTERS = 5_000_000;

/** All about one alert, as far as a page has room for it. @param pretty undefined when there is nothing to show of the packet */
export function alertPage(detail: AlertDetail, pretty: Pretty | undefined): ComponentChildren[] {
  const { alert, isCut } = detail.alert === undefined ? { alert: undefined, isCut: false } : abridged(detail.alert);
  return [
    heading(detail),
    h('p', { class: 'downloads' }, downloads(detail, pretty)),
    isCut ? leftOut(detail) : undefined,
    problem(detail),
    section('handlers', 'Handlers', handlersOf(detail)),
    attemptsSection(detail.attempts),
    description(detail),
    h('div', { class: 'groups' }, alert === undefined ? undefined : alertFields(alert), reception(detail)),
    citationsSection(detail.cites),
    citedBySection(detail.citedBy),
    threadSection(detail),
    alert === undefined ? undefined : measuredSections(alert),
    alert === undefined ? undefined : referencesSection(alert.references),
    validity(detail),
    packet(pretty, detail),
  ];
}

function heading(detail: AlertDetail): JSX.Element {
  const { problem, role, kind, stream, receivedAt } = detail;
  return h('div', { class: 'heading' }, [
    h('h1', null, shown(alertName(detail), 500)),
    h('p', { class: 'tags' }, [
      problem === undefined ? undefined : tag('quarantine', 'QUARANTINE'),
      role === 'test' ? tag('test', 'TEST') : role === undefined ? undefined : tag('plain', role),
      kind === undefined ? undefined : tag('plain', kind),
      stream === undefined ? undefined : shown(stream),
      ' received ',
      shownTime(receivedAt),
    ]),
  ]);
}

function downloads({ id, format, alert }: AlertDetail, pretty: Pretty | undefined): JSX.Element[] {
  const isXml = format === 'voevent' || pretty?.language === 'xml';
  return [
    ...(isXml ? [h('a', { href: alertHref(id, '.xml') }, 'XML')] : []),
    h('a', { href: alertHref(id, '.raw') }, 'Bytes as received'),
    ...(alert === undefined ? [] : [h('a', { href: alertHref(id, '.json') }, 'Decoded, as JSON')]),
  ];
}

function leftOut({ id }: AlertDetail): JSX.Element {
  return h('p', { class: 'none' }, [
    'It says more than a page has room for; some of it is left out here. ',
    h('a', { href: alertHref(id, '.json') }, 'All of it, as JSON'),
  ]);
}

function problem({ problem }: AlertDetail): JSX.Element | undefined {
  if (problem === undefined) return undefined;
  return h('p', { class: 'quarantined' }, [
    h('strong', null, 'Quarantined: it cannot be read. '),
    shown(problem, 5_000),
    '. Its bytes are kept as they came.',
  ]);
}

function handlersOf({ handlers, isDecided, problem }: AlertDetail): ComponentChildren {
  if (handlers.length > 0) return verdictTable(handlers);
  if (problem !== undefined) return h('p', null, 'No handler is asked about what cannot be read.');
  return h('p', null, isDecided ? 'There was no handler to ask.' : 'Not asked yet.');
}

function description({ alert }: AlertDetail): JSX.Element | undefined {
  if (alert?.description === undefined) return undefined;
  return section('description', 'Description', h('p', { class: 'prose' }, shownLines(alert.description)));
}

function reception({ seq, id, source, peer, receivedAt, bytes }: AlertDetail): JSX.Element | undefined {
  const fields = fieldList([
    ['Received', shownTime(receivedAt)],
    ['Source', shown(source)],
    ['Peer', shown(peer)],
    ['Size', shownBytes(bytes)],
    ['Number in the journal', String(seq)],
    ['Key', shown(id)],
  ]);
  return section('reception', 'Reception', fields);
}

function validity({ alert }: AlertDetail): JSX.Element | undefined {
  if (alert?.validity === undefined) return undefined;
  const { schema, valid, problems } = alert.validity;
  const verdict = h('p', null, `It ${valid ? 'keeps' : 'does not keep'} to the schema of VOEvent `, shown(schema), '.');
  const list = problems.map(({ line, message }, index) =>
    h('li', { key: index }, `line ${line}: `, shown(message, 2_000)),
  );
  return section('validity', 'Validity', verdict, list.length === 0 ? undefined : h('ul', null, list));
}

function packet(pretty: Pretty | undefined, { id }: AlertDetail): JSX.Element | undefined {
  if (pretty === undefined) return undefined;
  const text = visible(pretty.text, MOST_PACKET_CHARACTERS);
  const more = h('p', null, 'This is its beginning. ', h('a', { href: alertHref(id, '.raw') }, 'All of it'));
  return section(
    'packet',
    'Packet',
    h(
      'pre',
      { tabIndex: 0, role: 'group', 'aria-label': `The packet as ${pretty.language}`, dir: 'ltr' },
      h('code', null, h('bdi', { dir: 'ltr' }, text)),
    ),
    pretty.isCut ? more : undefined,
  );
}
