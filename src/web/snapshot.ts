import type { HistogramCounts } from '../common/histogram.ts';
import type { SourceReport, SourceTotals } from '../intake/messages.ts';
import type { BroadcasterStatus } from '../vtp/broadcaster/status.ts';

/** When the state of a source is red. */
export interface Expectation {
  /** Since when: it was configured so. Milliseconds since 1970. */
  readonly since: number;
  /** A broker may be silent for so long while it is connected. */
  readonly silenceMs: number;
  /** No message for so long, and no connection. */
  readonly graceMs: number;
  /** No alert for so long. */
  readonly alertWithinMs: number | undefined;
}

/** What a source does, and what is expected of it. */
export type SourceSnapshot = SourceReport & {
  readonly expectation: Expectation;
  /** Those that the journal had already. */
  readonly totals: SourceTotals & { readonly duplicates: number };
};

/** A handler of the configuration. */
export interface HandlerSnapshot {
  readonly name: string;
  readonly plugin: string;
  /** Why it cannot run; undefined when it does. */
  readonly broken: string | undefined;
  /** What holds it up: its circuit breaker is open; undefined when nothing does. */
  readonly hold?: HandlerHold | undefined;
  /** Why its plugin's process is being started again, and how often that failed in a row; undefined when it runs. */
  readonly trouble?: { readonly reason: string; readonly failures: number } | undefined;
  /** Why its plugin is not in use as it is now, but as it was; undefined when it is. */
  readonly refused?: string | undefined;
}

/** A handler's open circuit breaker. Times in milliseconds since 1970. */
export interface HandlerHold {
  readonly since: number;
  /** Failed attempts in a row. */
  readonly failures: number;
  /** Why the last of them failed. */
  readonly reason: string;
  readonly nextProbeAt: number;
}

/** What the parts of the daemon are doing, as the main thread tells the web's. Times in milliseconds since 1970. */
export interface Snapshot {
  readonly identity: string;
  readonly startedAt: number;
  readonly sources: readonly SourceSnapshot[];
  readonly broadcast: BroadcasterStatus | undefined;
  readonly handlers: readonly HandlerSnapshot[];
  /** Why the journal cannot be written; undefined when it can. */
  readonly journalProblem: string | undefined;
  /** Why decisions cannot be recorded; undefined when they can. */
  readonly decisionProblem: string | undefined;
  readonly histograms: {
    /** From a document's last byte to its acknowledgement. */
    readonly ack: HistogramCounts;
    /** From a document's last byte to the start of a handler's first attempt, by handler. */
    readonly start: Readonly<Record<string, HistogramCounts>>;
    /** How late the event loop is, by thread. */
    readonly lag: Readonly<Record<string, HistogramCounts>>;
  };
}
