import { formatDuration } from '../../common/durations.ts';
import { type Deaf, describeDeaf, type Listening } from '../serve.ts';

/** What a receiver is doing right now. Times in milliseconds since 1970. */
export type ReceiverStatus =
  | Deaf
  | (Listening & {
      readonly connections: number;
      /** Events that authors have sent, those refused included. */
      readonly events: number;
      readonly refused: number;
      readonly lastEventAt: number | undefined;
    });

/** The status as a clause for a person. @param now milliseconds since 1970 */
export function describeReceiver(status: ReceiverStatus, now: number): string {
  if (status.state !== 'listening') return describeDeaf(status);
  const { address, since, connections, events, refused, lastEventAt } = status;
  const last = lastEventAt === undefined ? 'no event yet' : `last event ${formatDuration(now - lastEventAt)} ago`;
  const all = `${events} events of which ${refused} refused`;
  return `receiving on ${address} for ${formatDuration(now - since)}, ${connections} connected, ${all}, ${last}`;
}
