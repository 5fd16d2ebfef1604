/** What the bench asks of the load generator, and what it answers. */

/** Always so many alerts on their way: for throughput. */
export interface WindowJob {
  readonly kind: 'window';
  readonly window: number;
  readonly warmUpMs: number;
  readonly ms: number;
}

/** So many alerts, always so many of them on their way. */
export interface CountJob {
  readonly kind: 'count';
  readonly window: number;
  readonly count: number;
}

/** One alert after the other at a steady pace: for latency. */
export interface PaceJob {
  readonly kind: 'pace';
  readonly perSecond: number;
  readonly ms: number;
}

export type Job = WindowJob | CountJob | PaceJob;

export interface JobResult {
  /** All that were sent, those outside the measured time too. */
  readonly sent: number;
  /** Acknowledged within the measured time. */
  readonly acked: number;
  readonly seconds: number;
  /** From just before the write to the chunk that brought the ack. */
  readonly latenciesMs: readonly number[];
  /** For a `pace` job, when each alert was about to be written, on the machine's monotonic clock. */
  readonly sentAtNs: readonly number[];
  /** Of one core, that the generator itself was busy: near 1 it measures itself. */
  readonly generatorLoad: number;
}

export type FromLoad =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'connected' }
  | { readonly type: 'result'; readonly result: JobResult }
  | { readonly type: 'failed'; readonly reason: string };
