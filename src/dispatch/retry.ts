/** How a handler's failed attempts are tried again. */
export interface RetryPolicy {
  /** How many attempts in all. */
  readonly attempts: number;
  readonly delayMs: number;
  /** The wait grows by this factor from one attempt to the next. */
  readonly factor: number;
  readonly maxDelayMs: number;
}

/**
 * How long to wait after attempt number `attempt` (1 for the first) failed, or undefined when it was the last. A wait
 * that the other side asked for is kept when it is longer.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, askedMs: number | undefined): number | undefined {
  if (attempt >= policy.attempts) return undefined;
  const geometric = Math.min(policy.maxDelayMs, policy.delayMs * policy.factor ** Math.min(attempt - 1, 30));
  return Math.round(Math.max(geometric, askedMs ?? 0));
}
