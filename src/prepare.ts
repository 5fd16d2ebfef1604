import { dirname } from 'node:path';
import { BUILT_INS } from './built-ins.ts';
import type { Log } from './common/log.ts';
import { didYouMean } from './common/suggest.ts';
import type { ConfigDocument, ConfigPath } from './config/document.ts';
import { type Fault, faultsOf } from './config/faults.ts';
import { type Problem, sortProblems } from './config/problem.ts';
import { problemsOf } from './config/validate.ts';
import { fallbackProblems } from './dispatch/fallbacks.ts';
import { memoryField } from './dispatch/settings.ts';
import { inspectProgram } from './inspect/program.ts';
import { InspectThread } from './inspect/thread.ts';
import { findPlugin } from './plugin/find.ts';
import type { PluginDefaults } from './plugin/messages.ts';
import { permissionsSchema } from './plugin/permissions.ts';
import { discard, type LoadedHandler, loadHandler, type PreparedPlugin } from './prepare-plugin.ts';
import { compileFilter } from './rules/filter.ts';
import { compileRule, type Rule } from './rules/rule.ts';
import { RuleError } from './rules/rule-error.ts';
import { createVocabulary, type List, type Vocabulary } from './rules/vocabulary.ts';
import { type HandlerSettings, type Settings, settingsSchema } from './settings.ts';
import { collectTests, type PlacedTest } from './trial/collect.ts';

export { discard };

export interface PreparedHandler {
  readonly name: string;
  readonly settings: HandlerSettings;
  readonly rule: Rule | undefined;
  readonly plugin: PreparedPlugin;
  /** The same plugin with its options for retractions; undefined when the handler has none. */
  readonly retraction: PreparedPlugin | undefined;
  /** What the plugin wants where the handler does not say. */
  readonly defaults: PluginDefaults;
  /** Loads the plugin once more, from its files as they are then. */
  readonly load: () => Promise<LoadedHandler>;
}

/** A configuration that can be run: every rule compiled, every option checked. */
export interface Prepared {
  readonly settings: Settings;
  readonly handlers: readonly PreparedHandler[];
  readonly tests: readonly PlacedTest[];
}

export interface Preparation {
  /** Absent when a problem stops the start. */
  readonly prepared: Prepared | undefined;
  /** Everything wrong with the file, in its order. Without `prepared`, never empty. */
  readonly problems: readonly Problem[];
}

const EMPTY = 'The configuration is empty. Write at least identity, sources and handlers.';

/**
 * Checks a whole configuration: the file, its rules, its plugins and their options, all problems at once.
 *
 * @param log where user plugins, which are loaded for this, write
 */
export async function prepare(document: ConfigDocument, log: (handler: string) => Log): Promise<Preparation> {
  if (document.problems.length > 0) return { prepared: undefined, problems: sortProblems(document.problems) };
  if (document.value === undefined || document.value === null) {
    return { prepared: undefined, problems: [document.problem([], EMPTY)] };
  }
  const schema = settingsSchema(dirname(document.file));
  const parsed = schema.safeParse(document.value);
  const problems = parsed.success ? [] : problemsOf(faultsOf(parsed.error.issues, schema, document.value), document);
  const folder = parsed.success ? parsed.data.plugins : pluginFolder(document);
  const vocabulary = prepareVocabulary(document, problems);
  const context: HandlerContext = { document, folder, log, problems, vocabulary };
  const broadcastRule = broadcastFilter(document);
  if (broadcastRule !== undefined) {
    reportedRule(broadcastRule, ['broadcast', 'filter'], context, () => compileFilter(broadcastRule));
  }
  if (parsed.success) problems.push(...siteProblems(parsed.data, document));
  problems.push(...onDeadProblems(document));
  if (parsed.success) problems.push(...(await filterProblems(parsed.data, document)));
  // Read from the file, not from the schema's result: a fault elsewhere must not hide a handler's own.
  const parts = await Promise.all(handlerNames(document).map((name) => prepareHandler(name, context)));
  const { tests, problems: testProblems } = collectTests(document, handlerNames(document));
  if (!parsed.success || problems.some((problem) => !isBreakage(problem))) {
    await discard(parts.filter((part) => part !== undefined));
    return { prepared: undefined, problems: inOrder([...problems, ...testProblems], document) };
  }
  const handlers = parts.flatMap((part) => {
    const settings = part === undefined ? undefined : parsed.data.handlers[part.name];
    return part === undefined || settings === undefined ? [] : [{ ...part, settings }];
  });
  // A test that is out of date is told, and keeps no daemon from its alerts.
  const told = inOrder([...problems, ...testProblems], document);
  return { prepared: { settings: parsed.data, handlers, tests }, problems: told };
}

/** In the order of the configuration, then those of files beside it. */
function inOrder(problems: readonly Problem[], { file }: ConfigDocument): Problem[] {
  return [...sortProblems(problems.filter((one) => one.file === file)), ...problems.filter((one) => one.file !== file)];
}

