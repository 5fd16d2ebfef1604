import { formatProblem } from '../config/problem.ts';
import { permissionsInYaml } from '../plugin/permissions.ts';
import { EXIT } from './exit.ts';
import { oneLine } from './explanation.ts';
import { fromHere } from './files.ts';
import { createLogger } from './logger.ts';
import { pluginHome } from './plugin-home.ts';
import { type SurveyedHandler, type SurveyedPlugin, surveyPlugins } from './plugin-survey.ts';

export interface PluginListOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** `voeventd plugin list`: what each plugin is, what it may do, and how it fares. */
export async function pluginListCommand({ config, json }: PluginListOptions): Promise<number> {
  const log = await createLogger({ level: 'warn', format: 'auto' });
  const home = await pluginHome(config);
  for (const problem of home.document?.problems ?? []) process.stderr.write(`${formatProblem(problem)}\n`);
  const plugins = await surveyPlugins(home, log);
  await log.flush();
  const text = json === true ? JSON.stringify(plugins.map(jsonOf), null, 2) : plugins.flatMap(describe).join('\n');
  process.stdout.write(`${text}\n`);
  return plugins.some(({ state }) => state === 'broken' || state === 'refused') ? EXIT.failed : EXIT.ok;
}

function describe(plugin: SurveyedPlugin): string[] {
  const { name, describe: says, state, reason, declared, handlers } = plugin;
  const about = says === undefined ? [] : [`    ${oneLine(says)}`];
  const unused = plugin.builtIn || state === 'broken' ? '' : `; it declares ${inYaml(declared)}`;
  const lines =
    handlers.length > 0 ? handlers.map((one) => handlerLine(one, plugin)) : [`not used by a handler${unused}`];
  const broken = handlers.length === 0 && reason !== undefined ? [`    broken: ${oneLine(reason)}`] : [];
  return [`${name}  ${sourceOf(plugin)}`, ...about, ...lines.map((line) => `    ${line}`), ...broken];
}

function handlerLine(fare: SurveyedHandler, { builtIn }: SurveyedPlugin): string {
  const { handler, granted, declared, state } = fare;
  const permissions = builtIn ? '' : `; it declares ${inYaml(declared)}, granted is ${permissionsInYaml(granted)}`;
  if (fare.state === 'ok') return `handler ${handler}: ok${permissions}`;
  return `handler ${handler}: ${state}: ${oneLine(fare.reason)}`;
}

function inYaml(declared: SurveyedPlugin['declared']): string {
  return declared === undefined ? 'what its options say' : permissionsInYaml(declared);
}

function sourceOf({ file, builtIn }: SurveyedPlugin): string {
  if (builtIn) return 'built in';
  return file === undefined ? 'missing' : fromHere(file);
}

function jsonOf({ file, builtIn, describe: says, declared, ...rest }: SurveyedPlugin): object {
  return { ...rest, source: builtIn ? 'built-in' : file, describe: says, permissions: declared };
}
