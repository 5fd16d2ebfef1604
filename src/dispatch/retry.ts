/** How a handler's failed attempts are tried again. */
export interface RetryPolicy {
  /** How many attempts in all. */
  readonly attempts: number;
  readonly delayMs: number;
  /** The wait grows by this factor from one attempt to the next. */
  readonly factor: number;
  readonly maxDelayMs: number;
  /** By how much of itself a wait is made longer or shorter, at random; 0 to 1. */
  readonly jitter: number;
}

/**
 * How long to wait after attempt number `attempt` (1 for the first) failed, or undefined when it was the last. A wait
 * that the other side asked for is kept when it is longer.
 *
 * @param random a number from 0 to 1: what failed together is not to be tried again together
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  askedMs: number | undefined,
  random = Math.random(),
): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  const geometric = policy.delayMs * policy.factor ** Math.min(attempt - 1, 30);
  const wait = Math.min(policy.maxDelayMs, geometric) * (1 + policy.jitter * (2 * random - 1));
  return Math.round(Math.max(Math.min(policy.maxDelayMs, wait), askedMs ?? 0));
}
