import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, explain } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/** Where a plugin's code is. */
export type PluginPlace =
  | { readonly kind: 'built-in'; readonly name: string }
  | { readonly kind: 'file'; readonly file: string }
  /** A whole sentence. */
  | { readonly kind: 'missing'; readonly problem: string };

/** Finds the code of the plugin a handler names: a built-in, `NAME.ts` (or .js, …), or `NAME/index.ts`. */
export function findPlugin(name: string, directory: string, builtIns: readonly string[]): PluginPlace {
  const file = fileOf(name, directory);
  if (builtIns.includes(name)) {
    if (file === undefined || isOwnSource(directory)) return { kind: 'built-in', name };
    return { kind: 'missing', problem: `${file} bears the name of a built-in plugin, ${name}. Rename it.` };
  }
  if (file !== undefined) return { kind: 'file', file };
  const { names, trouble } = pluginNames(directory);
  const suggestion = didYouMean(name, [...builtIns, ...names]);
  const where = trouble ?? `There is no ${name}.ts, ${name}.js, ${name}.mjs or ${name}/index.ts in ${directory}`;
  return {
    kind: 'missing',
    problem: `There is no plugin ${name}${suggestion}: it is not built in, and ${lower(where)}.`,
  };
}

/** Whoever tries the daemon in a checkout of it has the built-in plugins' own sources in `./plugins`. */
function isOwnSource(directory: string): boolean {
  return isFile(join(directory, '..', 'src', 'plugin', 'api.ts'));
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function fileOf(name: string, directory: string): string | undefined {
  for (const stem of [join(directory, name), join(directory, name, 'index')]) {
    for (const extension of EXTENSIONS) if (isFile(stem + extension)) return stem + extension;
  }
  return undefined;
}

/** The test that stands beside a plugin's file: `slew.test.ts` beside `slew.ts`. */
export function testFileOf(file: string): string | undefined {
  return EXTENSIONS.map((extension) => file.replace(CODE, `.test${extension}`)).find(isFile);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What bears the names of plugins in the folder: files of code, and folders with an index. */
export function pluginNames(directory: string): { names: string[]; trouble: string | undefined } {
  try {
    const entries = readdirSync(directory, { withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isDirectory() || (CODE.test(entry.name) && !NOT_PLUGINS.test(entry.name)))
      .map((entry) => entry.name.replace(CODE, ''))
      .filter((name) => fileOf(name, directory) !== undefined);
    return { names: [...new Set(names)], trouble: undefined };
  } catch (error) {
    const trouble = codeOf(error) === 'ENOENT' ? `the plugin folder ${directory} does not exist` : undefined;
    return { names: [], trouble: trouble ?? `the plugin folder ${directory} cannot be read (${explain(error)})` };
  }
}

const CODE = /\.[cm]?[jt]s$/;
/** Declarations, and tests of plugins. */
const NOT_PLUGINS = /\.(?:d|test)\.[cm]?[jt]s$/;
