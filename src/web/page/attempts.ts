import { h, type JSX } from 'preact';
import { visible } from '../../common/visible.ts';
import type { Attempt } from '../model.ts';
import { section } from './fields.ts';
import { cardTable } from './table.ts';
import { shown } from './text.ts';
import { shownTime } from './time.ts';
import { duration } from './verdicts.ts';

/** Each attempt of each handler, with the last that it printed. */
export function attemptsSection(attempts: readonly Attempt[]): JSX.Element | undefined {
  if (attempts.length === 0) return undefined;
  const table = cardTable<Attempt>({
    caption: 'What handlers have tried, attempt by attempt',
    rows: attempts,
    keyOf: ({ handler, attempt }) => `${attempt}/${handler}`,
    columns: [
      { label: 'Handler', cell: ({ handler }) => shown(handler) },
      { label: 'Attempt', isNumber: true, cell: ({ attempt }) => attempt },
      { label: 'Ended', cell: ({ state }) => state ?? 'not yet, or cut short' },
      { label: 'Started', cell: ({ startedAt }) => shownTime(startedAt) },
      { label: 'Took', cell: ({ startedAt, endedAt }) => duration(startedAt, endedAt) },
      { label: 'Outcome', cell: ({ outcome }) => (outcome === undefined ? undefined : shown(outcome, 2_000)) },
      { label: 'Output', cell: outputCell },
    ],
  });
  return section('attempts', 'Attempts', table);
}

function outputCell({ handler, attempt, output }: Attempt): JSX.Element | undefined {
  if (output === undefined) return undefined;
  const label = `What attempt ${attempt} of ${visible(handler, 100)} printed`;
  return h('details', null, [
    h('summary', null, 'the last it printed'),
    h(
      'pre',
      { tabIndex: 0, role: 'group', 'aria-label': label, dir: 'ltr' },
      h('code', null, h('bdi', { dir: 'ltr' }, visible(output))),
    ),
  ]);
}
