/**
 * The contract between voeventd and a plugin. Types only: everything a plugin can call comes through its context.
 *
 * The life of a plugin, for each handler that names it in the configuration:
 *
 * 1. `config(z, fields)` is called once and gives the schema of the handler's `with:` options. A plugin without it
 *    takes any options, unchecked. Options that do not fit stop the start, with their line in the file.
 * 2. `permissions`, when it is a function, is called with these options: what the plugin needs with them. What the handler
 *    does not grant (`allow:`) stops the handler, and its deliveries wait. Until then the process has what is granted.
 * 3. `setup(context)` is called once in each process, before the first alert. A throw stops the start.
 * 4. `handle(alert, context)` is called for each delivery, and again for each further attempt (`context.attempt`).
 *    - It returns: the delivery is done. A returned sentence is kept with it and logged.
 *    - It throws `context.retry(reason)`: this attempt failed and trying again may help. The host retries as the
 *      handler's `retry:` says.
 *    - It throws `context.fail(reason)`: trying again cannot help. The delivery is dead at once.
 *    - It does what it has no permission for, and lets the error pass: the delivery is dead at once, with the permission.
 *    - It throws anything else: as `context.retry`, with the error's message as reason.
 *    - `context.signal` aborts at the handler's `timeout:`, when the daemon stops, and when the event was retracted or
 *      the alert superseded, if the handler says `onRetraction: cancel`. What has not returned soon after is given up,
 *      and counts as a failed attempt.
 *    - For an alert that retracts, `context.config` has the options of the handler's `retraction:` in place of those of
 *      `with:`. They are checked by the same schema, and there is a `setup` of their own.
 * 5. `pretend(alert, context)` is called in place of `handle` where the handler pretends (`mode: pretend`). It returns
 *    what `handle` would do, as a clause that follows "would": `run /usr/local/bin/slew --ra 83.6`. It has no effects: it
 *    writes, sends and starts nothing, and names no secrets. Where `handle` would refuse the alert, it throws as `handle`
 *    would. Of a plugin without it, the log says that it would have been handed the alert.
 * 6. `close(context)` is called once, after the last delivery, with the same context as `setup`.
 *
 * The plugin never retries, times out or de-duplicates: the host does. After a crash of the host, deliveries that were
 * running are run again with `attempt` one higher, so `handle` may see an alert twice.
 */

import type { z } from 'zod';
import type { Alert } from '../alert/model.ts';
import type { DeadDelivery } from '../dispatch/fallback.ts';
import type { ProgramEnding, ProgramFiles, StreamName } from '../launch/program.ts';
import type { SkyConditions, VisibilityOptions } from '../sky/conditions.ts';
import type { Site } from '../sky/site.ts';

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
export type { SkyConditions, VisibilityOptions } from '../sky/conditions.ts';
export type { Site } from '../sky/site.ts';
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

/**
 * What a plugin of the user's needs beyond reading its own folder. Its handler has to grant it (`allow:`, in the same
 * shape), and its process gets exactly that. Built-in plugins run in the daemon itself and need none.
 */
export interface Permissions {
  /** Files and folders it may read. `~` is the home directory; relative paths start at the configuration file. */
  readonly read?: readonly string[] | undefined;
  /** Files and folders it may write. */
  readonly write?: readonly string[] | undefined;
  /** `true`: the whole network, also to listen. Hosts (`example.org`, `localhost:8080`): `context.fetch` from these. */
  readonly net?: true | readonly string[] | undefined;
  /** Programs that `context.run` may start: by path, or by a name that is looked up in the daemon's PATH. */
  readonly run?: readonly string[] | undefined;
  /** Environment variables it may see, beside PATH, HOME, LANG, LC_*, TZ and TMPDIR. */
  readonly env?: readonly string[] | undefined;
}

export interface SetupContext<Config = Record<string, unknown>> {
  /** The handler's `with:` options, checked by the plugin's schema. */
  readonly config: Config;
  /** Name of the handler in the configuration. */
  readonly handler: string;
  readonly log: Log;
  /** The handler's `site`, or the first there is; missing where none is configured. */
  readonly site?: Site;
}

/**
 * A few things that a handler's plugin keeps for later, in the journal: they are there after a restart. Values are JSON. At most
 * 1000 keys of 1 to 200 characters, each with at most 64 KiB of JSON. What is changed while the handler pretends is forgotten
 * with the attempt.
 */
export interface State {
  /** Undefined when it was never set. */
  get<Value = unknown>(key: string): Promise<Value | undefined>;
  /** @throws an error that says what is too large, too much, or no JSON */
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

/** What the journal knows. */
export interface Journal {
  /** Alerts about the same event that came before this one, the newest last: at most 100 of them, and 16 MiB. */
  thread(alert: Pick<Alert, 'id' | 'thread'>): Promise<readonly Alert[]>;
}

/** How a program is run. */
export interface RunOptions {
  /** Where it starts, and from where a relative path of it counts. @default the daemon's own */
  readonly directory?: string;
  /** All of its environment. @default that of the plugin: of a built-in one the daemon's own */
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
  /** With `pretend` it is called as `pretend`, which has no effects. */
  readonly mode: 'live' | 'pretend';
  /** 1 for the first attempt. */
  readonly attempt: number;
  /** Where the handler is the `onDead` of others: what they failed at for good, with this alert. */
  readonly because?: readonly DeadDelivery[];
  /** Where people can read about the alert: its page below `web.url`. Absent where the configuration has no such address. */
  readonly link?: string;
  /** Aborts at the handler's timeout, when the daemon stops, and when the alert is not to be handled any more. */
  readonly signal: AbortSignal;
  /**
   * The sky over `site` now, and the alert's position in it, as rules know it: `altitude`, `airmass`, `sunAltitude`, …, and
   * `visibleMinutes`. What cannot be told is missing.
   */
  sky(alert: Pick<Alert, 'ra' | 'dec'>, options?: VisibilityOptions): Promise<SkyConditions>;
  readonly journal: Journal;
  readonly state: State;
  /**
   * Runs a program until it ends, or until `signal` aborts: then it is ended with all that it has started. No shell reads
   * the arguments.
   *
   * @throws an error with the system's `code` when it cannot be started, and `stage` `files` when they cannot be written;
   *   one that names the permission, when the plugin has none for the program
   */
  run(argv: readonly string[], options?: RunOptions): Promise<ProgramEnding>;
  /**
   * As the global one, and it ends with `signal`. Of a plugin that names hosts, the daemon fetches for it: then also
   * redirects lead to these only, and no body is longer than 16 MiB.
   *
   * @throws an error that names the permission, when the plugin has none for the host
   */
  fetch: typeof globalThis.fetch;
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
  /** What it needs beyond reading its own folder, in general or with these options. @default nothing */
  readonly permissions?: Permissions | ((config: Config) => Permissions);
  config?(schema: typeof z, fields: Fields): z.ZodType<Config>;
  setup?(context: SetupContext<Config>): void | Promise<void>;
  handle(alert: Alert, context: Context<Config>): void | string | Promise<void | string>;
  /** What `handle` would do, as a clause: `run PROGRAM`, `write FILE`. Without any effect. */
  pretend?(alert: Alert, context: Context<Config>): string | Promise<string>;
  close?(context: SetupContext<Config>): void | Promise<void>;
}
