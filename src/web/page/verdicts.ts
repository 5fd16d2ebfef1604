import { h, type JSX } from 'preact';
import type { Delivery, Verdict } from '../model.ts';
import { verdictMark, verdictWord } from './mark.ts';
import { counted } from './numbers.ts';
import { shown } from './text.ts';
import { shownTime, span } from './time.ts';

/** Each handler with how it ended in a word; why opens beneath it. */
export function verdictList(verdicts: readonly Verdict[]): JSX.Element {
  return h('ul', { class: 'verdicts' }, verdicts.map(verdictItem));
}

function verdictItem(verdict: Verdict): JSX.Element {
  const { handler, why, delivery } = verdict;
  const word = [shown(handler, 100), ': ', verdictWord(verdict)];
  return h(
    'li',
    { key: handler },
    h(
      'details',
      null,
      h('summary', null, verdictMark(verdict, word)),
      h('p', null, shown(why, 2_000)),
      delivery === undefined ? undefined : deliveryLines(delivery),
    ),
  );
}

function deliveryLines({ outcome, attempts, startedAt, endedAt, dueAt, state }: Delivery): JSX.Element[] {
  const isWaiting = state === 'pending' || state === 'retrying';
  const took = duration(startedAt, endedAt);
  return [
    ...(outcome === undefined ? [] : [h('p', null, shown(outcome, 2_000))]),
    h('p', null, [
      counted(attempts, 'attempt'),
      endedAt === undefined ? undefined : [', ended ', shownTime(endedAt)],
      took === undefined ? undefined : `, took ${took}`,
      isWaiting ? [', due ', shownTime(dueAt)] : undefined,
    ]),
  ];
}

/** How long the last attempt took; undefined while it has not ended. */
export function duration(startedAt: string | undefined, endedAt: string | undefined): string | undefined {
  if (startedAt === undefined || endedAt === undefined) return undefined;
  const tookMs = Date.parse(endedAt) - Date.parse(startedAt);
  if (Number.isNaN(tookMs) || tookMs < 0) return undefined;
  return tookMs < 10_000 ? `${(tookMs / 1_000).toFixed(tookMs < 100 ? 3 : 1)} s` : span(tookMs);
}
