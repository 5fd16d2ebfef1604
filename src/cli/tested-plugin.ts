import { parse } from 'yaml';
import { BUILT_INS } from '../built-ins.ts';
import { messageOf, UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { faultsInWords } from '../config/faults.ts';
import type { Permissions } from '../plugin/api.ts';
import type { PluginCode } from '../plugin/confinement.ts';
import { findPlugin } from '../plugin/find.ts';
import { lookAtPlugin } from '../plugin/look.ts';
import { fullPermissions, permissionsSchema } from '../plugin/permissions.ts';
import { discard, type PreparedHandler } from '../prepare.ts';
import { loadHandler } from '../prepare-plugin.ts';
import { type Settings, settingsSchema } from '../settings.ts';
import { type PluginHome, pluginHome } from './plugin-home.ts';
import { prepareOrTell } from './prepare-or-tell.ts';
import { handlerNamed, type TrialSettings } from './trial-run.ts';

/** What is tested: a handler of the configuration, or a plugin by itself as if one had it. */
export interface Tested {
  readonly handler: PreparedHandler;
  readonly settings: TrialSettings['settings'];
  readonly journal: string | undefined;
  /** What it declares, where no handler grants anything. */
  readonly declared: Permissions | undefined;
  /** To be let go of afterwards. */
  readonly started: readonly PreparedHandler[];
}

/** With a handler's options and permissions; undefined, and lines on stderr, where the configuration cannot be used. */
export async function testedHandler(
  name: string,
  { config, handler }: { readonly config?: string; readonly handler: string },
  log: Log,
): Promise<Tested | undefined> {
  const { prepared } = await prepareOrTell(config, log);
  if (prepared === undefined) return undefined;
  const { handlers, settings } = prepared;
  try {
    const found = handlerNamed(handler, handlers);
    if (found.settings.plugin !== name) {
      throw new UserError(
        'plugin.test',
        `Cannot test ${name} with ${handler}: its plugin is ${found.settings.plugin}.`,
      );
    }
    return { handler: found, settings, journal: settings.journal.path, declared: undefined, started: handlers };
  } catch (error) {
    await discard(handlers);
    throw error;
  }
}

/**
 * By itself, granted what it declares.
 *
 * @throws UserError when it cannot be used with these options
 */
export async function testedPlugin(
  name: string,
  { config, with: written }: { readonly config?: string; readonly with?: string },
  log: Log,
): Promise<Tested> {
  const home = await pluginHome(config);
  const { folder, baseDirectory } = home;
  const given = optionsOf(written);
  const cannot = (reason: string) => new UserError('plugin.test', `Cannot test ${name}: ${reason}`);
  const place = findPlugin(name, folder, Object.keys(BUILT_INS));
  if (place.kind === 'missing') throw cannot(place.problem);
  const allow =
    place.kind === 'built-in' ? {} : await declaredBy({ name, file: place.file, options: given, baseDirectory }, log);
  const load = () => loadHandler({ place, handler: name, baseDirectory, allow, log }, name, given, undefined);
  const loaded = await load();
  if (loaded.state === 'broken') throw cannot(loaded.reason);
  if (loaded.state === 'refused') {
    throw cannot(`its options do not fit. ${faultsInWords(loaded.problems.with)} Give them with --with '{ … }'.`);
  }
  const [ofHandler, settings] = settingsOf(name, home);
  const { plugin, defaults } = loaded;
  const handler = { name, settings: ofHandler, rule: undefined, plugin, retraction: undefined, defaults, load };
  return { handler, settings, journal: undefined, declared: allow, started: [handler] };
}

/** What a plugin declares with its options; nothing where that cannot be told, which loading it will say. */
export async function declaredBy(code: PluginCode, log: Log): Promise<Permissions> {
  const look = await lookAtPlugin(code, fullPermissions({}, code.baseDirectory), log);
  const parsed = permissionsSchema().safeParse(look.type === 'described' ? (look.permissions ?? {}) : {});
  return parsed.success ? parsed.data : {};
}

/** @throws UserError when they are no map */
export function optionsOf(written: string | undefined): Record<string, unknown> {
  if (written === undefined) return {};
  let value: unknown;
  try {
    value = parse(written);
  } catch (error) {
    throw new UserError('plugin.with', `Cannot read --with: ${messageOf(error).split('\n')[0]}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new UserError('plugin.with', `Cannot use --with ${written}: write options as { exposure: 90 }.`);
}

/** A handler's settings where nothing is said but its plugin; and the sites of the configuration, where there are any. */
function settingsOf(
  name: string,
  { baseDirectory, document }: PluginHome,
): [handler: Settings['handlers'][string], settings: TrialSettings['settings']] {
  const schema = settingsSchema(baseDirectory);
  const handlers = schema.shape.handlers.parse({ test: { plugin: name } });
  const [handler] = Object.values(handlers);
  if (handler === undefined) throw new Error('The schema gives no handler.');
  const sites = schema.shape.sites.safeParse((document?.value as { sites?: unknown } | undefined)?.sites);
  return [handler, { handlers, sites: sites.success ? sites.data : {}, web: false }];
}
