import { h, type JSX } from 'preact';
import type { Verdict } from '../model.ts';
import { verdictMark, verdictWord } from './mark.ts';
import { cardTable } from './table.ts';
import { shown } from './text.ts';
import { shownTime } from './time.ts';
import { duration } from './verdicts.ts';

/** Every handler's verdict on one alert, and what became of the delivery. */
export function verdictTable(verdicts: readonly Verdict[]): JSX.Element {
  return cardTable<Verdict>({
    caption: 'What was decided for each handler, and what became of it',
    rows: verdicts,
    keyOf: ({ handler }) => handler,
    columns: [
      { label: 'Handler', cell: ({ handler }) => shown(handler) },
      { label: 'Fired', cell: ({ fired }) => (fired ? 'yes' : 'no') },
      { label: 'Why', cell: ({ why }) => shown(why, 2_000) },
      { label: 'Delivery', cell: deliveryCell },
      { label: 'Attempts', isNumber: true, cell: ({ delivery }) => delivery?.attempts },
      { label: 'Started', cell: ({ delivery }) => shownTime(delivery?.startedAt) },
      { label: 'Ended', cell: endedCell },
      { label: 'Outcome', cell: outcomeCell },
    ],
  });
}

/** When it is due is of interest while it waits. */
function deliveryCell(verdict: Verdict) {
  const { delivery } = verdict;
  const isWaiting = delivery?.state === 'pending' || delivery?.state === 'retrying';
  return [
    verdictMark(verdict, verdictWord(verdict)),
    isWaiting ? h('small', null, 'due ', shownTime(delivery.dueAt)) : undefined,
  ];
}

function endedCell({ delivery }: Verdict) {
  const took = duration(delivery?.startedAt, delivery?.endedAt);
  return [shownTime(delivery?.endedAt), took === undefined ? undefined : h('small', null, `after ${took}`)];
}

function outcomeCell({ delivery }: Verdict) {
  return delivery?.outcome === undefined ? undefined : shown(delivery.outcome, 2_000);
}
