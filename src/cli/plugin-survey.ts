import { BUILT_INS } from '../built-ins.ts';
import type { Log } from '../common/log.ts';
import { faultsInWords } from '../config/faults.ts';
import { memoryField } from '../dispatch/settings.ts';
import type { Permissions } from '../plugin/api.ts';
import { declaredPermissions } from '../plugin/declared.ts';
import { findPlugin, pluginNames } from '../plugin/find.ts';
import { configurePlugin } from '../plugin/load.ts';
import { lookAtPlugin, type PluginLook } from '../plugin/look.ts';
import { fullPermissions, permissionsSchema } from '../plugin/permissions.ts';
import type { PluginHome } from './plugin-home.ts';

/** How a plugin fares with one set of options. */
type Fare =
  | { readonly state: 'ok' }
  /** It cannot be loaded. */
  | { readonly state: 'broken'; readonly reason: string }
  /** Its options do not fit, or it declares more than is granted. */
  | { readonly state: 'refused'; readonly reason: string };

export type SurveyedHandler = Fare & {
  readonly handler: string;
  readonly granted: Permissions;
  /** What it declares with the options of the handler, as far as that can be told. */
  readonly declared: Permissions | undefined;
};

export interface SurveyedPlugin {
  readonly name: string;
  /** Its file; undefined when it is built in, or nowhere. */
  readonly file: string | undefined;
  readonly builtIn: boolean;
  readonly describe: string | undefined;
  readonly state: Fare['state'] | 'unused';
  readonly reason: string | undefined;
  /** Where no handler uses it: what it declares, unless that depends on options. */
  readonly declared: Permissions | undefined;
  readonly handlers: readonly SurveyedHandler[];
}

/** A handler as the configuration has it, whatever else is wrong there. */
interface WrittenHandler {
  readonly handler: string;
  readonly plugin: string;
  readonly options: unknown;
  readonly allow: Permissions;
  /** Undefined: as much as is usual. */
  readonly memoryBytes: number | undefined;
}

/** Every plugin there is, or that a handler names, in the order of their names: the user's own first. */
export async function surveyPlugins(home: PluginHome, log: Log): Promise<SurveyedPlugin[]> {
  const written = writtenHandlers(home);
  const builtIn = Object.keys(BUILT_INS);
  const own = [...pluginNames(home.folder).names, ...written.map(({ plugin }) => plugin)];
  const names = [...[...new Set(own)].filter((name) => !builtIn.includes(name)).sort(), ...builtIn.sort()];
  const surveyed: SurveyedPlugin[] = [];
  for (const name of names) {
    const handlers = written.filter(({ plugin }) => plugin === name);
    surveyed.push(await surveyOne(name, handlers, home, log));
  }
  return surveyed;
}

async function surveyOne(
  name: string,
  handlers: readonly WrittenHandler[],
  home: PluginHome,
  log: Log,
): Promise<SurveyedPlugin> {
  const place = findPlugin(name, home.folder, Object.keys(BUILT_INS));
  switch (place.kind) {
    case 'missing': {
      const fares = handlers.map(({ handler, allow: granted }) => ({ handler, granted, declared: undefined }));
      const fare = { state: 'broken', reason: place.problem } as const;
      return { ...summary(fares.map((one) => ({ ...one, ...fare }))), ...fare, ...{ name, file: undefined } };
    }
    case 'built-in':
      return await surveyBuiltIn(name, handlers, home);
    case 'file':
      return await surveyOwn({ name, file: place.file }, handlers, home, log);
  }
}

