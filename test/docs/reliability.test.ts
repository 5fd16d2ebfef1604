import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';

const DOCS = resolve(import.meta.dirname, '../../docs');
const ROWS = [...readFileSync(join(DOCS, 'reliability.md'), 'utf8').matchAll(/^\| (.*) \| (.*) \| (.*) \|$/gm)]
  .map(([, what = '', , shown = '']) => ({ what, shown }))
  .filter(({ what }) => what !== 'what breaks');

const quoted = (title: string): string => `'${title}'`;

test('every row of docs/reliability.md names a test that there is', () => {
  assert.ok(ROWS.length > 10);
  for (const { what, shown } of ROWS) {
    const [, name, file = '', title = ''] = /^\[([\w-]+)\]\((.*)\): (.*)$/.exec(shown) ?? [];
    assert.ok(title !== '', `${what}: ${shown}`);
    assert.ok(file.endsWith(`/${name}.test.ts`), file);
    assert.ok(readFileSync(join(DOCS, file), 'utf8').includes(quoted(title)), `${file} has no test ${quoted(title)}`);
  }
});

test('every test of test/chaos has its row', () => {
  const files = globSync('../test/chaos/*.test.ts', { cwd: DOCS });
  assert.ok(files.length > 5);
  for (const file of files) {
    const titles = [...readFileSync(join(DOCS, file), 'utf8').matchAll(/^test\('(.*?)',/gm)].map(([, title]) => title);
    assert.ok(titles.length > 0, file);
    const missing = titles.filter((title) => !ROWS.some(({ shown }) => shown.endsWith(`(${file}): ${title}`)));
    assert.deepEqual(missing, [], file);
  }
});
