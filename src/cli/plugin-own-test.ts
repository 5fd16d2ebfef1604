import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { BUILT_INS } from '../built-ins.ts';
import { UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { ownProgram } from '../common/own-program.ts';
import { confinedEnvironment } from '../plugin/confinement.ts';
import { findPlugin, testFileOf } from '../plugin/find.ts';
import { fullPermissions } from '../plugin/permissions.ts';
import { fromHere } from './files.ts';
import { pluginHome } from './plugin-home.ts';
import { declaredBy, optionsOf } from './tested-plugin.ts';

/**
 * Runs the test that stands beside a plugin, in a process that may do what the plugin declares.
 *
 * @returns whether all passed
 * @throws UserError when there is none
 */
export async function runOwnTest(
  name: string,
  { config, with: written }: { readonly config?: string; readonly with?: string },
  log: Log,
): Promise<boolean> {
  const { folder, baseDirectory } = await pluginHome(config);
  const cannot = (reason: string) => new UserError('plugin.test', `Cannot test ${name}: ${reason}`);
  const place = findPlugin(name, folder, Object.keys(BUILT_INS));
  if (place.kind === 'missing') throw cannot(place.problem);
  if (place.kind === 'built-in')
    throw cannot('it is built in. Name an alert to hand it: voeventd plugin test NAME FILE.');
  const file = testFileOf(place.file);
  if (file === undefined) {
    const missing = fromHere(place.file).replace(/(\.\w+)$/, '.test$1');
    throw cannot(`there is no ${missing}. Write it, or name an alert to hand it: voeventd plugin test ${name} FILE.`);
  }
  const code = { name, file: place.file, options: optionsOf(written), baseDirectory };
  const permissions = fullPermissions(await declaredBy(code, log), baseDirectory);
  const [program, ...entry] = ownProgram();
  const child = spawn(program, [...entry, '--plugin-tests', file], {
    env: confinedEnvironment(code, permissions),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return exitCode === 0;
}