async function surveyBuiltIn(
  name: string,
  handlers: readonly WrittenHandler[],
  { baseDirectory }: PluginHome,
): Promise<SurveyedPlugin> {
  const plugin = BUILT_INS[name];
  if (plugin === undefined) throw new Error(`There is no built-in plugin ${name}.`);
  const fares = handlers.map(async ({ handler, options, allow }): Promise<SurveyedHandler> => {
    const result = await configurePlugin(plugin, options, baseDirectory);
    const fare: Fare = result.ok ? { state: 'ok' } : { state: 'refused', reason: faultsInWords(result.problems) };
    return { handler, granted: allow, declared: {}, ...fare };
  });
  const { describe } = plugin;
  return { ...summary(await Promise.all(fares)), ...{ name, file: undefined, builtIn: true, describe, declared: {} } };
}

async function surveyOwn(
  code: { readonly name: string; readonly file: string },
  handlers: readonly WrittenHandler[],
  { baseDirectory }: PluginHome,
  log: Log,
): Promise<SurveyedPlugin> {
  const lookWith = ({ options, allow, memoryBytes }: Pick<WrittenHandler, 'options' | 'allow' | 'memoryBytes'>) => {
    const confined = { ...code, options, baseDirectory, ...(memoryBytes && { memoryBytes }) };
    return lookAtPlugin(confined, fullPermissions(allow, baseDirectory), log);
  };
  if (handlers.length === 0) {
    const look = await lookWith({ options: {}, allow: {}, memoryBytes: undefined });
    const { reason } = look.type === 'broken' ? look : { reason: undefined };
    const state = reason === undefined ? 'unused' : 'broken';
    return { ...summary([]), ...code, state, reason, ...saidBy(look) };
  }
  const looks = await Promise.all(handlers.map(lookWith));
  const fares = handlers.map(({ handler, allow }, index): SurveyedHandler => {
    const look = looks[index] ?? NO_LOOK;
    const grantee = { file: code.file, handler, allow, baseDirectory };
    return { handler, granted: allow, declared: saidBy(look).declared, ...fareOf(look, grantee) };
  });
  return { ...summary(fares), ...code, ...saidBy(looks.find(({ type }) => type === 'described') ?? NO_LOOK) };
}

const NO_LOOK: PluginLook = { type: 'broken', reason: 'it did not answer' };

function saidBy(look: PluginLook): Pick<SurveyedPlugin, 'describe' | 'declared'> {
  if (look.type === 'broken') return { describe: undefined, declared: undefined };
  const parsed = permissionsSchema().safeParse(look.permissions);
  return { describe: look.describe, declared: parsed.success ? parsed.data : undefined };
}

function fareOf(look: PluginLook, grantee: Parameters<typeof declaredPermissions>[1]): Fare {
  if (look.type === 'broken') return { state: 'broken', reason: look.reason };
  if (look.problems.length > 0) return { state: 'refused', reason: faultsInWords(look.problems) };
  const declared = declaredPermissions(look.permissions, grantee);
  return typeof declared === 'string' ? { state: 'refused', reason: declared } : { state: 'ok' };
}

/** The worst of how its handlers fare. */
function summary(handlers: readonly SurveyedHandler[]): Omit<SurveyedPlugin, 'name' | 'file'> {
  const worst =
    handlers.find(({ state }) => state === 'broken') ??
    handlers.find(({ state }) => state === 'refused') ??
    handlers[0];
  const state = worst?.state ?? 'unused';
  const reason = worst === undefined || worst.state === 'ok' ? undefined : worst.reason;
  return { builtIn: false, describe: undefined, state, reason, declared: undefined, handlers };
}

function writtenHandlers({ document }: PluginHome): WrittenHandler[] {
  const { handlers } = (document?.value ?? {}) as { handlers?: unknown };
  if (!isMap(handlers)) return [];
  return Object.entries(handlers).flatMap(([handler, written]) => {
    if (!isMap(written) || typeof written.plugin !== 'string') return [];
    const allow = permissionsSchema().safeParse(written.allow ?? {});
    const memory = memoryField().safeParse(written.memory);
    return [
      {
        ...{ handler, plugin: written.plugin, options: written.with ?? {}, allow: allow.success ? allow.data : {} },
        memoryBytes: memory.data,
      },
    ];
  });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
