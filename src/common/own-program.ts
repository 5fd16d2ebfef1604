import { fileURLToPath } from 'node:url';
import { embedded } from './embedded.ts';

/** This program as a command: the executable, or Node and the entry of the sources. */
export function ownProgram(): [string, ...string[]] {
  return embedded() === undefined
    ? [process.execPath, fileURLToPath(new URL('../main.ts', import.meta.url))]
    : [process.execPath];
}
