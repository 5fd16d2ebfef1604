import { join, resolve } from 'node:path';
import { BUILT_INS } from '../built-ins.ts';
import { explain, UserError } from '../common/errors.ts';
import { findPlugin } from '../plugin/find.ts';
import { EXIT } from './exit.ts';
import { fromHere, writeIfNew } from './files.ts';
import { pluginHome } from './plugin-home.ts';
import { handlerOf, PLUGIN, testOf } from './plugin-template.ts';
import { writeTypes } from './types.ts';

export interface PluginNewOptions {
  readonly config?: string;
  readonly dir?: string;
}

/** `voeventd plugin new`: a plugin to begin with, its test, and what an editor needs. */
export async function pluginNewCommand(name: string, options: PluginNewOptions): Promise<number> {
  const folder = options.dir === undefined ? (await pluginHome(options.config)).folder : resolve(options.dir);
  refuseName(name, folder);
  const [plugin, test] = [`${name}.ts`, `${name}.test.ts`].map((file) => join(folder, file)) as [string, string];
  const types = await writeTypes(folder);
  try {
    if (!writeIfNew(test, testOf(name))) throw taken(name, test);
    writeIfNew(plugin, PLUGIN);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('plugin.new', `Cannot write into ${folder}: ${explain(error)}.`, { cause: error });
  }
  process.stdout.write(introduction(name, [...[plugin, test].map(fromHere), ...types]));
  return EXIT.ok;
}

/** @throws UserError */
function refuseName(name: string, folder: string): void {
  const because = (reason: string) => new UserError('plugin.new', `Cannot name a plugin ${name}: ${reason}.`);
  if (/\.[cm]?[jt]s$/.test(name)) throw because('leave the ending away');
  if (!/^[A-Za-z0-9][\w-]*$/.test(name)) throw because('a name has letters, digits, dashes and underscores only');
  const builtIn = Object.keys(BUILT_INS);
  if (builtIn.includes(name)) throw because('a built-in plugin bears that name');
  const place = findPlugin(name, folder, builtIn);
  if (place.kind === 'file') throw taken(name, place.file);
}

function taken(name: string, file: string): UserError {
  return new UserError('plugin.new', `Cannot make the plugin ${name}: ${fromHere(file)} is there already.`);
}

function introduction(name: string, files: readonly string[]): string {
  // A handler's name begins with a letter.
  const handler = /^[A-Za-z]/.test(name) ? name : `my-${name}`;
  return `${files.map((file) => `Wrote ${file}`).join('\n')}

Change the plugin, and try it with an alert; no daemon is needed:
  voeventd plugin test ${name} packet.xml
Run its test:
  voeventd plugin test ${name}
Then give it to a handler in voeventd.yaml, with what it may do:

${handlerOf(name, handler)}`;
}
