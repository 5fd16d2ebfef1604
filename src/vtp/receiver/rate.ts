/** So many events a second, and so many at once after a quiet time. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

/** Addresses that are remembered; one more, and those that are owed nothing are forgotten. */
const MOST_BUCKETS = 4_096;

/** A token bucket for each address. */
export class RateLimiter {
  readonly #limit: RateLimit;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: RateLimit) {
    this.#limit = limit;
  }

  /** Takes one event of the address. @param now milliseconds, by a clock that nobody sets @returns false when it has sent too many */
  take(address: string, now: number): boolean {
    const bucket = this.#bucket(address, now);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #bucket(address: string, now: number): Bucket {
    const { perSecond, burst } = this.#limit;
    const bucket = this.#buckets.get(address);
    if (bucket !== undefined) {
      const elapsed = Math.max(0, now - bucket.at) / 1_000;
      bucket.tokens = Math.min(burst, bucket.tokens + elapsed * perSecond);
      bucket.at = now;
      return bucket;
    }
    if (this.#buckets.size >= MOST_BUCKETS) this.#forget(now);
    const fresh = { tokens: burst, at: now };
    this.#buckets.set(address, fresh);
    return fresh;
  }

  /** A full bucket is as good as none. */
  #forget(now: number): void {
    const { perSecond, burst } = this.#limit;
    for (const [address, { tokens, at }] of this.#buckets) {
      if (tokens + ((now - at) / 1_000) * perSecond >= burst) this.#buckets.delete(address);
    }
    if (this.#buckets.size >= MOST_BUCKETS) this.#buckets.clear();
  }
}
