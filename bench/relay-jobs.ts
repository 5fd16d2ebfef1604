/** What the bench asks of the processes that play authors and subscribers, and what they answer. */

/** The first number that authors use; those below are the load generator's that plays a broker. */
export const FIRST_OF_AUTHORS = 500_000_000;

export type CrowdJob =
  /** So many subscribers connect. @param reads whether they ever read; those that do not are counted nowhere */
  | { readonly kind: 'join'; readonly port: number; readonly count: number; readonly reads: boolean }
  /** From now on keep when each alert reaches each subscriber. */
  | { readonly kind: 'record' }
  /** Wait until each has got so many since then. */
  | { readonly kind: 'recorded'; readonly alerts: number }
  /** Count what arrives. */
  | { readonly kind: 'count'; readonly warmUpMs: number; readonly ms: number };

export interface CrowdResult {
  readonly deliveries: number;
  readonly seconds: number;
  /** Of one core, that the process itself was busy: near 1 it measures itself. */
  readonly load: number;
  /** Numbers of the alerts, a delivery each, and when it was read, on the machine's monotonic clock. */
  readonly numbers: readonly number[];
  readonly atNs: readonly number[];
}

export type AuthorsJob =
  /** So many authors, each of whom sends one event a connection, and the next when it has its answer. */
  | {
      readonly kind: 'submit';
      readonly port: number;
      readonly authors: number;
      readonly warmUpMs: number;
      readonly ms: number;
    }
  /** Events at a steady pace, whatever becomes of those before. */
  | { readonly kind: 'pace'; readonly port: number; readonly perSecond: number; readonly count: number };

export interface AuthorsResult {
  /** Acknowledged within the measured time. */
  readonly acked: number;
  readonly seconds: number;
  /** Of one core, that the process itself was busy. */
  readonly load: number;
  /** From just before the connection is made to the chunk that brings the ack. */
  readonly latenciesMs: readonly number[];
  /** For `pace`: numbers of the events, and when each was about to be sent, on the machine's monotonic clock. */
  readonly numbers: readonly number[];
  readonly sentAtNs: readonly number[];
}

export type Said<Result> =
  | { readonly type: 'result'; readonly result: Result }
  | { readonly type: 'failed'; readonly reason: string };
