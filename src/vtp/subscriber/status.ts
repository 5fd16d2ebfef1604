import { formatDuration } from '../../common/durations.ts';

/** What a subscription is doing right now. Times in milliseconds since 1970. */
export type SubscriberState =
  | { readonly state: 'idle' }
  | { readonly state: 'connecting'; readonly broker: string; readonly since: number }
  | { readonly state: 'connected'; readonly broker: string; readonly since: number; readonly events: number }
  | {
      readonly state: 'waiting';
      readonly broker: string;
      /** Since when there has been no connection, however often one has been tried. */
      readonly since: number;
      readonly until: number;
      readonly reason: string;
    }
  | { readonly state: 'stopped' };

/** When the broker was last heard, on whichever connection. Times in milliseconds since 1970. */
export interface LastHeard {
  readonly lastMessageAt: number | undefined;
  readonly lastIamaliveAt: number | undefined;
}

export type SubscriberStatus = SubscriberState &
  LastHeard & {
    /** Connections that opened after the first one. */
    readonly reconnects: number;
  };

/** The status as a clause for a person. @param now milliseconds since 1970 */
export function describeStatus(status: SubscriberStatus, now: number): string {
  switch (status.state) {
    case 'idle':
      return 'not started yet';
    case 'connecting':
      return `connecting to ${status.broker} for ${formatDuration(now - status.since)}`;
    case 'connected': {
      const { broker, since, lastMessageAt, events } = status;
      const last =
        lastMessageAt === undefined ? 'no message yet' : `last message ${formatDuration(now - lastMessageAt)} ago`;
      return `connected to ${broker} for ${formatDuration(now - since)}, ${events} events, ${last}`;
    }
    case 'waiting':
      return `no feed: ${status.reason}; trying ${status.broker} in ${formatDuration(Math.max(0, status.until - now))}`;
    case 'stopped':
      return 'stopped';
  }
}
