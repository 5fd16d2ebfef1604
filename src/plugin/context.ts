import { explain } from '../common/errors.ts';
import type { Log, LogLevel } from '../common/log.ts';
import type { Attempt, AttemptOutcome } from '../dispatch/runner.ts';
import type { Context, Plugin, SetupContext } from './api.ts';
import { deniedReason } from './denied.ts';
import { PluginFailure } from './failure.ts';
import { shortened } from './lines.ts';
import { placeOf } from './place.ts';
import { runFor } from './run-program.ts';
import type { PluginServices } from './services.ts';
import { rehearsedState, stateOf } from './state.ts';
import { Tail } from './tail.ts';

/** How long a plugin has, after its signal aborted, to end by itself. */
export const GRACE_MS = 10_000;

/** Characters of what a plugin says of an attempt, which is kept with it. */
const LONGEST_SAID = 262_144;

/** A plugin with its handler's options, ready to be set up. */
export interface ConfiguredPlugin {
  /** As the configuration names it. */
  readonly name: string;
  readonly plugin: Plugin<unknown>;
  readonly config: unknown;
  readonly handler: string;
  readonly log: Log;
  readonly services: PluginServices;
}

export function setupContext({ config, handler, log, services: { site } }: ConfiguredPlugin): SetupContext<unknown> {
  return { config, handler, log, ...(site && { site }) };
}

interface AttemptOptions {
  /** Takes what is logged, and whatever else is printed is put there by others. */
  readonly tail?: Tail;
  /** How long after its signal aborted a plugin is waited for; for ever where its process is ended instead. */
  readonly graceMs?: number;
}

/** Runs `handle`, or `pretend`, once and says how it ended. Never rejects. */
export async function runAttempt(
  configured: ConfiguredPlugin,
  attempt: Attempt,
  { tail = new Tail(), graceMs = GRACE_MS }: AttemptOptions = {},
): Promise<AttemptOutcome> {
  const { plugin, services } = configured;
  const { alert, packet, delivery, signal } = attempt;
  const log = attemptLog(configured.log, { delivery, ivorn: alert.ivorn }, tail);
  const context: Context<unknown> = {
    ...setupContext({ ...configured, log }),
    packet,
    delivery,
    mode: attempt.pretends ? 'pretend' : 'live',
    attempt: attempt.attempt,
    ...(attempt.because && { because: attempt.because }),
    ...(attempt.link && { link: attempt.link }),
    signal,
    sky: (of, options) => services.sky(of, options),
    journal: { thread: (of) => services.earlier(of) },
    state: stateOf(attempt.pretends ? rehearsedState(services.state) : services.state),
    run: runFor(services.programs, log, signal),
    fetch: fetchFor(services.fetch, signal),
    retry: (reason, options) => new PluginFailure(reason, true, options),
    fail: (reason, options) => new PluginFailure(reason, false, options),
  };
  const outlived = givenUp(signal, graceMs);
  try {
    const work = attempt.pretends ? pretend(configured, alert, context) : handle(plugin, alert, context);
    const result = await Promise.race([work, outlived.promise]);
    // `return context.fail(…)` is meant as `throw`.
    if (result instanceof Error) throw result;
    return { state: 'done', detail: typeof result === 'string' ? shortened(result, LONGEST_SAID) : '', ...tail.kept };
  } catch (error) {
    return { ...failureOf(error, signal), ...tail.kept };
  } finally {
    outlived.cancel();
  }
}

/** Ends with the attempt at the latest. */
function fetchFor(fetch: Context['fetch'], signal: AbortSignal): Context['fetch'] {
  return async (input, init) => {
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return await fetch(input, { ...init, signal: own === undefined ? signal : AbortSignal.any([signal, own]) });
  };
}

/** Adds fields to every line, and keeps the last of them. */
function attemptLog(log: Log, fields: Record<string, unknown>, tail: Tail): Log {
  const at = (level: LogLevel) => (message: string, more?: Record<string, unknown>) => {
    tail.line(String(message));
    log[level](message, { ...fields, ...more });
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

async function handle(plugin: Plugin<unknown>, alert: Attempt['alert'], context: Context<unknown>): Promise<unknown> {
  return await plugin.handle(alert, context);
}

async function pretend(
  { name, plugin }: ConfiguredPlugin,
  alert: Attempt['alert'],
  context: Context<unknown>,
): Promise<unknown> {
  const said: unknown = await plugin.pretend?.(alert, context);
  return typeof said === 'string' && said !== '' ? said : `hand the alert to the plugin ${name}`;
}

/** Rejects when the signal has aborted and the grace is over. */
function givenUp(signal: AbortSignal, graceMs: number): { promise: Promise<never>; cancel(): void } {
  const { promise, reject } = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const start = () => {
    if (graceMs === Number.POSITIVE_INFINITY) return;
    timer = setTimeout(() => reject(new PluginFailure('it did not end when told to', true)), graceMs);
  };
  if (signal.aborted) start();
  else signal.addEventListener('abort', start, { once: true });
  const cancel = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', start);
  };
  return { promise, cancel };
}

/** What was thrown, as an outcome. */
export function failureOf(thrown: unknown, signal: AbortSignal): AttemptOutcome {
  const timedOut = signal.aborted && signal.reason instanceof Error && signal.reason.name === 'TimeoutError';
  const prefix = timedOut && !/time(d)?[ -]?out/i.test(String(thrown)) ? 'timeout: ' : '';
  if (thrown instanceof PluginFailure) {
    const { message, retryable, afterMs } = thrown;
    return { state: 'failed', reason: shortened(prefix + message, LONGEST_SAID), retryable, afterMs };
  }
  const denied = deniedReason(thrown);
  const reason = shortened(prefix + (denied ?? explain(thrown) + faultPlace(thrown)), LONGEST_SAID);
  return { state: 'failed', reason, retryable: denied === undefined, afterMs: undefined };
}

/** Where in the plugin it is, when it is a fault of the plugin's code and not something that it says. */
function faultPlace(thrown: unknown): string {
  const isFault = thrown instanceof TypeError || thrown instanceof ReferenceError || thrown instanceof RangeError;
  return isFault ? placeOf(thrown) : '';
}
