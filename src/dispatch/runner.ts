import type { Alert } from '../alert/model.ts';

/** One attempt of a delivery. */
export interface Attempt {
  readonly alert: Alert;
  readonly packet: Buffer;
  /** `<alert number>/<handler>`. */
  readonly delivery: string;
  /** 1 for the first. */
  readonly attempt: number;
  /** Aborts at the deadline, with a reason named `TimeoutError`, and at shutdown. */
  readonly signal: AbortSignal;
}

export type AttemptOutcome =
  | { readonly state: 'done'; readonly detail: string }
  | {
      readonly state: 'failed';
      readonly reason: string;
      readonly retryable: boolean;
      /** Not sooner than this many milliseconds from now. */
      readonly afterMs: number | undefined;
    };

/** Runs a plugin for one handler; in this process or in another. */
export interface Runner {
  /** Never rejects. */
  run(attempt: Attempt): Promise<AttemptOutcome>;
  close(): Promise<void>;
}
