import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { Edition, filesBelow, isFolderPlugin, stampOf } from '../../src/plugin/edition.ts';

function folder(test: TestContext): { base: string; write(name: string, content?: string): string } {
  const base = mkdtempSync(join(tmpdir(), 'edition-test-'));
  test.after(() => rmSync(base, { recursive: true, force: true }));
  for (const name of ['parts', 'node_modules', '.git']) mkdirSync(join(base, name));
  const write = (name: string, content = name): string => {
    writeFileSync(join(base, name), content);
    return join(base, name);
  };
  return { base, write };
}

describe('an edition of a plugin', () => {
  it('of a file is outdated by the files that it has imported, and by no others', async (test) => {
    const { base, write } = folder(test);
    const [mine, part] = [write('mine.ts'), write('parts/part.ts')];
    const edition = await Edition.of(base, []);
    edition.isWhole = false;
    for (const file of [mine, part]) edition.add([file, stampOf(file)]);
    write('other.ts', 'changed');
    assert.equal(await edition.isOutdated(), false);
    write('parts/part.ts', 'changed');
    assert.equal(await edition.isOutdated(), true);
    assert.deepEqual(new Set(edition.folders), new Set([base, join(base, 'parts')]));
  });

  it('as a whole is outdated by any file below its folder that counts: changed, new, gone', async (test) => {
    const { base, write } = folder(test);
    write('parts/part.ts');
    const change = async (act: () => void): Promise<boolean> => {
      const edition = await Edition.of(base, []);
      edition.counts = (file) => !file.endsWith('.log');
      act();
      return await edition.isOutdated();
    };
    assert.equal(await change(() => write('parts/part.ts', 'changed')), true);
    assert.equal(await change(() => write('parts/new.ts')), true);
    assert.equal(await change(() => rmSync(join(base, 'parts/new.ts'))), true);
    for (const name of ['own.log', 'node_modules/index.js', '.git/HEAD', '.part.ts.swp']) {
      assert.equal(await change(() => write(name)), false, name);
    }
  });

  it('is outdated by a file that another one is put in the place of, even of the same size and time', async (test) => {
    const { base, write } = folder(test);
    const mine = write('mine.ts', 'first');
    utimesSync(mine, 1, 1);
    const edition = await Edition.of(base, []);
    utimesSync(write('next', 'other'), 1, 1);
    renameSync(join(base, 'next'), mine);
    assert.equal(await edition.isOutdated(), true);
  });

  it('is outdated by what it was loaded with besides', async (test) => {
    const { base, write } = folder(test);
    const token = write('.git/token');
    const edition = await Edition.of(join(base, 'parts'), [token]);
    assert.equal(await edition.isOutdated(), false);
    write('.git/token', 'renewed');
    assert.equal(await edition.isOutdated(), true);
  });
});

it('files below a folder are found, but for packages and hidden ones', async (test) => {
  const { base, write } = folder(test);
  const files = ['mine.ts', 'parts/part.ts'].map((name) => write(name));
  for (const name of ['node_modules/index.js', '.git/HEAD', '.mine.ts.swp']) write(name);
  assert.deepEqual(new Set(await filesBelow(base)), new Set(files));
  assert.deepEqual(await filesBelow(join(base, 'none')), []);
});

it('a plugin is a folder when it is the index of one of its name', () => {
  const is = (name: string, file: string) => isFolderPlugin({ name, file });
  assert.deepEqual(
    [is('mine', '/p/mine/index.ts'), is('index', '/p/index.ts'), is('mine', '/p/mine.ts')],
    [true, false, false],
  );
});
