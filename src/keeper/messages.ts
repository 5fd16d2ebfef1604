import type { MessagePort } from 'node:worker_threads';
import type { HistogramCounts } from '../common/histogram.ts';
import type { LogPosition } from '../journal/log/segments.ts';
import type { Retention } from '../journal/retention.ts';

export interface KeeperData {
  readonly journalPath: string;
  /** Everything in the intake log before this is from earlier runs. */
  readonly start: LogPosition;
  /** Here the intake says up to where its log is on disk. */
  readonly commits: MessagePort;
}

/** What the keeper is doing. */
export interface KeeperReport {
  /** Why the journal cannot be written, a clause; undefined when it can. */
  readonly problem: string | undefined;
  /** How late the thread's event loop is. */
  readonly lag: HistogramCounts;
}

/** What the main thread says to the keeper. */
export type ToKeeper =
  /** Say something here whenever there are new alerts in the journal. */
  | { readonly type: 'news'; readonly port: MessagePort }
  /** Keep alerts so long, from now on. */
  | { readonly type: 'retain'; readonly retention: Retention }
  | { readonly type: 'report' }
  /** The intake has ended: take in all that its log holds, and end. */
  | { readonly type: 'stop' };

/** What the keeper says to the main thread. */
export type FromKeeper =
  /** The journal turns out to be damaged; a clause. */
  | { readonly type: 'damaged'; readonly reason: string }
  /** Alerts are in the journal; of each source, how many were there already. */
  | { readonly type: 'taken'; readonly added: number; readonly duplicates: Readonly<Record<string, number>> }
  | { readonly type: 'report'; readonly report: KeeperReport };
