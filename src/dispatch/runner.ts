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

/** Why a runner makes no attempts at present. */
export interface RunnerTrouble {
  /** A clause. */
  readonly reason: string;
  /** In a row. */
  readonly failures: number;
}

/** Runs a plugin for one handler; in this process or in another. */
export interface Runner {
  /** Undefined when it runs. */
  readonly trouble?: RunnerTrouble | undefined;
  /** Whether its code has changed since it was loaded. */
  isOutdated?(): Promise<boolean>;
  /** Undefined when an attempt can begin; else resolves when it is worth asking again, and never rejects. */
  wait?(): Promise<unknown> | undefined;
  /** It gets no more attempts, and is closed when those that run have ended. */
  retire?(): void;
  /** Never rejects. */
  run(attempt: Attempt): Promise<AttemptOutcome>;
  close(): Promise<void>;
}
