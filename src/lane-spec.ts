import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Log, withFields } from './common/log.ts';
import { Secret } from './config/fields.ts';
import type { LaneSpec } from './dispatch/dispatcher.ts';
import type { FallbackSettings, TestsManner } from './dispatch/fallback.ts';
import type { Runner } from './dispatch/runner.ts';
import { createInProcessRunner } from './plugin/in-process.ts';
import { RetractingRunner } from './plugin/retracting.ts';
import type { Services } from './plugin/services.ts';
import type { PreparedHandler } from './prepare.ts';
import type { PreparedPlugin } from './prepare-plugin.ts';
import type { HandlerSettings, Settings } from './settings.ts';

/**
 * How to run a prepared handler; undefined when its plugin is broken.
 *
 * @param settings all handlers there are, for the one that gets what this one fails at; and where the status page is
 * @param services what is done for plugins
 * @param pretend nothing runs, whatever the file says
 */
export function laneSpec(
  handler: PreparedHandler,
  { handlers, web }: Pick<Settings, 'handlers' | 'web'>,
  log: Log,
  services: Services,
  pretend: boolean,
): LaneSpec | undefined {
  const { name, settings, plugin, retraction, defaults } = handler;
  if (plugin.kind === 'broken') return undefined;
  const { retry, timeout, maxAge, concurrency, breaker, rateLimit, queue } = settings;
  const fallback = fallbackSettings(settings.onDead, handlers);
  const url = web === false ? undefined : web.url;
  return {
    settings: {
      handler: name,
      timeoutMs: timeout,
      maxAgeMs: maxAge,
      concurrency: concurrency ?? defaults.concurrency ?? 1,
      breaker: breaker && { after: breaker.after, probeMs: breaker.probe },
      rateLimit: rateLimit && { count: rateLimit.count, perMs: rateLimit.per, beyond: rateLimit.beyond },
      queue,
      fallback,
      // Also what was to be run before the configuration said so.
      pretends: pretend || settings.mode === 'pretend',
      retry: {
        attempts: retry.attempts ?? defaults.attempts ?? 1,
        delayMs: retry.delay,
        factor: retry.factor,
        maxDelayMs: retry.maxDelay,
        jitter: retry.jitter,
      },
    },
    fingerprint: fingerprintOf(handler, fallback, [services.site, url]),
    createRunner: async () => {
      const usual = await createRunner(handler, plugin, log, services);
      if (retraction === undefined) return linked(new RetractingRunner(usual, undefined), url);
      try {
        return linked(new RetractingRunner(usual, await createRunner(handler, retraction, log, services)), url);
      } catch (error) {
        await usual.close();
        throw error;
      }
    },
  };
}

/** Tells where people can read about each alert: on its page, where the status page has an address for others. */
function linked(runner: Runner, url: string | undefined): Runner {
  if (url === undefined) return runner;
  return {
    run: (attempt) => runner.run({ ...attempt, link: `${url}/alerts/${attempt.alert.id}` }),
    close: () => runner.close(),
  };
}

function fallbackSettings(onDead: string | undefined, handlers: Settings['handlers']): FallbackSettings | undefined {
  const settings = onDead === undefined ? undefined : handlers[onDead];
  if (onDead === undefined || settings === undefined) return undefined;
  return { handler: onDead, tests: testsAt(settings) };
}

/** What becomes of tests at a handler. */
export function testsAt({ roles, tests }: HandlerSettings): TestsManner {
  return roles.includes('test') ? 'take' : tests;
}

async function createRunner(
  { name, settings }: PreparedHandler,
  prepared: PreparedPlugin,
  log: Log,
  services: Services,
): Promise<Runner> {
  switch (prepared.kind) {
    case 'built-in': {
      const { plugin, config } = prepared;
      const handlerLog = withFields(log, { handler: name });
      return await createInProcessRunner({
        name: settings.plugin,
        plugin,
        config,
        handler: name,
        log: handlerLog,
        services: { ...services, fetch },
      });
    }
    case 'isolated': {
      const problem = await prepared.runner.setup(services);
      if (problem !== undefined) throw new Error(problem);
      return prepared.runner;
    }
    case 'broken':
      throw new Error(prepared.reason);
  }
}

function revealed(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const given = this[key];
  return given instanceof Secret ? given.reveal() : value;
}

/** Changes when the handler's part of the file does, what its fallback takes, what else is told to it, or its plugin's own files. */
function fingerprintOf(
  { settings, plugin, retraction }: PreparedHandler,
  fallback: FallbackSettings | undefined,
  told: readonly unknown[],
): string {
  const hash = createHash('sha256').update(JSON.stringify([settings, fallback, told]));
  // A secret that was changed in its file is a changed option.
  if (plugin.kind === 'built-in') hash.update(JSON.stringify(plugin.config, revealed) ?? '');
  if (retraction?.kind === 'built-in') hash.update(JSON.stringify(retraction.config, revealed) ?? '');
  if (plugin.kind === 'isolated') {
    const { file } = plugin.runner;
    hash.update(file).update(readFileSync(file));
    if (/^index\./.test(basename(file))) {
      const folder = dirname(file);
      for (const name of readdirSync(folder).sort()) hash.update(`${name} ${statSync(join(folder, name)).mtimeMs}`);
    }
  }
  return hash.digest('hex');
}
