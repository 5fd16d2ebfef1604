import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';

/** What a plugin gets as `z`, without the messages in other languages. */
const FOLDERS = ['classic', 'core'];

/**
 * Declarations of zod that need no zod to be installed: each of its files as an ambient module, in one text.
 *
 * @param name of the module that has `z`
 */
export function zodTypes(name: string): string {
  const home = dirname(createRequire(import.meta.url).resolve('zod/package.json'));
  const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string };
  const license = readFileSync(join(home, 'LICENSE'), 'utf8').trim().replaceAll('\n', '\n * ');
  const modules = FOLDERS.flatMap((folder) =>
    readdirSync(join(home, 'v4', folder))
      .filter((file) => file.endsWith('.d.ts') && file !== 'index.d.ts')
      .map((file) => ambient(name, folder, file, readFileSync(join(home, 'v4', folder, file), 'utf8'))),
  );
  const index = (folder: string) =>
    ambient(name, folder, 'index.d.ts', readFileSync(join(home, 'v4', folder, 'index.d.ts'), 'utf8'));
  const entry = `declare module '${name}' {\n  export * as z from '${name}/classic/external';\n}`;
  const head = `/**\n * zod ${version}, whose license is:\n *\n * ${license}\n */`.replace(/ +$/gm, '');
  return [head, entry, ...FOLDERS.map(index), ...modules].join('\n\n');
}

function ambient(name: string, folder: string, file: string, text: string): string {
  const body = text
    .replace(/^export \* as locales .*\n/m, '')
    .replace(/^\/\/# sourceMappingURL.*$/m, '')
    .replace(/\bfrom "(\.[^"]+)\.js"/g, (_, path: string) => `from "${name}/${join(folder, path)}"`)
    // All of an ambient module is declared.
    .replace(/^(export )?(default )?declare /gm, '$1$2')
    .trim();
  return `declare module '${name}/${folder}/${basename(file, '.d.ts')}' {\n${body}\n}`;
}
