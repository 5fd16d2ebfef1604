import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import test from 'node:test';

const ROOT = resolve(import.meta.dirname, '../..');

/** The table of ARCHITECTURE.md: from which folder, into which. */
function importTable(): Map<string, Set<string>> {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const section = /## Who may import whom\n([\s\S]*?)\n## /.exec(text)?.[1] ?? '';
  const rows = [...section.matchAll(/^\| `([\w-]+)` \| (.*) \|$/gm)];
  return new Map(
    rows.map(([, from = '', to = '']) => [
      from,
      new Set([...to.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')),
    ]),
  );
}

/** The folder of a file below `src`, `plugins` for those, and undefined for what stands at the root of `src`. */
function roomOf(path: string): string | undefined {
  const parts = path.split('/');
  if (parts[0] === 'plugins') return 'plugins';
  return parts[0] === 'src' && parts.length > 2 ? parts[1] : undefined;
}

function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const specifiers = [...source.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) => relative(ROOT, join(ROOT, dirname(file), specifier)));
}

const FILES = globSync(['src/**/*.ts', 'plugins/**/*.ts'], { cwd: ROOT });

test('the import table of ARCHITECTURE.md has a row for every folder that there is', () => {
  const rooms = new Set(FILES.map(roomOf).filter((room) => room !== undefined));
  assert.ok(rooms.size > 10, 'hardly any folder was found');
  assert.deepEqual([...importTable().keys()].sort(), [...rooms].sort());
});

test('every import is one that the table of ARCHITECTURE.md allows', () => {
  const table = importTable();
  const wrong: string[] = [];
  let looked = 0;
  for (const file of FILES) {
    const from = roomOf(file);
    const allowed = from === undefined ? undefined : table.get(from);
    if (from === undefined || from === 'cli' || allowed === undefined) continue;
    for (const target of importsOf(file)) {
      looked += 1;
      const to = roomOf(target);
      if (to === from || (to !== undefined && allowed.has(to)) || allowed.has(target.replace('src/', ''))) continue;
      wrong.push(`${file} imports ${target}`);
    }
  }
  assert.ok(looked > 100, 'hardly any import was found');
  assert.deepEqual(wrong, []);
});

test('commands import neither the plugins nor main.ts', () => {
  const files = FILES.filter((file) => file.startsWith('src/cli/'));
  assert.ok(files.length > 5);
  const wrong = files.flatMap((file) =>
    importsOf(file).filter((target) => target === 'src/main.ts' || roomOf(target) === 'plugins'),
  );
  assert.deepEqual(wrong, []);
});

test('only main.ts exits the process', () => {
  const exiting = FILES.filter((file) => /process\.exit\(/.test(readFileSync(join(ROOT, file), 'utf8')));
  assert.deepEqual(exiting, ['src/main.ts']);
});
