import { formatDuration } from '../../common/durations.ts';
import { type Deaf, describeDeaf, type Listening } from '../serve.ts';

/** One subscriber, as it stands. Times in milliseconds since 1970. */
export interface SubscriptionStatus {
  readonly address: string;
  /** Who it says it is. */
  readonly identity: string | undefined;
  readonly since: number;
  readonly lastMessageAt: number | undefined;
  /** Alerts written to it, receipts that came, receipts that it owes. */
  readonly sent: number;
  readonly receipts: number;
  readonly owed: number;
  /** Alerts in memory that are not written yet. */
  readonly waiting: number;
  /** Gets its alerts from the journal, later than others. */
  readonly isBehind: boolean;
  readonly filters: readonly string[];
}

/** What a broadcaster is doing right now. */
export type BroadcasterStatus = Deaf | (Listening & { readonly subscribers: readonly SubscriptionStatus[] });

/** The status as clauses for a person, one a line of the log. @param now milliseconds since 1970 */
export function describeBroadcaster(status: BroadcasterStatus, now: number): string[] {
  if (status.state !== 'listening') return [describeDeaf(status)];
  const { address, since, subscribers } = status;
  const count = `${subscribers.length} ${subscribers.length === 1 ? 'subscriber' : 'subscribers'}`;
  const head = `broadcasting on ${address} for ${formatDuration(now - since)} to ${count}`;
  return [head, ...subscribers.map((subscriber) => describeSubscription(subscriber, now))];
}

function describeSubscription(subscriber: SubscriptionStatus, now: number): string {
  const { address, identity, since, sent, owed, isBehind, filters } = subscriber;
  const who = identity === undefined ? address : `${address} (${identity})`;
  const late = isBehind ? ', behind' : '';
  const wants = filters.length === 0 ? '' : `, wants ${filters.join(' | ')}`;
  return `${who} for ${formatDuration(now - since)}: ${sent} alerts, ${owed} receipts owed${late}${wants}`;
}
