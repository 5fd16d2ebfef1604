import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, isAbsolute, join, resolve } from 'node:path';
import { NotStarted, type Program, type ProgramFiles, type Programs } from '../launch/program.ts';
import { AccessDenied, denial } from './denied.ts';
import { type FullPermissions, liesIn } from './permissions.ts';

/** Runs only what the plugin may run. */
export function permittedPrograms(programs: Programs, permissions: FullPermissions): Programs {
  return {
    start: () => programs.start(),
    run: async (program, signal, output) => await programs.run(permitted(program, permissions), signal, output),
  };
}

/**
 * The program, by its absolute path: where the plugin looks for programs is not where they are permitted.
 *
 * @throws AccessDenied, or NotStarted when there is no such program
 */
function permitted(program: Program, { run, write }: FullPermissions): Program {
  const [name = '', ...rest] = program.argv;
  const file = located(name, program.directory);
  if (!run.some((one) => one === name || one === file || located(one, '/') === file)) {
    const asked = /[/\\]/.test(name) ? file : name;
    throw new AccessDenied(denial(`run ${asked}`, 'run', JSON.stringify([asked])));
  }
  if (program.files !== undefined) checkFiles(program.files, write);
  if (!isAbsolute(file)) throw new NotStarted('start', 'no such file or directory (ENOENT)', 'ENOENT');
  return { ...program, argv: [file, ...rest] };
}

/** The absolute path; the name itself when it is not found in PATH. */
function located(name: string, directory: string): string {
  if (/[/\\]/.test(name)) return resolve(directory, name);
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? name;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws AccessDenied when they would be written where the plugin may not write, which it may in the system's folder for that */
function checkFiles({ directory, contents }: ProgramFiles, write: readonly string[]): void {
  const isPlain = (name: string): boolean => basename(name) === name && name !== '..' && name !== '.';
  if (liesIn(directory, [tmpdir(), ...write]) && Object.keys(contents).every(isPlain)) return;
  throw new AccessDenied(denial(`write ${directory}`, 'write', JSON.stringify([directory])));
}
