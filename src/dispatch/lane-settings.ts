import type { BreakerSettings } from './breaker.ts';
import type { FallbackSettings } from './fallback.ts';
import type { RateSettings } from './rate.ts';
import type { RetryPolicy } from './retry.ts';

/** How the deliveries of a handler are made. */
export interface LaneSettings {
  readonly handler: string;
  readonly timeoutMs: number;
  readonly maxAgeMs: number | undefined;
  readonly retry: RetryPolicy;
  /** Undefined: failures hold nothing up. */
  readonly breaker: BreakerSettings | undefined;
  readonly rateLimit: RateSettings | undefined;
  /** How many deliveries may wait; undefined: any number, in the journal. */
  readonly queue: number | undefined;
  /** Where dead deliveries go. */
  readonly fallback: FallbackSettings | undefined;
  /** Attempts at once. */
  readonly concurrency: number;
  /** Nothing runs, whatever the deliveries say. */
  readonly pretends: boolean;
  /** Where each alert has its page for people; undefined: nowhere. */
  readonly pagesUrl?: string | undefined;
}
