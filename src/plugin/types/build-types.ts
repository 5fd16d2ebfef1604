import { readFileSync } from 'node:fs';
import { alertTypes } from './alert-types.ts';
import { declarationsIn } from './declarations.ts';
import { zodTypes } from './zod-types.ts';

const ZOD = 'voeventd/zod';

const MODEL = '../alert/model.ts';

/**
 * The contract of plugins as one text of declarations that needs nothing beside it: `src/plugin/api.ts`, what that imports, and zod.
 * For the executable when that is built, else when somebody asks the program that runs from the sources.
 */
export function buildTypes(): string {
  const source = read('./api.ts');
  const [, life = ''] = /^(\/\*\*[\s\S]*?\*\/)\n/.exec(source) ?? [];
  const own = [...declarationsIn(source).values()].map(({ text }) => exported(text));
  const others = [...importedNames(source)].flatMap(([file, names]) =>
    file === MODEL ? modelTypes(names) : declarationsOf(file, names),
  );
  const contract = [`import type { z } from '${ZOD}';`, ...own, ...others].join('\n\n');
  return [
    life,
    `declare module 'voeventd' {\n${indented(contract)}\n}`,
    '// Where @types/node is installed and named in tsconfig.json, its own declarations count.\n' +
      "declare module 'node:*';",
    zodTypes(ZOD),
  ]
    .join('\n\n')
    .concat('\n');
}

function read(file: string): string {
  return readFileSync(new URL(`../${file}`, import.meta.url), 'utf8');
}

/** What a source imports or hands on of ours, by file. */
function importedNames(source: string): Map<string, Set<string>> {
  const files = new Map<string, Set<string>>();
  for (const [, list = '', file = ''] of source.matchAll(/^(?:import|export) type \{([^}]*)\} from '(\.[^']+)'/gm)) {
    const names = list.split(',').map((name) => name.trim());
    const known = files.get(file) ?? new Set();
    files.set(file, new Set([...known, ...names.filter((name) => name !== '')]));
  }
  return files;
}

function modelTypes(names: ReadonlySet<string>): string[] {
  const types = alertTypes();
  const missing = [...names].filter((name) => !types.has(name));
  if (missing.length > 0) throw new Error(`Cannot declare ${missing.join(', ')} of the alert model.`);
  return [...types.values()].map(exported);
}

/** These declarations of a file, with those of the same file that they name. */
function declarationsOf(file: string, names: ReadonlySet<string>): string[] {
  const declarations = declarationsIn(read(file));
  const wanted = new Set(names);
  for (const name of wanted) {
    const text = declarations.get(name)?.text;
    if (text === undefined) throw new Error(`Cannot declare ${name}: ${file} has no such type.`);
    for (const other of declarations.keys()) {
      if (new RegExp(`\\b${other}\\b`).test(text.replace(/\/\*[\s\S]*?\*\//g, ''))) wanted.add(other);
    }
  }
  return [...declarations].filter(([name]) => wanted.has(name)).map(([, { text }]) => exported(text));
}

/** With `export`, also after a comment. */
function exported(text: string): string {
  return text.replace(/^(interface|type) /m, 'export $1 ');
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
