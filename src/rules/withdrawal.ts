import type { Alert } from '../alert/model.ts';
import { nameOf } from '../alert/summary.ts';

/** An alert of the same thread. */
export interface Relative {
  /** Its identifier, as identifiers are compared. */
  readonly name: string;
  /** When it was written. */
  readonly date: string | undefined;
}

/** What an alert says of earlier ones of its thread: they are not to be handled any more. */
export interface Withdrawal {
  /** A clause. */
  readonly reason: string;
  readonly covers: (earlier: Relative) => boolean;
}

/** A retraction withdraws its event, an update what was written before it. */
export function withdrawalBy(alert: Alert): Withdrawal | undefined {
  const { kind, ivorn } = alert;
  if (kind === 'retraction') return { reason: `the event was retracted by ${ivorn}`, covers: () => true };
  if (!isUpdate(alert)) return undefined;
  // Written later, it is the better one, though it was heard first.
  return { reason: `superseded by ${ivorn}`, covers: (other) => cites(alert, other) || !isLater(other, alert) };
}

/** Whether `alert` supersedes `other`, whichever was heard first: it says so, or it is an update that was written later. */
export function supersedes(alert: Alert, other: Relative): boolean {
  return isUpdate(alert) && (cites(alert, other) || isLater(alert, other));
}

function isUpdate({ kind, citations }: Alert): boolean {
  return kind === 'update' || citations.some(({ cite }) => cite === 'supersedes');
}

function cites({ citations }: Alert, { name }: Relative): boolean {
  return citations.some(({ cite, ivorn }) => cite === 'supersedes' && nameOf(ivorn) === name);
}

/** False where one of them bears no date. */
function isLater(one: Pick<Alert, 'date'> | Relative, other: Pick<Alert, 'date'> | Relative): boolean {
  return Date.parse(one.date ?? '') > Date.parse(other.date ?? '');
}
