import { withoutUndefined } from '../common/objects.ts';
import type { AlertFilter, ListedAlert, ListedDelivery, ListedVerdict } from '../journal/reader.ts';
import { cut } from './cut.ts';
import { iso, isoOr } from './iso.ts';
import type { AlertLink, AlertRow, Delivery, DeliveryChange, Verdict } from './model.ts';

/** What rows need of the journal. */
export interface RowJournal {
  list(filter: AlertFilter, limit: number): ListedAlert[];
  after(seq: number, limit: number): ListedAlert[];
  deliveries(first: number, last: number): ListedDelivery[];
}

/** Alerts as the page and the API show them: with what became of each. */
export class Rows {
  readonly #journal: RowJournal;

  constructor(journal: RowJournal) {
    this.#journal = journal;
  }

  /** Newest first. */
  list(filter: AlertFilter, limit: number): AlertRow[] {
    return this.of(this.#journal.list(filter, limit));
  }

  /** Oldest first. */
  after(seq: number, limit: number): AlertRow[] {
    return this.of(this.#journal.after(seq, limit));
  }

  of(alerts: readonly ListedAlert[]): AlertRow[] {
    const deliveries = new Map<number, Map<string, Delivery>>();
    // Alerts that stand side by side in the journal are asked about together.
    for (const [first, last] of stretches(alerts.map(({ seq }) => seq))) {
      for (const one of this.#journal.deliveries(first, last)) {
        const own = deliveries.get(one.seq) ?? new Map<string, Delivery>();
        deliveries.set(one.seq, own.set(one.handler, delivery(one)));
      }
    }
    return alerts.map((alert) => row(alert, deliveries.get(alert.seq)));
  }
}

/** Runs of numbers without a gap, each with its first and last. */
function stretches(numbers: readonly number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && number <= last[1] + 1) last[1] = number;
    else found.push([number, number]);
  }
  return found;
}

function row(alert: ListedAlert, deliveries: ReadonlyMap<string, Delivery> | undefined): AlertRow {
  const { seq, id, ivorn, source, receivedAt, bytes, problem, isDecided, verdicts } = alert;
  const { role, kind, format, stream, thread, writtenAt, eventAt, ra, dec, errorRadius } = alert;
  return withoutUndefined({
    ...{ seq, id, ivorn: cut(ivorn), source, receivedAt: iso(receivedAt), bytes, problem: cut(problem), isDecided },
    ...{ role, kind, format, stream: cut(stream), thread: cut(thread) },
    ...{ date: cut(writtenAt), time: cut(eventAt), ra, dec, errorRadius },
    handlers: [
      ...verdicts.map((verdict) => ({
        ...verdict,
        why: cut(verdict.why),
        ...withoutUndefined({ delivery: deliveries?.get(verdict.handler) }),
      })),
      ...unasked(verdicts, deliveries),
    ],
  }) as AlertRow;
}

/** Deliveries to handlers that were not asked when the alert came. */
function unasked(verdicts: readonly ListedVerdict[], deliveries: ReadonlyMap<string, Delivery> | undefined): Verdict[] {
  const asked = new Set(verdicts.map(({ handler }) => handler));
  const others = [...(deliveries ?? [])].filter(([handler]) => !asked.has(handler));
  return others.map(([handler, own]) => ({
    handler,
    fired: false,
    why: 'it was not asked: this was handed over on request, or because another handler failed',
    delivery: own,
  }));
}

/** An alert as others point to it. */
export function linkTo({ id, ivorn, receivedAt, kind, role }: ListedAlert): AlertLink {
  return withoutUndefined({ id, ivorn: cut(ivorn), receivedAt: iso(receivedAt), kind, role }) as AlertLink;
}

export function delivery({ state, attempts, dueAt, startedAt, endedAt, outcome }: ListedDelivery): Delivery {
  return withoutUndefined({
    ...{ state, attempts, dueAt: iso(dueAt), startedAt: isoOr(startedAt) },
    // Of an attempt that is over; the next one may be under way.
    ...{ endedAt: state === 'running' || state === 'pending' ? undefined : isoOr(endedAt), outcome: cut(outcome) },
  }) as Delivery;
}

export function change(one: ListedDelivery): DeliveryChange {
  return { seq: one.seq, id: one.id, handler: one.handler, delivery: delivery(one) };
}
