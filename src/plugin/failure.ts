/** What `context.retry` and `context.fail` make: a failed attempt that says whether trying again helps. */
export class PluginFailure extends Error {
  readonly retryable: boolean;
  /** Not sooner than this many milliseconds from now, when the other side said so. */
  readonly afterMs: number | undefined;

  constructor(reason: string, retryable: boolean, options: { afterMs?: number; cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PluginFailure';
    this.retryable = retryable;
    this.afterMs = options.afterMs;
  }
}
