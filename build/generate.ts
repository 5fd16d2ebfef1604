/**
 * Writes what is generated from the program's own declarations. With `--check` it writes nothing and fails when a file
 * is not what it should be.
 */

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generatedDocuments } from './documents.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const checkOnly = process.argv.includes('--check');
const stale: string[] = [];

for (const [path, text] of generatedDocuments()) {
  const file = join(ROOT, path);
  if (textOf(file) === text) continue;
  if (checkOnly) stale.push(path);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(`wrote ${path}`);
  }
}

if (stale.length > 0) {
  console.error(`Not up to date: ${stale.join(', ')}. Run npm run generate and commit what it writes.`);
  process.exitCode = 1;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
