import { BUILT_INS } from './built-ins.ts';
import type { Log } from './common/log.ts';
import type { Permissions, Plugin } from './plugin/api.ts';
import type { PluginPlace } from './plugin/find.ts';
import { IsolatedRunner, type LoadOutcome } from './plugin/isolated.ts';
import { configurePlugin } from './plugin/load.ts';
import type { PluginDefaults } from './plugin/messages.ts';

/** A plugin with its options checked, not yet set up. */
export type PreparedPlugin =
  | { readonly kind: 'built-in'; readonly plugin: Plugin<unknown>; readonly config: unknown }
  | { readonly kind: 'isolated'; readonly runner: IsolatedRunner }
  /** A user's plugin that cannot be loaded: its handler waits, the others run. */
  | { readonly kind: 'broken'; readonly reason: string };

/** What loading a plugin with a set of options came to. */
export type LoadedPlugin =
  | { readonly state: 'configured'; readonly plugin: PreparedPlugin; readonly defaults: PluginDefaults }
  | Extract<LoadOutcome, { state: 'refused' }>
  | { readonly state: 'broken'; readonly file: string; readonly reason: string };

export interface PluginLoader {
  readonly place: Exclude<PluginPlace, { kind: 'missing' }>;
  readonly handler: string;
  /** What relative paths in the options start from. */
  readonly baseDirectory: string;
  /** What a user's plugin is granted. */
  readonly allow: Permissions;
  readonly log: Log;
}

/** Loads a plugin and checks the options. A user's plugin has a process of its own from now on. */
export async function loadPlugin(
  { place, handler, baseDirectory, allow, log }: PluginLoader,
  name: string,
  options: unknown,
): Promise<LoadedPlugin> {
  if (place.kind === 'built-in') {
    const plugin = BUILT_INS[place.name];
    if (plugin === undefined) throw new Error(`There is no built-in plugin ${place.name}.`);
    const result = await configurePlugin(plugin, options, baseDirectory);
    if (!result.ok) return { state: 'refused', problems: result.problems };
    return { state: 'configured', plugin: { kind: 'built-in', plugin, config: result.config }, defaults: plugin };
  }
  const runner = new IsolatedRunner({ name, file: place.file, handler, options, baseDirectory, allow }, log);
  const outcome = await runner.load();
  if (outcome.state === 'configured') return { ...outcome, plugin: { kind: 'isolated', runner } };
  await runner.close();
  return outcome.state === 'refused' ? outcome : { state: 'broken', file: place.file, reason: outcome.reason };
}
