/**
 * The contract between voeventd and a plugin. Types only: everything a plugin can call comes through its context.
 *
 * The life of a plugin, for each handler that names it in the configuration:
 *
 * 1. `config(z, fields)` is called once and gives the schema of the handler's `with:` options. A plugin without it
 *    takes any options, unchecked. Options that do not fit stop the start, with their line in the file.
 * 2. `setup(context)` is called once, before the first alert. A throw stops the start.
 * 3. `handle(alert, context)` is called for each delivery, and again for each further attempt (`context.attempt`).
 *    - It returns: the delivery is done. A returned sentence is kept with it and logged.
 *    - It throws `context.retry(reason)`: this attempt failed and trying again may help. The host retries as the
 *      handler's `retry:` says.
 *    - It throws `context.fail(reason)`: trying again cannot help. The delivery is dead at once.
 *    - It throws anything else: as `context.retry`, with the error's message as reason.
 *    - `context.signal` aborts at the handler's `timeout:`, when the daemon stops, and when the event was retracted or
 *      the alert superseded, if the handler says `onRetraction: cancel`. What has not returned soon after is given up,
 *      and counts as a failed attempt.
 *    - For an alert that retracts, `context.config` has the options of the handler's `retraction:` in place of those of
 *      `with:`. They are checked by the same schema, and there is a `setup` of their own.
 * 4. `pretend(alert, context)` is called in place of `handle` where the handler pretends (`mode: pretend`). It returns
 *    what `handle` would do, as a clause that follows "would": `run /usr/local/bin/slew --ra 83.6`. It has no effects: it
 *    writes, sends and starts nothing, and names no secrets. Where `handle` would refuse the alert, it throws as `handle`
 *    would. Of a plugin without it, the log says that it would have been handed the alert.
 * 5. `close(context)` is called once, after the last delivery, with the same context as `setup`.
 *
 * The plugin never retries, times out or de-duplicates: the host does. After a crash of the host, deliveries that were
 * running are run again with `attempt` one higher, so `handle` may see an alert twice.
 */

import type { z } from 'zod';
import type { Alert } from '../alert/model.ts';
import type { DeadDelivery } from '../dispatch/fallback.ts';
import type { ProgramEnding, ProgramFiles, StreamName } from '../launch/program.ts';

export type {
  Alert,
  Author,
  Citation,
  CiteKind,
  Column,
  Error2,
  Format,
  Group,
  Inference,
  Kind,
  Param,
  Reference,
  Role,
  Skymap,
  Table,
  Validity,
} from '../alert/model.ts';
export type { ProgramEnding, ProgramFiles, StreamEnd, StreamName } from '../launch/program.ts';
export type { DeadDelivery };

/** A log line under the handler's name, with the delivery's id. */
export interface Log {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

/** A value that must not be printed: given in the file as `{ file: PATH }`, `{ env: NAME }` or plain text. */
export interface Secret {
  reveal(): string;
}

/**
 * Text with places to fill from an alert: `{alert.ra}`, `{param.TrigID}`, `{received.date}`, `{alert.dec|none}`; and
 * `{because}`, in words what others have failed at.
 */
export interface Template {
  readonly text: string;
  /**
   * The text with every place filled. `encode` is applied to each inserted value, never to the text around it.
   * `because` is that of the context, for `{because}`.
   *
   * @throws an error made by `context.fail` when the alert lacks a value and the place names no default after `|`
   */
  render(alert: Alert, encode?: (value: string) => string, because?: readonly DeadDelivery[]): string;
}

/** Kinds of option that a plain schema library does not have. */
export interface Fields {
  /** A duration with its unit (`30s`); the plugin gets milliseconds. */
  duration(): z.ZodType<number, string>;
  /** A path, relative to the configuration file; the plugin gets it absolute. */
  path(): z.ZodType<string, string>;
  secret(): z.ZodType<Secret, string | { file: string } | { env: string }>;
  template(): z.ZodType<Template, string>;
}

export interface SetupContext<Config = Record<string, unknown>> {
  /** The handler's `with:` options, checked by the plugin's schema. */
  readonly config: Config;
  /** Name of the handler in the configuration. */
  readonly handler: string;
  readonly log: Log;
}

/** How a program is run. */
export interface RunOptions {
  /** Where it starts, and from where a relative path of it counts. @default the daemon's own */
  readonly directory?: string;
  /** All of its environment. @default the daemon's own */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What it can read from its stdin. @default nothing */
  readonly input?: Uint8Array;
  /** What is there while it runs, in a directory that is made for it and that only the daemon's user can read. */
  readonly files?: ProgramFiles;
  /** Milliseconds that it and its children may take to end after SIGTERM, before SIGKILL. @default 5000 */
  readonly killAfterMs?: number;
  /** So many bytes of stdout, and of stderr, are given to `lines`. @default 65536 */
  readonly outputLimit?: number;
  /** Is given what it prints, line by line. @default they go to the log */
  lines?(stream: StreamName, lines: readonly string[]): void;
}

export interface Context<Config = Record<string, unknown>> extends SetupContext<Config> {
  /** The exact bytes that were received. */
  readonly packet: Uint8Array;
  /** Name of this delivery in logs and in the journal: `<alert number>/<handler>`. */
  readonly delivery: string;
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Where the handler is the `onDead` of others: what they failed at for good, with this alert. */
  readonly because?: readonly DeadDelivery[];
  /** Where people can read about the alert: its page below `web.url`. Absent where the configuration has no such address. */
  readonly link?: string;
  /** Aborts at the handler's timeout, when the daemon stops, and when the alert is not to be handled any more. */
  readonly signal: AbortSignal;
  /**
   * Runs a program until it ends, or until `signal` aborts: then it is ended with all that it has started. No shell reads
   * the arguments.
   *
   * @throws an error with the system's `code` when it cannot be started, and `stage` `files` when they cannot be written
   */
  run(argv: readonly string[], options?: RunOptions): Promise<ProgramEnding>;
  /** To be thrown: this attempt failed, trying again may help, not sooner than `afterMs` milliseconds when given. */
  retry(reason: string, options?: { afterMs?: number; cause?: unknown }): Error;
  /** To be thrown: trying again cannot help. */
  fail(reason: string, options?: { cause?: unknown }): Error;
}

export interface Plugin<Config = Record<string, unknown>> {
  /** One sentence: what it does with an alert. */
  readonly describe?: string;
  /** How often a delivery is attempted when the handler has no `retry:` of its own. @default 1 */
  readonly attempts?: number;
  /**
   * How many alerts it may handle at once when the handler has no `concurrency:` of its own. With 1 they come in order.
   *
   * @default 1
   */
  readonly concurrency?: number;
  /** It runs programs with `context.run`: what starts them is made ready before the first alert. @default false */
  readonly programs?: boolean;
  config?(schema: typeof z, fields: Fields): z.ZodType<Config>;
  setup?(context: SetupContext<Config>): void | Promise<void>;
  handle(alert: Alert, context: Context<Config>): void | string | Promise<void | string>;
  /** What `handle` would do, as a clause: `run PROGRAM`, `write FILE`. Without any effect. */
  pretend?(alert: Alert, context: Context<Config>): string | Promise<string>;
  close?(context: SetupContext<Config>): void | Promise<void>;
}
