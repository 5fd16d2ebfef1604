/**
 * The other side of `child.ts`: runs one user plugin for one handler in a process of its own, so that nothing it does
 * can stop or stall the daemon.
 */

import { AsyncLocalStorage } from 'node:async_hooks';
import { fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { withRaw } from '../alert/text.ts';
import { messageOf } from '../common/errors.ts';
import type { Log, LogLevel } from '../common/log.ts';
import { deepFrozen, withoutUndefined } from '../common/objects.ts';
import type { Permissions, Plugin } from './api.ts';
import { Channel } from './channel.ts';
import { type ConfiguredPlugin, runAttempt, setupContext } from './context.ts';
import { deniedReason, explainFatalDenial } from './denied.ts';
import type { Stamp } from './edition.ts';
import { watchImports } from './imports.ts';
import { LineGate, shortened } from './lines.ts';
import { configurePlugin, importPlugin } from './load.ts';
import type { FromHost, Given, ToHost } from './messages.ts';
import { RemoteServices } from './remote.ts';
import { Tail } from './tail.ts';
import { endWithParent } from './watchdog.ts';

/** Where `child.ts` has put the channel. */
const CHANNEL_FD = 3;

/** Runs until the daemon closes the channel, or dies. */
export async function runPluginHost(): Promise<void> {
  const stream = channelStream();
  if (stream === undefined) {
    process.stderr.write('voeventd --plugin-host is started by the daemon itself.\n');
    process.exitCode = 2;
    return;
  }
  process.title = 'voeventd plugin';
  silenceWarnings();
  // Ctrl-C reaches the whole foreground group, and a service manager ends all at once; the daemon decides when its
  // plugins end, so that what runs may finish.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  endWithParent();
  // They confine this process, which is no affair of the plugin's.
  Reflect.deleteProperty(process.env, 'NODE_OPTIONS');
  process.on('uncaughtExceptionMonitor', explainFatalDenial);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const channel: Channel<FromHost, ToHost> = new Channel(stream, Number.POSITIVE_INFINITY, {
    message: (message) => void host.receive(message),
    garbled: () => resolve(),
    closed: resolve,
  });
  const host = new Host(channel);
  await closed;
}

/** Undefined where the daemon has not given one. */
function channelStream(): Socket | undefined {
  try {
    return fstatSync(CHANNEL_FD).isSocket() ? new Socket({ fd: CHANNEL_FD }) : undefined;
  } catch {
    return undefined;
  }
}

/** Plugin authors need no package.json: what a file without one is, is found out by reading it. And how we read it is our affair. */
function silenceWarnings(): void {
  const emit = process.emitWarning;
  process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
    const code = rest.map((part) => (typeof part === 'string' ? part : (part as { code?: string } | undefined)?.code));
    const isOurs = code.includes('MODULE_TYPELESS_PACKAGE_JSON') || /^stripTypeScriptTypes /.test(String(warning));
    if (!isOurs) Reflect.apply(emit, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
}

/** Gives what is printed, as with `console.log`, to the attempt that prints it, beside where it goes anyhow. */
function watchOutput(printing: AsyncLocalStorage<Tail>): void {
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write;
    stream.write = ((chunk: string | Uint8Array, ...rest: unknown[]) => {
      printing.getStore()?.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      return Reflect.apply(write, stream, [chunk, ...rest]);
    }) as typeof stream.write;
  }
}

function permissionsOf({ permissions = {} }: Plugin<unknown>, config: unknown): Permissions {
  return typeof permissions === 'function' ? permissions(config) : permissions;
}

class Host {
  readonly #channel: Channel<FromHost, ToHost>;
  /** Told with what is said next. */
  #imported: Stamp[] = [];
  readonly #logGate = new LineGate((line) => this.#sendLine('warn', line, undefined));
  readonly #printing = new AsyncLocalStorage<Tail>();
  readonly #running = new Map<string, AbortController>();
  #plugin: Omit<ConfiguredPlugin, 'services'> | undefined;
  #services: RemoteServices | undefined;

  constructor(channel: Channel<FromHost, ToHost>) {
    this.#channel = channel;
    watchOutput(this.#printing);
    watchImports((stamp) => this.#imported.push(stamp));
  }

  async receive(message: ToHost): Promise<void> {
    switch (message.type) {
      case 'configure':
        return await this.#configure(message);
      case 'describe':
        return await this.#describe(message);
      case 'setup':
        return await this.#setup(message.given);
      case 'attempt':
        return await this.#attempt(message);
      case 'abort': {
        const reason = new Error(message.message);
        reason.name = message.name;
        this.#running.get(message.delivery)?.abort(reason);
        return;
      }
      case 'program':
      case 'answer':
      case 'no-answer':
        this.#services?.receive(message);
        return;
      case 'close':
        await this.#close();
        this.#logGate.end();
        this.#channel.end();
        return;
    }
  }

  #send(message: FromHost): void {
    const stamps = this.#imported;
    this.#imported = [];
    if (stamps.length > 0) this.#channel.send({ type: 'imported', stamps });
    this.#channel.send(message);
  }

  async #configure(message: Extract<ToHost, { type: 'configure' }>): Promise<void> {
    const { name, file, handler, options, baseDirectory } = message;
    try {
      const plugin = await importPlugin(file);
      const result = await configurePlugin(plugin, options, baseDirectory);
      if (!result.ok) {
        this.#send({ type: 'refused', problems: result.problems });
        return;
      }
      this.#plugin = { name, plugin, config: result.config, handler, log: this.#log() };
      const { attempts, concurrency } = plugin;
      const permissions = permissionsOf(plugin, result.config);
      this.#send({ type: 'configured', defaults: withoutUndefined({ attempts, concurrency }), permissions });
    } catch (error) {
      this.#send({ type: 'broken', reason: messageOf(error) });
    }
  }

  async #describe({ file, options, baseDirectory }: Extract<ToHost, { type: 'describe' }>): Promise<void> {
    try {
      const plugin = await importPlugin(file);
      const result = await configurePlugin(plugin, options, baseDirectory);
      const isKnown = result.ok || typeof plugin.permissions !== 'function';
      const permissions = isKnown ? permissionsOf(plugin, result.ok ? result.config : undefined) : undefined;
      const problems = result.ok ? [] : result.problems;
      this.#send({ type: 'described', describe: plugin.describe, permissions, problems });
    } catch (error) {
      this.#send({ type: 'broken', reason: messageOf(error) });
    }
  }

  async #setup(given: Given): Promise<void> {
    if (this.#plugin === undefined) return;
    this.#services = new RemoteServices((message) => this.#send(message), given);
    const configured = { ...this.#plugin, services: this.#services };
    try {
      await configured.plugin.setup?.(setupContext(configured));
      this.#send({ type: 'ready' });
    } catch (error) {
      this.#send({ type: 'broken', reason: `Its setup failed: ${deniedReason(error) ?? messageOf(error)}` });
    }
  }

  async #close(): Promise<void> {
    // What has not been set up has nothing to close.
    if (this.#plugin === undefined || this.#services === undefined) return;
    const configured = { ...this.#plugin, services: this.#services };
    try {
      await configured.plugin.close?.(setupContext(configured));
    } catch {
      // Its process ends anyhow.
    }
  }

  async #attempt(message: Extract<ToHost, { type: 'attempt' }>): Promise<void> {
    const { alert, packet, delivery, attempt, pretends, retracts, because, link } = message;
    const services = this.#services;
    if (this.#plugin === undefined || services === undefined) return;
    const configured = { ...this.#plugin, services };
    const controller = new AbortController();
    this.#running.set(delivery, controller);
    const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength);
    const given = { packet: bytes, delivery, attempt, pretends, retracts, because, link, signal: controller.signal };
    const tail = new Tail();
    const outcome = await this.#printing.run(tail, () =>
      runAttempt(
        configured,
        { alert: deepFrozen(withRaw(alert, bytes)), ...given },
        // Whoever started this process ends it, and with it what the plugin goes on doing.
        { tail, graceMs: Number.POSITIVE_INFINITY },
      ),
    );
    this.#running.delete(delivery);
    this.#send({ type: 'outcome', delivery, outcome });
  }

  /** Not more than the daemon logs: what it has not read yet would pile up here. */
  #sendLog(level: LogLevel, text: string, fields: Record<string, unknown> | undefined): void {
    this.#logGate.line(() => this.#sendLine(level, text, fields));
  }

  #sendLine(level: LogLevel, text: string, fields: Record<string, unknown> | undefined): void {
    const message = shortened(text);
    try {
      this.#send({ type: 'log', level, message, fields });
    } catch {
      // A function among the fields, or another thing that cannot leave its process.
      this.#send({
        type: 'log',
        level,
        message,
        fields: { fields: inspect(fields, { breakLength: Infinity }) },
      });
    }
  }

  #log(): Log {
    const write = (level: LogLevel) => (message: string, fields?: Record<string, unknown>) =>
      this.#sendLog(level, String(message), fields);
    return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  }
}
