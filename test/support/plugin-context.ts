import { z } from 'zod';
import { ownPrograms } from '../../src/launch/run.ts';
import type { Alert, Context, Plugin } from '../../src/plugin/api.ts';
import { PluginFailure } from '../../src/plugin/failure.ts';
import { createFields } from '../../src/plugin/fields.ts';
import { runFor } from '../../src/plugin/run-program.ts';
import { NOTHING_KEPT, stateOf } from '../../src/plugin/state.ts';
import { trialServices } from '../../src/plugin-services.ts';

/** What is done for plugins, without a daemon. */
export const SERVICES = trialServices(undefined, NOTHING_KEPT, Date.now, async () => []);

/** One call of `context.log`. */
export interface Logged {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** A context that remembers what was logged and can be aborted by the test. */
export interface TestContext<Config> extends Context<Config> {
  readonly logged: Logged[];
  /** Aborts as the host does when the handler's `timeout:` has passed. */
  expire(): void;
  /** Aborts as the host does when the daemon stops. */
  stop(): void;
}

/** An alert as GCN might have sent it, with the given fields changed. */
export function sampleAlert(changes: Partial<Alert> = {}): Alert {
  return {
    id: '0123456789abcdef',
    ivorn: 'ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729',
    format: 'voevent',
    version: '2.0',
    role: 'observation',
    test: false,
    kind: 'new',
    thread: 'swift:532871',
    stream: 'nasa.gsfc.gcn/SWIFT',
    local: 'BAT_GRB_Pos_532871-729',
    mission: 'Swift',
    instruments: ['BAT'],
    author: { ivorn: 'ivo://nasa.gsfc.tan/gcn', name: 'VO-GCN' },
    date: '2026-11-22T10:00:05Z',
    time: '2026-11-22T09:59:58.12Z',
    ra: 83.6331,
    dec: 22.0145,
    errorRadius: 0.05,
    system: 'UTC-FK5-GEO',
    params: [{ name: 'TrigID', value: '532871', number: 532_871, ucd: 'meta.id' }],
    groups: [],
    tables: [],
    citations: [],
    importance: 0.95,
    inferences: [],
    references: [],
    description: 'Swift BAT position',
    source: 'campus',
    receivedAt: '2026-11-22T10:00:07.250Z',
    raw: '<voe:VOEvent role="observation"/>',
    ...changes,
  };
}

/** An alert that says all that an alert can say. */
export function fullAlert(): Alert {
  return sampleAlert({
    topic: 'gcn.classic.voevent.SWIFT_BAT_GRB_POS_ACK',
    timeStart: '2026-11-22T09:59:58.12Z',
    timeStop: '2026-11-22T10:00:58.12Z',
    error2: { major: 0.05, minor: 0.02, angle: 30 },
    containment: 0.9,
    positionName: 'Crab',
    skymap: { url: 'https://example.org/map.fits' },
    expires: '2026-11-23T10:00:00Z',
    significance: 8.5,
    significant: true,
    far: 1e-9,
    classification: { GRB: 0.9, SGR: 0.1 },
    properties: { HasNS: 0.5 },
    validity: { schema: '2.0', valid: true, problems: [] },
  });
}

/** The alert without the named optional fields, as a packet that does not give them. */
export function withoutFields(alert: Alert, ...names: (keyof Alert)[]): Alert {
  return Object.fromEntries(Object.entries(alert).filter(([name]) => !names.includes(name as keyof Alert))) as never;
}

/** The bytes of a packet: an ordinary one unless text or bytes are given. */
export function samplePacket(content: string | Uint8Array = '<voe:VOEvent role="observation"/>'): Uint8Array {
  return Buffer.from(content);
}

/**
 * A plugin's options as the host would read them from `with:`, relative paths starting at `directory`.
 *
 * @throws ZodError when they do not fit the plugin's schema
 */
export function configure<Config>(plugin: Plugin<Config>, options: unknown, directory = '/'): Config {
  if (plugin.config === undefined) throw new Error('The plugin declares no options.');
  return plugin.config(z, createFields(directory)).parse(options);
}

/** What one delivery of a handler would get from the host. */
export function contextFor<Config>(config: Config, changes: Partial<Context<Config>> = {}): TestContext<Config> {
  const logged: Logged[] = [];
  const controller = new AbortController();
  const logAt =
    (level: Logged['level']) =>
    (message: string, fields: Record<string, unknown> = {}) => {
      logged.push({ level, message, fields });
    };
  const context: TestContext<Config> = {
    config,
    handler: 'slew',
    log: { debug: logAt('debug'), info: logAt('info'), warn: logAt('warn'), error: logAt('error') },
    packet: samplePacket(),
    delivery: '17/slew',
    attempt: 1,
    signal: controller.signal,
    run: (argv, options) => runFor(ownPrograms, context.log, context.signal)(argv, options),
    mode: 'live',
    sky: (alert, options) => SERVICES.sky(alert, options),
    journal: { thread: (alert) => SERVICES.earlier(alert) },
    state: stateOf(SERVICES.state),
    fetch: globalThis.fetch,
    retry: (reason, options) => new PluginFailure(reason, true, options),
    fail: (reason, options) => new PluginFailure(reason, false, options),
    ...changes,
    logged,
    expire: () => controller.abort(new DOMException('The handler took longer than its timeout.', 'TimeoutError')),
    stop: () => controller.abort(new Error('The daemon is stopping.')),
  };
  return context;
}

/** The failure a delivery ended with; an error when it ended well or threw anything else. */
export async function failureOf(delivery: () => unknown): Promise<PluginFailure> {
  try {
    await delivery();
  } catch (error) {
    if (error instanceof PluginFailure) return error;
    throw new Error(`Threw something else than context.retry or context.fail: ${error}`, { cause: error });
  }
  throw new Error('Expected a failure, but the delivery was done.');
}
