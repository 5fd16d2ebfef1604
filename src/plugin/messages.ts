import type { WithoutRaw } from '../alert/text.ts';
import type { LogLevel } from '../common/log.ts';
import type { Fault } from '../config/faults.ts';
import type { DeadDelivery } from '../dispatch/fallback.ts';
import type { AttemptOutcome } from '../dispatch/runner.ts';
import type { Plugin } from './api.ts';

/** What the daemon says to a plugin's process. */
export type ToHost =
  | {
      readonly type: 'configure';
      readonly name: string;
      readonly file: string;
      readonly handler: string;
      readonly options: unknown;
      readonly baseDirectory: string;
    }
  | { readonly type: 'setup' }
  | {
      readonly type: 'attempt';
      /** Without its document, which the packet is. */
      readonly alert: WithoutRaw;
      readonly packet: Uint8Array;
      readonly delivery: string;
      readonly attempt: number;
      readonly pretends: boolean;
      readonly retracts: boolean;
      readonly because: readonly DeadDelivery[] | undefined;
      readonly link: string | undefined;
    }
  | { readonly type: 'abort'; readonly delivery: string; readonly name: string; readonly message: string }
  | { readonly type: 'close' };

/** What a plugin wants where its handler does not say. */
export type PluginDefaults = Pick<Plugin, 'attempts' | 'concurrency'>;

/** What a plugin's process says to the daemon. */
export type FromHost = Answer | LogMessage;

export type Answer =
  | { readonly type: 'configured'; readonly defaults: PluginDefaults }
  | { readonly type: 'refused'; readonly problems: readonly Fault[] }
  /** The plugin cannot be used; a whole sentence. */
  | { readonly type: 'broken'; readonly reason: string }
  | { readonly type: 'ready' }
  | { readonly type: 'outcome'; readonly delivery: string; readonly outcome: AttemptOutcome };

export interface LogMessage {
  readonly type: 'log';
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}