interface HandlerContext {
  readonly document: ConfigDocument;
  readonly folder: string;
  readonly log: (handler: string) => Log;
  readonly problems: Problem[];
  readonly vocabulary: Vocabulary;
}

type HandlerPart = Omit<PreparedHandler, 'settings'>;

async function prepareHandler(name: string, context: HandlerContext): Promise<HandlerPart | undefined> {
  const path: ConfigPath = ['handlers', name];
  const raw = (context.document.value as { handlers: Record<string, unknown> }).handlers[name];
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { when, plugin: pluginName, with: options, retraction, allow = {}, memory } = raw as Record<string, unknown>;
  // An empty one is the schema's to refuse.
  const rule =
    typeof when === 'string' && when.trim() !== '' ? prepareRule(when, [...path, 'when'], context) : undefined;
  if (typeof pluginName !== 'string' || !/^[\w.-]+$/.test(pluginName)) return undefined;
  // Options that are no map, permissions and sizes that there are not, are the schema's to refuse.
  const given: unknown = options ?? {};
  const granted = permissionsSchema().safeParse(allow);
  const memoryBytes = memoryField().safeParse(memory);
  if (!isMap(given) || !granted.success || !memoryBytes.success) return undefined;
  const place = findPlugin(pluginName, context.folder, Object.keys(BUILT_INS));
  if (place.kind === 'missing') {
    context.problems.push(context.document.problem([...path, 'plugin'], `${path.join('.')}.plugin: ${place.problem}`));
    return undefined;
  }
  const loader = {
    ...{ place, handler: name, baseDirectory: dirname(context.document.file) },
    ...{ allow: granted.data, memoryBytes: memoryBytes.data, log: context.log(name) },
  };
  if (place.kind === 'built-in') reportUnconfined(pluginName, raw, path, context);
  const load = () => loadHandler(loader, pluginName, given, isMap(retraction) ? retraction : undefined);
  const loaded = await load();
  const report = (faults: readonly Fault[], key: string) =>
    context.problems.push(...problemsOf(faults, context.document, [...path, key]));
  switch (loaded.state) {
    case 'configured':
      return { name, rule, load, ...loaded };
    case 'refused':
      report(loaded.problems.with, 'with');
      report(loaded.problems.retraction, 'retraction');
      return undefined;
    case 'broken':
      return { ...brokenPart(name, rule, loaded, context), load };
  }
}

/** Keys that confine a process, where there is none. */
function reportUnconfined(
  plugin: string,
  handler: object,
  path: ConfigPath,
  { document, problems }: HandlerContext,
): void {
  for (const key of ['allow', 'memory'].filter((one) => Object.hasOwn(handler, one))) {
    const message = `${key} is for your own plugins: ${plugin} is built in, and runs in the daemon itself. Remove it.`;
    problems.push(document.problem([...path, key], `${[...path, key].join('.')}: ${message}`));
  }
}

