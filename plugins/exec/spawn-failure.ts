import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../../src/plugin/api.ts';
import { codeOf, explain, printable } from '../shared/words.ts';
import type { Options } from './options.ts';

/** The host is short of something now; it may have it later. */
const PASSING = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Why the program did not start, with what to change. The system gives one code for several causes. */
export async function spawnFailure(error: unknown, program: string, context: Context<Options>): Promise<Error> {
  const code = codeOf(error);
  if (PASSING.has(code)) return context.retry(`Cannot run ${printable(explain(error))}.`, { cause: error });
  const { directory } = context.config;
  const cause = (await directoryProblem(directory)) ?? (await programProblem(code, program, context));
  return context.fail(cause ?? `Cannot run ${printable(explain(error))}.`, { cause: error });
}

async function directoryProblem(directory: string): Promise<string | undefined> {
  const start = `Cannot start a program in ${directory}`;
  const change = 'or change the option "directory"';
  try {
    if (!(await stat(directory)).isDirectory()) return `${start}: it is not a directory. Make it one, ${change}.`;
    await access(directory, constants.X_OK);
    return undefined;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return `${start}: no such directory. Create it, ${change}.`;
    return `${start}: ${explain(error)}. Let the daemon's user enter it, ${change}.`;
  }
}

async function programProblem(code: string, program: string, context: Context<Options>): Promise<string | undefined> {
  const run = `Cannot run ${printable(program)}`;
  // The search through PATH says EACCES, too, when it only passed a directory that the daemon's user may not enter.
  if (['ENOENT', 'EACCES'].includes(code) && !program.includes('/')) {
    return `${run}: no program of that name in PATH that the daemon's user may run. Write its full path in "command".`;
  }
  const found = await stat(resolve(context.config.directory, program)).catch(() => undefined);
  if (code === 'ENOENT' && found === undefined) {
    return `${run}: no such file. Install it, or correct the first element of "command".`;
  }
  if (code === 'ENOENT') {
    return `${run}: the interpreter that its first line (#!) names, or the loader it needs, does not exist.`;
  }
  if (code === 'EACCES' && found?.isDirectory()) return `${run}: it is a directory. Write the program in it.`;
  if (code === 'EACCES') {
    return `${run}: permission denied. Make it executable (chmod +x) for the daemon's user.`;
  }
  if (code === 'ENOEXEC') {
    return `${run}: it is no program this host can run. Give a script a first line such as #!/bin/sh.`;
  }
  return undefined;
}
