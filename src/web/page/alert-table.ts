import { h, type JSX } from 'preact';
import type { AlertRow } from '../model.ts';
import { tag } from './mark.ts';
import { degrees, radius, signedDegrees } from './sky.ts';
import { cardTable } from './table.ts';
import { alertHref, alertName, shown, shownName } from './text.ts';
import { shownTime } from './time.ts';
import { verdictList } from './verdicts.ts';

export interface AlertTableParts {
  readonly alerts: readonly AlertRow[];
  readonly caption: string;
  /** Where times are kept fresh. */
  readonly now?: number;
}

/** The alerts and what became of them, as the status page and the list show it. */
export function alertTable({ alerts, caption, now }: AlertTableParts): JSX.Element {
  if (alerts.length === 0) return h('p', { class: 'none' }, 'No alerts.');
  return cardTable<AlertRow>({
    caption,
    rows: alerts,
    keyOf: ({ seq }) => seq,
    classOf: rowClass,
    columns: [
      { label: 'Alert', cell: nameCell },
      { label: 'Received', cell: ({ receivedAt }) => shownTime(receivedAt, now) },
      { label: 'Event', cell: ({ time }) => shownTime(time, now) },
      { label: 'Position', cell: positionCell },
      { label: 'Handlers', cell: handlersCell },
    ],
  });
}

function rowClass({ problem, role }: AlertRow): string {
  if (problem !== undefined) return 'quarantined';
  return role === 'test' ? 'test' : '';
}

function nameCell(row: AlertRow) {
  const { id, stream, source, role, kind, problem } = row;
  return [
    h('a', { href: alertHref(id) }, shownName(alertName(row))),
    h('span', { class: 'tags' }, [
      problem === undefined ? undefined : tag('quarantine', 'QUARANTINE'),
      role === 'test' ? tag('test', 'TEST') : role === undefined ? undefined : tag('plain', role),
      kind === undefined || kind === 'new' ? undefined : tag('plain', kind),
      stream === undefined || isNamed(stream, row) ? undefined : h('small', null, shown(stream)),
      h('small', null, 'from ', shown(source)),
    ]),
    problem === undefined ? undefined : h('small', { class: 'reason' }, shown(problem, 1_000)),
  ];
}

/** Whether the identifier says which stream it is of. */
function isNamed(stream: string, { ivorn = '' }: AlertRow): boolean {
  return ivorn.startsWith(`ivo://${stream}#`) || ivorn.startsWith(`ivo://${stream}?`);
}

function positionCell({ ra, dec, errorRadius }: AlertRow) {
  if (ra === undefined || dec === undefined) return undefined;
  return h('span', { class: 'position' }, [
    h('span', null, `RA ${degrees(ra)}`),
    ' ',
    h('span', null, [
      `Dec ${signedDegrees(dec)}`,
      errorRadius === undefined ? undefined : [' ', h('span', { class: 'radius' }, `± ${radius(errorRadius)}`)],
    ]),
  ]);
}

function handlersCell({ handlers, isDecided, problem }: AlertRow) {
  if (handlers.length > 0) return verdictList(handlers);
  if (problem !== undefined) return 'none: cannot be read';
  return isDecided ? 'none' : 'not decided yet';
}
