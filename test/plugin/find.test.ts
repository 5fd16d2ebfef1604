import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { findPlugin, pluginNames } from '../../src/plugin/find.ts';

const BUILT_INS = ['archive', 'exec', 'log', 'webhook'];

/** A plugin folder with these files in it, gone after the test. */
function folderWith(test: TestContext, ...files: string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'plugins-test-'));
  test.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of files) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return folder;
}

function problem(name: string, folder: string): string {
  const place = findPlugin(name, folder, BUILT_INS);
  assert.equal(place.kind, 'missing');
  return place.kind === 'missing' ? place.problem : '';
}

describe('findPlugin', () => {
  it('finds a built-in plugin, with or without a plugin folder', (test) => {
    assert.deepEqual(findPlugin('exec', '/nowhere', BUILT_INS), { kind: 'built-in', name: 'exec' });
    assert.deepEqual(findPlugin('exec', folderWith(test, 'mine.ts'), BUILT_INS), { kind: 'built-in', name: 'exec' });
  });

  for (const file of [
    'mine.ts',
    'mine.mts',
    'mine.cts',
    'mine.js',
    'mine.mjs',
    'mine.cjs',
    'mine/index.ts',
    'mine/index.js',
  ]) {
    it(`finds ${file}`, (test) => {
      const folder = folderWith(test, file, 'other.ts');
      assert.deepEqual(findPlugin('mine', folder, BUILT_INS), { kind: 'file', file: join(folder, file) });
    });
  }

  it('prefers a file to a folder, and takes no folder for a file', (test) => {
    const both = folderWith(test, 'mine.js', 'mine/index.ts');
    assert.deepEqual(findPlugin('mine', both, BUILT_INS), { kind: 'file', file: join(both, 'mine.js') });
    const odd = folderWith(test, 'mine.ts/readme', 'mine.mjs');
    assert.deepEqual(findPlugin('mine', odd, BUILT_INS), { kind: 'file', file: join(odd, 'mine.mjs') });
  });

  it('refuses a file with the name of a built-in plugin, and says which', (test) => {
    const folder = folderWith(test, 'exec.ts');
    assert.equal(problem('exec', folder), `${folder}/exec.ts bears the name of a built-in plugin, exec. Rename it.`);
  });

  it('takes the built-in plugin where the folder is its own source, as in a checkout of this project', () => {
    const folder = join(import.meta.dirname, '../../plugins');
    assert.deepEqual(findPlugin('exec', folder, BUILT_INS), { kind: 'built-in', name: 'exec' });
  });

  it('suggests the nearest of the built-in plugins and of those in the folder', (test) => {
    const folder = folderWith(test, 'follow-up.ts', 'follow-up.d.ts', 'notes.txt', 'survey/index.mjs');
    assert.equal(
      problem('folow-up', folder),
      `There is no plugin folow-up (did you mean follow-up?): it is not built in, and there is no folow-up.ts, folow-up.js, folow-up.mjs or folow-up/index.ts in ${folder}.`,
    );
    assert.match(problem('surwey', folder), /did you mean survey\?/);
    assert.match(problem('arhcive', folder), /did you mean archive\?/);
    assert.doesNotMatch(problem('note', folder), /notes/);
  });

  it('knows what in a folder is a plugin: code, and folders with an index, but no declarations and no tests', (test) => {
    const files = [
      'slew.ts',
      'slew.test.ts',
      'voeventd.d.ts',
      'survey/index.mjs',
      'lib/sky.ts',
      'node_modules/a/index.js',
    ];
    assert.deepEqual(pluginNames(folderWith(test, ...files)).names.sort(), ['slew', 'survey']);
  });

  it('says so when the plugin folder does not exist or is none', (test) => {
    assert.match(
      problem('mine', '/nowhere/plugins'),
      /it is not built in, and the plugin folder \/nowhere\/plugins does not exist\.$/,
    );
    const file = join(folderWith(test, 'plugins'), 'plugins');
    assert.match(problem('mine', file), /and the plugin folder \S+ cannot be read \(.*not a directory.*\)\.$/);
  });
});
