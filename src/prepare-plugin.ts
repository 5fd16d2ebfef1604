import { BUILT_INS } from './built-ins.ts';
import type { Log } from './common/log.ts';
import type { Fault } from './config/faults.ts';
import type { Permissions, Plugin } from './plugin/api.ts';
import type { Edition } from './plugin/edition.ts';
import type { PluginPlace } from './plugin/find.ts';
import { IsolatedRunner, type LoadOutcome } from './plugin/isolated.ts';
import { configurePlugin } from './plugin/load.ts';
import type { PluginDefaults } from './plugin/messages.ts';

/** A plugin with its options checked, not yet set up. */
export type PreparedPlugin =
  | { readonly kind: 'built-in'; readonly plugin: Plugin<unknown>; readonly config: unknown }
  | { readonly kind: 'isolated'; readonly runner: IsolatedRunner }
  /** A user's plugin that cannot be loaded: its handler waits, the others run. */
  | { readonly kind: 'broken'; readonly reason: string; readonly edition: Edition };

/** What loading a plugin with a set of options came to. */
export type LoadedPlugin =
  | { readonly state: 'configured'; readonly plugin: PreparedPlugin; readonly defaults: PluginDefaults }
  | (Extract<LoadOutcome, { state: 'refused' }> & { readonly edition: Edition | undefined })
  | { readonly state: 'broken'; readonly file: string; readonly reason: string; readonly edition: Edition };

export interface PluginLoader {
  readonly place: Exclude<PluginPlace, { kind: 'missing' }>;
  readonly handler: string;
  /** What relative paths in the options start from. */
  readonly baseDirectory: string;
  /** What a user's plugin is granted. */
  readonly allow: Permissions;
  /** What its process may take. */
  readonly memoryBytes?: number;
  readonly log: Log;
}

/** Loads a plugin and checks the options. A user's plugin has a process of its own from now on. */
export async function loadPlugin(
  { place, log, ...grants }: PluginLoader,
  name: string,
  options: unknown,
): Promise<LoadedPlugin> {
  if (place.kind === 'built-in') {
    const plugin = BUILT_INS[place.name];
    if (plugin === undefined) throw new Error(`There is no built-in plugin ${place.name}.`);
    const result = await configurePlugin(plugin, options, grants.baseDirectory);
    if (!result.ok) return { state: 'refused', problems: result.problems, edition: undefined };
    return { state: 'configured', plugin: { kind: 'built-in', plugin, config: result.config }, defaults: plugin };
  }
  const runner = new IsolatedRunner({ name, file: place.file, options, ...grants }, log);
  const outcome = await runner.load();
  if (outcome.state === 'configured') return { ...outcome, plugin: { kind: 'isolated', runner } };
  await runner.close();
  const { edition } = runner;
  return outcome.state === 'refused' ? { ...outcome, edition } : { ...outcome, file: place.file, edition };
}

/** A handler's plugin with its options, and with those for retractions. */
export type LoadedHandler =
  | {
      readonly state: 'configured';
      readonly plugin: PreparedPlugin;
      /** Undefined when the handler has no options for retractions. */
      readonly retraction: PreparedPlugin | undefined;
      /** What the plugin wants where the handler does not say. */
      readonly defaults: PluginDefaults;
    }
  | {
      readonly state: 'refused';
      /** Of `with`, and of `retraction`. */
      readonly problems: { readonly with: readonly Fault[]; readonly retraction: readonly Fault[] };
      readonly edition: Edition | undefined;
    }
  | Extract<LoadedPlugin, { state: 'broken' }>;

/** @param retraction what stands in place of the options for retractions, if anything does */
export async function loadHandler(
  loader: PluginLoader,
  name: string,
  options: Readonly<Record<string, unknown>>,
  retraction: Readonly<Record<string, unknown>> | undefined,
): Promise<LoadedHandler> {
  const usual = await loadPlugin(loader, name, options);
  if (usual.state === 'broken') return usual;
  const undoing = retraction && (await loadPlugin(loader, name, { ...options, ...retraction }));
  if (usual.state === 'configured' && (undoing === undefined || undoing.state === 'configured')) {
    return { ...usual, retraction: undoing?.plugin };
  }
  await discard([usual, undoing].flatMap((one) => (one?.state === 'configured' ? [one] : [])));
  if (undoing?.state === 'broken' && usual.state === 'configured') return undoing;
  const faults = undoing?.state === 'refused' ? undoing.problems : [];
  const problems =
    usual.state === 'refused'
      ? { with: usual.problems, retraction: faults.filter((fault) => isIn(fault, retraction)) }
      : { with: [], retraction: faults };
  const edition = [usual, undoing].find((one) => one?.state === 'refused')?.edition;
  return { state: 'refused', problems, edition };
}

/** Of the faults in two sets of options together, those in this one: the others have been told. */
function isIn({ path: [first], key }: Fault, options: object | undefined): boolean {
  return options !== undefined && Object.hasOwn(options, first ?? key ?? '');
}

/** Lets go of what preparing started, without running it. */
export async function discard(
  handlers: readonly { readonly plugin: PreparedPlugin; readonly retraction?: PreparedPlugin | undefined }[],
): Promise<void> {
  const plugins = handlers.flatMap(({ plugin, retraction }) => [plugin, retraction]);
  await Promise.all(plugins.map((plugin) => (plugin?.kind === 'isolated' ? plugin.runner.close() : undefined)));
}
