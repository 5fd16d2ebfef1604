import { formatDuration } from '../../common/durations.ts';

/** What a receiver is doing right now. Times in milliseconds since 1970. */
export type ReceiverStatus =
  | { readonly state: 'idle' }
  | {
      readonly state: 'listening';
      readonly address: string;
      readonly since: number;
      readonly connections: number;
      /** Events that authors have sent, those refused included. */
      readonly events: number;
      readonly refused: number;
      readonly lastEventAt: number | undefined;
    }
  | { readonly state: 'failed'; readonly address: string; readonly reason: string }
  | { readonly state: 'stopped' };

/** The status as a clause for a person. @param now milliseconds since 1970 */
export function describeReceiver(status: ReceiverStatus, now: number): string {
  switch (status.state) {
    case 'idle':
      return 'not started yet';
    case 'listening': {
      const { address, since, connections, events, refused, lastEventAt } = status;
      const last = lastEventAt === undefined ? 'no event yet' : `last event ${formatDuration(now - lastEventAt)} ago`;
      return `receiving on ${address} for ${formatDuration(now - since)}, ${connections} connected, ${events} events of which ${refused} refused, ${last}`;
    }
    case 'failed':
      return `cannot listen on ${status.address}: ${status.reason}`;
    case 'stopped':
      return 'stopped';
  }
}
