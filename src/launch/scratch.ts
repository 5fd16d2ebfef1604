import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, explain } from '../common/errors.ts';
import { NotStarted, type ProgramFiles } from './program.ts';

/** Writes the files of a program into a new directory that only the daemon's user can read. @throws NotStarted */
export async function writeFiles({ directory, contents }: ProgramFiles): Promise<void> {
  try {
    // It must be new: somebody else's is not written into.
    await mkdir(directory, { mode: 0o700 });
    try {
      await Promise.all(Object.entries(contents).map(([name, content]) => writeFile(join(directory, name), content)));
    } catch (error) {
      await rm(directory, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw new NotStarted('files', explain(error), codeOf(error));
  }
}

/** @returns why they could not be removed, a clause */
export async function removeFiles({ directory }: ProgramFiles): Promise<string | undefined> {
  try {
    await rm(directory, { recursive: true, force: true });
    return undefined;
  } catch (error) {
    return `Cannot remove ${directory}: ${explain(error)}`;
  }
}
