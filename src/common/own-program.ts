import { fileURLToPath } from 'node:url';
import { embedded } from './embedded.ts';

/** This program as a command: the executable, or Node and the entry of the sources. */
export function ownProgram(): [string, ...string[]] {
  return embedded() === undefined
    ? [process.execPath, fileURLToPath(new URL('../main.ts', import.meta.url))]
    : [process.execPath];
}

/** What this program reads of itself: nothing, or its sources and the packages they use. */
export function ownFiles(): string[] {
  if (embedded() !== undefined) return [];
  return ['src', 'node_modules', 'package.json'].map((name) =>
    fileURLToPath(new URL(`../../${name}`, import.meta.url)),
  );
}
