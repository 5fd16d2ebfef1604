import type { LogLevel } from '../common/log.ts';
import type { SubscriberStatus } from '../vtp/subscriber/status.ts';
import type { SubscriberSettings } from '../vtp/subscriber/subscriber.ts';

/** A VTP subscription, by its name in the configuration. */
export interface VtpSource {
  readonly name: string;
  readonly settings: SubscriberSettings;
}

/** What a source is doing. */
export interface SourceReport {
  readonly name: string;
  readonly status: SubscriberStatus;
}

/** What the main thread says to the intake thread. */
export type ToIntake =
  /** Run exactly these sources: new ones start, changed ones restart, others stop. */
  | { readonly type: 'sources'; readonly sources: readonly VtpSource[] }
  /** Say what every source is doing. */
  | { readonly type: 'report' }
  /** Close every connection, commit what has arrived, and end. */
  | { readonly type: 'stop' };

/** What the intake thread says to the main thread. */
export type FromIntake =
  | { readonly type: 'ready' }
  /** Documents are on disk and acknowledged. */
  | { readonly type: 'stored'; readonly added: number; readonly duplicates: number }
  | { readonly type: 'report'; readonly sources: readonly SourceReport[] }
  | {
      readonly type: 'log';
      readonly level: LogLevel;
      readonly message: string;
      readonly fields: Record<string, unknown> | undefined;
    };

export interface IntakeData {
  readonly journalPath: string;
}
