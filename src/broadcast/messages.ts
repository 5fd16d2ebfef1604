import type { MessagePort } from 'node:worker_threads';
import type { HistogramCounts } from '../common/histogram.ts';
import type { InspectProgram } from '../inspect/messages.ts';
import type { BroadcasterSettings } from '../vtp/broadcaster/broadcaster.ts';
import type { BroadcasterStatus } from '../vtp/broadcaster/status.ts';

export interface BroadcastSettings extends BroadcasterSettings {
  /** In CEL, checked: which alerts are handed on. */
  readonly rule: string | undefined;
  /** Whether alerts in other formats are handed on as VOEvents. */
  readonly compose: boolean;
  /** How long a subscriber may be away and go on where it was. */
  readonly catchUpMs: number | undefined;
  /** Sources whose alerts were examined when they came. */
  readonly trusted: readonly string[];
}

/** What the broadcast is doing. */
export interface BroadcastReport {
  readonly status: BroadcasterStatus;
  /** How late the thread's event loop is. */
  readonly lag: HistogramCounts;
}

/** What the main thread says to the broadcasting thread. */
export type ToBroadcast =
  /** Broadcast with these settings from now on. */
  | { readonly type: 'configure'; readonly settings: BroadcastSettings }
  /** Hand on what the journal has, close every connection, and end. */
  | { readonly type: 'stop' }
  | { readonly type: 'report' };

/** What the broadcasting thread says to the main thread. */
export type FromBroadcast =
  /** It listens, or it cannot for this reason and goes on trying. */
  | { readonly type: 'configured'; readonly problem: string | undefined }
  | { readonly type: 'report'; readonly report: BroadcastReport };

export interface BroadcastData {
  readonly journalPath: string;
  readonly inspect: InspectProgram;
  /** Says something whenever there may be new alerts in the journal. */
  readonly news: MessagePort;
}
