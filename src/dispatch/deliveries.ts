import type { Alert } from '../alert/model.ts';
import type { FallbackDelivery } from './fallback.ts';

/** An alert ready to be handed over. */
export interface Delivery {
  readonly seq: number;
  readonly alert: Alert;
  readonly packet: Buffer;
}

/** How a delivery is made. */
export interface Manner {
  /** Everything happens but the plugin. */
  readonly pretends: boolean;
  /** With the handler's options for retractions. */
  readonly retracts: boolean;
}

/** A delivery that the journal has just recorded as pending. */
export interface NewDelivery extends Delivery, Manner {}

/** A delivery that the journal holds and that has not ended. */
export interface OpenDelivery extends Manner {
  readonly seq: number;
  /** So far. */
  readonly attempts: number;
  /** Those made before somebody asked for it again: they do not count against `retry.attempts`. */
  readonly forgiven: number;
  /** Asked for however old the alert is. */
  readonly anyAge: boolean;
  /** When its last attempt failed, if it is to be tried again, not before `dueAt`; otherwise it may be started at once. */
  readonly failedAt: number | undefined;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
  /** JSON: the dead deliveries it is about, where the handler is the `onDead` of others. */
  readonly because: string | undefined;
  /** Why nobody wants it any more: it is not to be started. */
  readonly withdrawn: string | undefined;
}

/** How a delivery, or an attempt of it, ended. */
export interface DeliveryEnd {
  readonly state: 'done' | 'dead' | 'skipped' | 'retrying';
  readonly outcome: string;
  readonly endedAt: number;
  /** For `retrying`: when to try again. */
  readonly dueAt?: number;
  /** It does not count against `retry.attempts`. */
  readonly isForgiven?: true;
  /** What another handler gets because this delivery is dead. */
  readonly fallback?: FallbackDelivery | undefined;
  /** Absent where it ends without an attempt. */
  readonly attempt?: AttemptEnd;
}

/** How an attempt ended, to be kept with the outcome of its delivery. */
export interface AttemptEnd {
  /** 1 for the first. */
  readonly number: number;
  /** `skipped`: aborted, because nobody wanted it any more. */
  readonly state: 'done' | 'failed' | 'skipped';
  /** The last that it printed. */
  readonly output: string | undefined;
  /** The dead deliveries that it was told of: where there are others by now, it is made again. */
  readonly because: string | undefined;
}

/** An attempt that was made before, perhaps by an earlier run of the daemon. */
export interface PastAttempt {
  readonly startedAt: number;
  /** Undefined where it was never ended. */
  readonly state: AttemptEnd['state'] | undefined;
}

/** What a lane needs of the journal: it is the queue, the lane only holds what is next. */
export interface DeliveryJournal {
  /** Deliveries of the handler that have not ended, in the order they are due. */
  open(handler: string, limit: number): OpenDelivery[];
  /** An attempt begins: the next one of the delivery. */
  begin(seq: number, handler: string, startedAt: number): void;
  /** It ended, or the delivery did without one. */
  end(seq: number, handler: string, end: DeliveryEnd): void;
  /** The alert again, decoded; undefined when it is gone or cannot be read. */
  load(seq: number): Delivery | undefined;
  /** Of the deliveries that wait, all but the newest `keep`; the newest of them first, so many at most. */
  beyond(handler: string, keep: number, limit: number): number[];
  /** The last attempts of the handler, so many at most, the newest first; not of pretended deliveries. */
  lastAttempts(handler: string, limit: number): PastAttempt[];
}

/** A delivery whose turn comes: its alert is in memory. */
export interface Queued extends NewDelivery, Pick<OpenDelivery, 'attempts' | 'forgiven' | 'anyAge' | 'because'> {}
