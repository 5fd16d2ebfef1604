import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Everything the executable is made from, relative to the repository. */
const INPUTS = ['src', 'plugins', 'build', 'package.json', 'package-lock.json', 'tsconfig.json'];

/** A hash of the names and contents of all inputs: other inputs, another id. */
export function buildId(root: string, inputs: string[] = INPUTS): string {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const file of inputs.flatMap((input) => filesBelow(root, input))) {
    const contents = readFileSync(join(root, file));
    hash.update(`\0${file}\0${contents.length}\0`).update(contents);
  }
  return hash.digest('hex');
}

/** Whether `executable` was built from the inputs that have this id. */
export function isBuilt(executable: string, idFile: string, id: string): boolean {
  return existsSync(executable) && existsSync(idFile) && readFileSync(idFile, 'utf8').trim() === id;
}

export function recordBuild(idFile: string, id: string): void {
  writeFileSync(idFile, `${id}\n`);
}

function filesBelow(root: string, input: string): string[] {
  const path = join(root, input);
  if (statSync(path).isFile()) return [input];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(input, entry.parentPath.slice(path.length), entry.name))
    .sort();
}