/** A plugin that cannot be loaded stops its handler, not the daemon. */
function brokenPart(
  name: string,
  rule: Rule | undefined,
  { reason, file, edition }: Extract<LoadedHandler, { state: 'broken' }>,
  context: HandlerContext,
): Omit<HandlerPart, 'load'> {
  const problem = context.document.problem(
    ['handlers', name, 'plugin'],
    `handlers.${name}.plugin: ${reason.includes(file) ? '' : `Cannot use ${file}: `}${reason}`,
  );
  context.problems.push(problem);
  breakages.add(problem);
  return { name, rule, plugin: { kind: 'broken', reason, edition }, retraction: undefined, defaults: {} };
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function prepareRule(source: string, path: ConfigPath, context: HandlerContext): Rule | undefined {
  return reportedRule(source, path, context, () => compileRule(source, context.vocabulary));
}

/** What the rule is compiled to; where it cannot be, a problem at the place in the file. */
function reportedRule<Compiled>(
  source: string,
  path: ConfigPath,
  { document, problems }: Pick<HandlerContext, 'document' | 'problems'>,
  compile: () => Compiled,
): Compiled | undefined {
  try {
    return compile();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    problems.push(problemInRule(source, path, document, error));
    return undefined;
  }
}

function problemInRule(source: string, path: ConfigPath, document: ConfigDocument, error: RuleError): Problem {
  const before = source.slice(0, error.offset);
  const line = source.split('\n')[before.split('\n').length - 1] ?? '';
  const caret = `${before.slice(before.lastIndexOf('\n') + 1).replace(/[^\t]/g, ' ')}^`;
  return document.problemInText(path, error.offset, `${path.join('.')}: ${error.message}`, `${line}\n${caret}`);
}

/** Conditions and lists as the file has them, even when the rest of it is at fault. */
function prepareVocabulary(document: ConfigDocument, problems: Problem[]): Vocabulary {
  const { conditions: written, lists } = (document.value ?? {}) as Record<string, unknown>;
  const conditions = entriesOf(written, (value): value is string => typeof value === 'string' && value.trim() !== '');
  const known = entriesOf(lists, (value): value is List => Array.isArray(value));
  const { vocabulary, problems: found } = createVocabulary(conditions, known);
  for (const { kind, name, error } of found) {
    const path = [kind, name];
    if (kind === 'conditions') problems.push(problemInRule(conditions[name] ?? '', path, document, error));
    else problems.push(document.problem(path, `${path.join('.')}: ${error.message}`));
  }
  return vocabulary;
}

/** Those with values that can be used; the others are the schema's to refuse. */
function entriesOf<Value>(map: unknown, isValue: (value: unknown) => value is Value): Record<string, Value> {
  if (typeof map !== 'object' || map === null) return {};
  const entries = Object.entries(map).filter((entry): entry is [string, Value] => isValue(entry[1]));
  return Object.fromEntries(entries.filter(([name]) => /^[A-Za-z][A-Za-z0-9_]{0,63}$/.test(name)));
}

function onDeadProblems(document: ConfigDocument): Problem[] {
  const { handlers } = (document.value ?? {}) as { handlers?: unknown };
  const maps = isMap(handlers) ? Object.entries(handlers).filter((entry) => isMap(entry[1])) : [];
  return fallbackProblems(Object.fromEntries(maps) as Record<string, Record<string, unknown>>).map(
    ({ handler, key, message }) => {
      const path = ['handlers', handler, key];
      return document.problem(path, `${path.join('.')}: ${message}`);
    },
  );
}

/** Handlers that name a site which is not there. */
function siteProblems({ handlers, sites }: Settings, document: ConfigDocument): Problem[] {
  return Object.entries(handlers).flatMap(([name, { site }]) => {
    if (site === undefined || Object.hasOwn(sites, site)) return [];
    const hint = Object.keys(sites).length === 0 ? ' Write it into sites.' : didYouMean(site, Object.keys(sites));
    const path = ['handlers', name, 'site'];
    return [
      document.problem(
        path,
        `${path.join('.')}: There is no site ${site}${hint === '' || hint.startsWith(' Write') ? `.${hint}` : `${hint}.`}`,
      ),
    ];
  });
}

/** Problems that stop one handler, not the daemon. */
const breakages = new WeakSet<Problem>();
const isBreakage = (problem: Problem): boolean => breakages.has(problem);

function handlerNames(document: ConfigDocument): string[] {
  const handlers = (document.value as { handlers?: unknown } | null | undefined)?.handlers;
  return typeof handlers === 'object' && handlers !== null && !Array.isArray(handlers) ? Object.keys(handlers) : [];
}

/** The condition of the broadcast, if there is one that is a text; anything else is the schema's to refuse. */
function broadcastFilter(document: ConfigDocument): string | undefined {
  const filter = (document.value as { broadcast?: { filter?: unknown } | null } | null | undefined)?.broadcast?.filter;
  return typeof filter === 'string' && filter.trim() !== '' ? filter : undefined;
}

/** XPath expressions that a broker could not use. The library that knows is loaded only when there are any. */
async function filterProblems(settings: Settings, document: ConfigDocument): Promise<Problem[]> {
  const filters = Object.entries(settings.sources).flatMap(([name, source]) =>
    source.type === 'vtp'
      ? source.filters.map((text, index) => ({ text, path: ['sources', name, 'filters', index] }))
      : [],
  );
  if (filters.length === 0) return [];
  const thread = new InspectThread(inspectProgram(), 'relay');
  const looked = filters.map(async ({ text, path }, id) => {
    const answer = await thread.run({ type: 'add-filter', id, text });
    const problem = answer.type === 'done' ? answer.problem : 'it cannot be looked at';
    if (problem === undefined) return [];
    return [document.problem(path, `${path.join('.')}: No broker can use this filter: ${problem}.`)];
  });
  const problems = (await Promise.all(looked)).flat();
  await thread.close();
  return problems;
}

/** The plugin folder as the file says, even when the rest of the file is at fault. */
export function pluginFolder(document: ConfigDocument): string {
  const written = (document.value as { plugins?: unknown } | null | undefined)?.plugins;
  const schema = settingsSchema(dirname(document.file)).shape.plugins;
  const parsed = schema.safeParse(typeof written === 'string' ? written : undefined);
  return parsed.success ? parsed.data : dirname(document.file);
}

/** How to log as the file says, even when the rest of the file is at fault: plugins log already while they are loaded. */
export function logSettings(document: ConfigDocument): Settings['log'] {
  const written = (document.value as { log?: unknown } | null | undefined)?.log;
  const schema = settingsSchema(dirname(document.file)).shape.log;
  const parsed = schema.safeParse(written);
  return parsed.success ? parsed.data : schema.parse(undefined);
}
