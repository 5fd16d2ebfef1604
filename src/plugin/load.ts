import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { z } from 'zod';
import { codeOf, messageOf } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import { type Fault, faultsOf } from '../config/faults.ts';
import type { Plugin } from './api.ts';
import { deniedReason } from './denied.ts';
import { notErasable } from './erasable.ts';
import { createFields } from './fields.ts';
import { placeOf } from './place.ts';

/** All that a plugin may have; see the contract. */
const PARTS: readonly string[] = [
  ...[
    'describe',
    'config',
    'permissions',
    'setup',
    'handle',
    'pretend',
    'close',
    'attempts',
    'concurrency',
    'programs',
  ],
];

/** Why a plugin's file cannot be used: a whole sentence for the user. */
export class PluginLoadError extends Error {}

/**
 * Imports a plugin's file.
 *
 * @throws PluginLoadError when it cannot be imported or is not a plugin
 */
export async function importPlugin(file: string): Promise<Plugin<unknown>> {
  const module = await importFile(file);
  const exported = unwrap(module.default);
  if (exported === undefined) {
    throw new PluginLoadError(
      `${file} has no default export. Write \`export default { async handle(alert, context) { … } }\`.`,
    );
  }
  if (
    typeof exported !== 'object' ||
    exported === null ||
    !('handle' in exported) ||
    typeof exported.handle !== 'function'
  ) {
    throw new PluginLoadError(
      `The default export of ${file} is no plugin: it has no handle function. Write \`export default { async handle(alert, context) { … } }\`.`,
    );
  }
  const plugin = exported as Plugin<unknown>;
  for (const key of Object.keys(plugin).filter((one) => !PARTS.includes(one))) {
    const meant = didYouMean(key, PARTS);
    if (meant !== '') throw new PluginLoadError(`${file} has ${key}, which means nothing to voeventd${meant}.`);
  }
  for (const name of ['attempts', 'concurrency'] as const) {
    const count: unknown = plugin[name];
    if (count === undefined || (Number.isInteger(count) && Number(count) >= 1)) continue;
    throw new PluginLoadError(
      `${file} gives ${name} as ${inspect(count)}. Write a whole number from 1, or leave it out.`,
    );
  }
  return plugin;
}

/** @throws PluginLoadError when it cannot be imported */
export async function importFile(file: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    throw new PluginLoadError(`Cannot load ${file}: ${loadProblem(error, file)}`, { cause: error });
  }
}

/** CommonJS written by a compiler arrives as `{ default: { default: plugin } }`. */
function unwrap(exported: unknown): unknown {
  if (typeof exported === 'object' && exported !== null && !('handle' in exported) && 'default' in exported) {
    return exported.default;
  }
  return exported;
}

function loadProblem(error: unknown, file: string): string {
  const denied = deniedReason(error);
  if (denied !== undefined) return `${denied}${placeOf(error)}.`;
  const advice = notErasable(error, file);
  if (advice !== undefined) return `${advice}.`;
  const message = messageOf(error).split('\n')[0] ?? '';
  switch (codeOf(error)) {
    case 'ERR_MODULE_NOT_FOUND':
    case 'MODULE_NOT_FOUND':
      if (/'voeventd'/.test(message)) return `voeventd gives types alone: write import type { … } from 'voeventd'.`;
      return `${message}. Give relative imports their extension (./helper.ts), and install npm packages beside the plugin.`;
    default:
      return `${message}${placeOf(error) || (error instanceof SyntaxError ? syntaxPlace(file) : '')}.`;
  }
}

/** Of a fault of syntax in a module, JavaScript tells only the message; Node's TypeScript parser tells the place. */
function syntaxPlace(file: string): string {
  try {
    stripTypeScriptTypes(readFileSync(file, 'utf8'), { sourceUrl: file });
    return '';
  } catch (error) {
    return placeOf(error);
  }
}

export type ConfigureResult =
  | { readonly ok: true; readonly config: unknown }
  /** `path` of each fault starts at the handler's `with:`. */
  | { readonly ok: false; readonly problems: readonly Fault[] };

/** The schema of a plugin's options; undefined when it takes any. */
export function optionsSchema(plugin: Plugin<unknown>, baseDirectory: string): z.ZodType<unknown> | undefined {
  const schema: unknown = plugin.config?.(z, createFields(baseDirectory));
  if (schema === undefined || schema instanceof z.ZodType) return schema;
  throw new PluginLoadError('Its config function must return a schema made with z, such as z.object({ … }).');
}

/** Checks a handler's options against the plugin's schema. */
export async function configurePlugin(
  plugin: Plugin<unknown>,
  options: unknown,
  baseDirectory: string,
): Promise<ConfigureResult> {
  const schema = optionsSchema(plugin, baseDirectory);
  const written = options ?? {};
  if (schema === undefined) return { ok: true, config: written };
  const parsed = await schema.safeParseAsync(written);
  if (parsed.success) return { ok: true, config: parsed.data };
  return { ok: false, problems: faultsOf(parsed.error.issues, schema, written) };
}
