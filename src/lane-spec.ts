import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Log, withFields } from './common/log.ts';
import { Secret } from './config/fields.ts';
import type { LaneSpec } from './dispatch/dispatcher.ts';
import { createInProcessRunner } from './plugin/in-process.ts';
import type { PreparedHandler } from './prepare.ts';

/** How to run a prepared handler; undefined when its plugin is broken. */
export function laneSpec({ name, settings, plugin, attempts }: PreparedHandler, log: Log): LaneSpec | undefined {
  if (plugin.kind === 'broken') return undefined;
  const { retry, timeout, maxAge, concurrency } = settings;
  return {
    settings: {
      handler: name,
      timeoutMs: timeout,
      maxAgeMs: maxAge,
      concurrency,
      retry: {
        attempts: retry.attempts ?? attempts,
        delayMs: retry.delay,
        factor: retry.factor,
        maxDelayMs: retry.maxDelay,
      },
    },
    fingerprint: fingerprintOf(settings, plugin),
    createRunner: async () => {
      if (plugin.kind === 'built-in') {
        const handlerLog = withFields(log, { handler: name });
        return await createInProcessRunner({
          plugin: plugin.plugin,
          config: plugin.config,
          handler: name,
          log: handlerLog,
        });
      }
      const problem = await plugin.runner.setup();
      if (problem !== undefined) throw new Error(problem);
      return plugin.runner;
    },
  };
}

function revealed(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const given = this[key];
  return given instanceof Secret ? given.reveal() : value;
}

/** Changes when the handler's part of the file does, or its plugin's own files. */
function fingerprintOf(settings: PreparedHandler['settings'], plugin: PreparedHandler['plugin']): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  // A secret that was changed in its file is a changed option.
  if (plugin.kind === 'built-in') hash.update(JSON.stringify(plugin.config, revealed) ?? '');
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
