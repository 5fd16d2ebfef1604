import type { Alert } from '../alert/model.ts';
import type { DeliveryEnd } from './deliveries.ts';

/** Characters of a reason that are passed on: it goes into messages and environments. */
const LONGEST_REASON = 2_000;

/** A delivery that has failed for good, as the handler that is the `onDead` of its own is told. */
export interface DeadDelivery {
  /** The handler that failed. */
  readonly handler: string;
  /** Why its last attempt failed. */
  readonly outcome: string;
  /** How many attempts there were. */
  readonly attempts: number;
  /** When the last one ended: ISO 8601, UTC. */
  readonly endedAt: string;
}

/** `slew failed after 3 attempts: the mount is busy`. */
export function deadInWords({ handler, attempts, outcome }: DeadDelivery): string {
  return `${handler} failed${attempts === 1 ? '' : ` after ${attempts} attempts`}: ${outcome}`;
}

/** What becomes of tests at a handler. */
export type TestsManner = 'take' | 'pretend' | 'skip';

/** Where a handler's dead deliveries go. */
export interface FallbackSettings {
  readonly handler: string;
  /** What becomes of tests there. */
  readonly tests: TestsManner;
}

/** The delivery that another handler gets because one is dead. */
export interface FallbackDelivery {
  readonly handler: string;
  readonly pretends: boolean;
  readonly dead: DeadDelivery;
}

/**
 * What another handler gets because a delivery ended so: nothing where that is not dead, where there is no such handler, or
 * where a test would reach one that takes none.
 *
 * @param pretended the dead one was: then so is the other
 */
export function fallbackOf(
  { handler, fallback }: { readonly handler: string; readonly fallback: FallbackSettings | undefined },
  { state, outcome, endedAt, attempt }: DeliveryEnd,
  { test }: Pick<Alert, 'test'>,
  pretended: boolean,
): FallbackDelivery | undefined {
  if (state !== 'dead' || fallback === undefined || (test && fallback.tests === 'skip')) return undefined;
  const why = outcome.length > LONGEST_REASON ? `${outcome.slice(0, LONGEST_REASON)}…` : outcome;
  const dead = { handler, outcome: why, attempts: attempt?.number ?? 0, endedAt: new Date(endedAt).toISOString() };
  return { handler: fallback.handler, pretends: pretended || (test && fallback.tests === 'pretend'), dead };
}
