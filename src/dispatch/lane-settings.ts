import type { RetryPolicy } from './retry.ts';

/** How the deliveries of a handler are made. */
export interface LaneSettings {
  readonly handler: string;
  readonly timeoutMs: number;
  readonly maxAgeMs: number | undefined;
  readonly retry: RetryPolicy;
  /** Attempts at once. */
  readonly concurrency: number;
  /** Nothing runs, whatever the deliveries say. */
  readonly pretends: boolean;
}
