import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ownFiles } from '../common/own-program.ts';
import { isFolderPlugin } from './edition.ts';
import { heapFlag } from './memory.ts';
import { type FullPermissions, realPath } from './permissions.ts';

/** What every plugin sees of the daemon's environment; beyond that only what is granted. */
const COMMON_VARIABLES = /^(?:PATH|HOME|TZ|LANG|LC_\w+|TMPDIR|SystemRoot|USERPROFILE|TEMP|TMP)$/i;

/**
 * Parts of Node that know no permissions: `node:sqlite` reads and writes any file. Threads are allowed for the watchdog, and
 * given up as soon as it runs (`host.ts`).
 */
const ALWAYS = [
  '--permission',
  '--allow-worker',
  '--disable-warning=PERM0006',
  '--no-experimental-sqlite',
  '--no-experimental-ffi',
  '--no-experimental-webstorage',
];

/** A plugin of the user's and what may be known of it before it is loaded. */
export interface PluginCode {
  /** As the configuration names it. */
  readonly name: string;
  readonly file: string;
  readonly options: unknown;
  readonly baseDirectory: string;
  /** What its process may take. */
  readonly memoryBytes?: number;
}

/**
 * The whole environment of a plugin's process, which has Node confine it: to its own code, to what is granted, and to the
 * secrets that the handler's options name.
 *
 * @param environment the daemon's own
 */
export function confinedEnvironment(
  code: PluginCode,
  permissions: FullPermissions,
  environment: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const secrets = namedSecrets(code.options);
  const visible = new Set([...permissions.env, ...secrets.env]);
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (COMMON_VARIABLES.test(entry[0]) || visible.has(entry[0])),
  );
  const read = [...ownFolder(code), ...permissions.read, ...secretFiles(code), ...ownFiles()];
  const flags = [
    ...ALWAYS,
    heapFlag(code.memoryBytes),
    ...forms(read).map((path) => `--allow-fs-read=${path}`),
    ...forms(permissions.write).map((path) => `--allow-fs-write=${path}`),
    // Single hosts are for context.fetch, which asks the daemon: Node knows only all or nothing.
    ...(permissions.net === true ? ['--allow-net', '--disable-warning=ExperimentalWarning'] : []),
  ];
  return { ...Object.fromEntries(entries), NODE_OPTIONS: flags.map(quoted).join(' ') };
}

/** A folder that is a plugin, with the packages beside it; of a plugin that is a file, the folder with it. */
function ownFolder(code: PluginCode): string[] {
  const folder = dirname(code.file);
  if (!isFolderPlugin(code)) return [folder];
  return [folder, ...['node_modules', 'package.json'].map((beside) => join(dirname(folder), beside))];
}

/** A path as it is written and as it is without links: Node asks for the one that the plugin uses. */
function forms(paths: readonly string[]): string[] {
  const both = paths.flatMap((path) => [path, realPath(path)]);
  // Of a folder Node takes in all that is below it, but only when it is there already.
  const all = both.flatMap((path) => (existsSync(path) ? [path] : [path, `${path}/*`]));
  return [...new Set(all)];
}

/** As Node splits NODE_OPTIONS: a backslash counts only inside quotes. */
function quoted(flag: string): string {
  return `"${flag.replace(/[\\"]/g, '\\$&')}"`;
}

/** Files whose content is among the options. */
export function secretFiles({ options, baseDirectory }: PluginCode): string[] {
  return namedSecrets(options).file.map((path) => resolve(baseDirectory, path));
}

/** Files and variables that options name as `fields.secret()` takes them: whoever wrote the file means them to be read. */
function namedSecrets(options: unknown): { file: string[]; env: string[] } {
  const found = { file: [] as string[], env: [] as string[] };
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const entries = Object.entries(value);
    const [[key, name] = []] = entries;
    if (entries.length === 1 && (key === 'file' || key === 'env') && typeof name === 'string') found[key].push(name);
    else for (const [, part] of entries) look(part);
  };
  look(options);
  return found;
}
