import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, explain } from '../common/errors.ts';
import { NotStarted, type ProgramFiles } from './program.ts';

/**
 * Writes the files of a program into a new directory that only the daemon's user can read. Here and now: by the thread pool each
 * of a dozen steps would wait for a thread, and whoever runs programs has little else to do.
 *
 * @throws NotStarted
 */
export function writeFiles({ directory, contents }: ProgramFiles): void {
  try {
    // It must be new: somebody else's is not written into.
    mkdirSync(directory, { mode: 0o700 });
    try {
      for (const [name, content] of Object.entries(contents)) writeFileSync(join(directory, name), content);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw new NotStarted('files', explain(error), codeOf(error));
  }
}

/** @returns why they could not be removed, a clause */
export function removeFiles({ directory }: ProgramFiles): string | undefined {
  try {
    rmSync(directory, { recursive: true, force: true });
    return undefined;
  } catch (error) {
    return `Cannot remove ${directory}: ${explain(error)}`;
  }
}
