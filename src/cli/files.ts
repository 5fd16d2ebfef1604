import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { codeOf } from '../common/errors.ts';

/** @returns whether there was none; one that is there stays as it is */
export function writeIfNew(file: string, text: string): boolean {
  try {
    writeFileSync(file, text, { flag: 'wx' });
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** A path as one would write it in the working directory. */
export function fromHere(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : `./${short}`;
}
