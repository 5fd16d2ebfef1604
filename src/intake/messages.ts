import type { MessagePort } from 'node:worker_threads';
import type { HistogramCounts } from '../common/histogram.ts';
import type { InspectProgram } from '../inspect/messages.ts';
import type { ReceiverSettings } from '../vtp/receiver/receiver.ts';
import type { ReceiverStatus } from '../vtp/receiver/status.ts';
import type { SubscriberStatus } from '../vtp/subscriber/status.ts';
import type { SubscriberSettings } from '../vtp/subscriber/subscriber.ts';

/** A receiver's settings, and whether it holds events against their schema. */
export interface ReceiverSourceSettings extends ReceiverSettings {
  readonly validate: boolean;
}

/** A source, by its name in the configuration. */
export type Source =
  | { readonly type: 'vtp'; readonly name: string; readonly settings: SubscriberSettings }
  | { readonly type: 'receiver'; readonly name: string; readonly settings: ReceiverSourceSettings };

/** What a source has done since the daemon started, whatever connections and settings it had. */
export interface SourceTotals {
  /** Documents that came and could be kept, those that the journal had already included. */
  readonly received: number;
  /** Of the documents received. */
  readonly bytes: number;
  /** Acknowledgements sent. */
  readonly acks: number;
  /** When the last document came, milliseconds since 1970. */
  readonly lastAlertAt: number | undefined;
}

/** What a source is doing, and what it has done. */
export type SourceReport = { readonly name: string; readonly totals: SourceTotals } & (
  | { readonly type: 'vtp'; readonly status: SubscriberStatus }
  | { readonly type: 'receiver'; readonly status: ReceiverStatus }
);

/** What the intake is doing. */
export interface IntakeReport {
  readonly sources: readonly SourceReport[];
  /** From a document's last byte to its acknowledgement. */
  readonly ack: HistogramCounts;
  /** How late the thread's event loop is. */
  readonly lag: HistogramCounts;
  /** Why nothing can be kept, a clause; undefined when it can. */
  readonly journalProblem: string | undefined;
}

/** A source that cannot do its work, and goes on trying. */
export interface SourceProblem {
  readonly name: string;
  /** A clause: `the address is in use by another program`. */
  readonly problem: string;
}

/** What the main thread says to the intake thread. */
export type ToIntake =
  /** Run exactly these sources: new ones start, changed ones restart, others stop. `inspect` is there for receivers. */
  | { readonly type: 'sources'; readonly sources: readonly Source[]; readonly inspect: InspectProgram | undefined }
  /** Keep a document of our own as if it had come from this source. */
  | { readonly type: 'keep'; readonly source: string; readonly packet: Uint8Array }
  /** Say what you are doing. */
  | { readonly type: 'report' }
  /** Close every connection, commit what has arrived, and end. */
  | { readonly type: 'stop' };

/** What the intake thread says to the main thread. */
export type FromIntake =
  | { readonly type: 'ready' }
  /** It is being written to disk; it may yet fail, or turn out to be there already. */
  | { readonly type: 'coming'; readonly document: Coming }
  /** The sources run; those that listen do so, but for these. */
  | { readonly type: 'running'; readonly problems: readonly SourceProblem[] }
  | { readonly type: 'report'; readonly report: IntakeReport };

/** A document that has come, and is not in the journal yet. */
export interface Coming {
  readonly source: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly packet: Uint8Array;
}

export interface IntakeData {
  readonly journalPath: string;
  /** The first segment of the intake log to write. */
  readonly segment: number;
  /** Where the keeper is told up to where the log is on disk. */
  readonly commits: MessagePort;
}
