import type { Alert } from '../alert/model.ts';
import type { WithoutRaw } from '../alert/text.ts';
import type { LogLevel } from '../common/log.ts';
import type { Fault } from '../config/faults.ts';
import type { DeadDelivery } from '../dispatch/fallback.ts';
import type { AttemptOutcome } from '../dispatch/runner.ts';
import type { FromLauncher, ToLauncher } from '../launch/messages.ts';
import type { VisibilityOptions } from '../sky/conditions.ts';
import type { Site } from '../sky/site.ts';
import type { Plugin } from './api.ts';
import type { Stamp } from './edition.ts';
import type { FullPermissions } from './permissions.ts';
import type { PlainRequest } from './permitted-fetch.ts';

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
  /** What it is; nothing of it is called but `config` and `permissions`. */
  | { readonly type: 'describe'; readonly file: string; readonly options: unknown; readonly baseDirectory: string }
  | { readonly type: 'setup'; readonly given: Given }
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
  | { readonly type: 'close' }
  | Reply;

/** What a plugin's process has to know of what is done for it. */
export interface Given {
  readonly net: FullPermissions['net'];
  readonly site: Site | undefined;
}

/** What came of a wish. */
export type Reply =
  | { readonly type: 'program'; readonly message: FromLauncher }
  | { readonly type: 'answer'; readonly ask: number; readonly answer: unknown }
  | {
      readonly type: 'no-answer';
      readonly ask: number;
      readonly message: string;
      readonly code: string | undefined;
    };

/** What a plugin wants where its handler does not say. */
export type PluginDefaults = Pick<Plugin, 'attempts' | 'concurrency'>;

/** What a plugin's process says to the daemon. */
export type FromHost = Answer | Wish | LogMessage | Imported;

/** Files that the plugin has imported. */
export interface Imported {
  readonly type: 'imported';
  readonly stamps: readonly Stamp[];
}

export type Answer =
  | {
      readonly type: 'configured';
      readonly defaults: PluginDefaults;
      /** As the plugin declares them, unchecked. */
      readonly permissions: unknown;
    }
  | {
      readonly type: 'described';
      readonly describe: string | undefined;
      /** As the plugin declares them, unchecked; undefined when they depend on options that do not fit. */
      readonly permissions: unknown;
      /** Why the options do not fit. */
      readonly problems: readonly Fault[];
    }
  | { readonly type: 'refused'; readonly problems: readonly Fault[] }
  /** The plugin cannot be used; a whole sentence. */
  | { readonly type: 'broken'; readonly reason: string }
  | { readonly type: 'ready' }
  | { readonly type: 'outcome'; readonly delivery: string; readonly outcome: AttemptOutcome };

/** What the plugin wants done by the daemon. */
export type Wish =
  | { readonly type: 'program'; readonly message: ToLauncher }
  | { readonly type: 'ask'; readonly ask: number; readonly question: Question }
  | { readonly type: 'unask'; readonly ask: number };

export type Question =
  | { readonly what: 'fetch'; readonly request: PlainRequest }
  | {
      readonly what: 'sky';
      readonly alert: Pick<Alert, 'ra' | 'dec'>;
      readonly options: VisibilityOptions | undefined;
    }
  | { readonly what: 'earlier'; readonly alert: Pick<Alert, 'id' | 'thread'> }
  | { readonly what: 'state.get' | 'state.delete'; readonly key: string }
  | { readonly what: 'state.set'; readonly key: string; readonly value: string }
  | { readonly what: 'state.keys' };

export interface LogMessage {
  readonly type: 'log';
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: Record<string, unknown> | undefined;
}
