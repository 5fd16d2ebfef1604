import type { Alert } from '../alert/model.ts';
import type { DeadDelivery } from './fallback.ts';

/** One attempt of a delivery. */
export interface Attempt {
  readonly alert: Alert;
  readonly packet: Buffer;
  /** `<alert number>/<handler>`. */
  readonly delivery: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** The plugin only says what it would do; that is the detail of the outcome. */
  readonly pretends: boolean;
  /** With the handler's options for retractions. */
  readonly retracts: boolean;
  /** The dead deliveries it is about, where the handler is the `onDead` of others. */
  readonly because?: readonly DeadDelivery[] | undefined;
  /** Where people can read about the alert, where that is known. */
  readonly link?: string | undefined;
  /** Aborts at the deadline, with a reason named `TimeoutError`, at shutdown, and when nobody wants the delivery any more. */
  readonly signal: AbortSignal;
}

/** How an attempt ended, and the last that it printed: a few kilobytes at most. */
export type AttemptOutcome = (
  | { readonly state: 'done'; readonly detail: string }
  | {
      readonly state: 'failed';
      readonly reason: string;
      readonly retryable: boolean;
      /** Not sooner than this many milliseconds from now. */
      readonly afterMs: number | undefined;
    }
) & { readonly output?: string | undefined };

/** Runs a plugin for one handler; in this process or in another. */
export interface Runner {
  /** Never rejects. */
  run(attempt: Attempt): Promise<AttemptOutcome>;
  close(): Promise<void>;
}
