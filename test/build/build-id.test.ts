import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { buildId, isBuilt, recordBuild } from '../../build/build-id.ts';

describe('the build id', () => {
  let root = '';
  const inRoot = (name: string) => join(root, name);
  const id = () => buildId(root, ['src', 'package.json']);

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'voeventd-build-id-'));
    mkdirSync(inRoot('src/deep'), { recursive: true });
    writeFileSync(inRoot('src/deep/a.ts'), 'a');
    writeFileSync(inRoot('src/b.ts'), 'b');
    writeFileSync(inRoot('package.json'), '{}');
  });
  afterEach(() => rmSync(root, { recursive: true }));

  test('stays the same while the inputs do', () => {
    const first = id();
    writeFileSync(inRoot('README.md'), 'not an input');
    assert.equal(id(), first);
  });

  test('changes with contents, names, additions and removals', () => {
    const seen = new Set([id()]);
    writeFileSync(inRoot('src/deep/a.ts'), 'changed');
    seen.add(id());
    renameSync(inRoot('src/b.ts'), inRoot('src/c.ts'));
    seen.add(id());
    writeFileSync(inRoot('src/new.ts'), '');
    seen.add(id());
    rmSync(inRoot('src/deep/a.ts'));
    seen.add(id());
    assert.equal(seen.size, 5);
  });

  test('asks for a build until the executable is there and was built from these inputs', () => {
    const executable = inRoot('voeventd');
    const idFile = inRoot('.build-id');
    recordBuild(idFile, id());
    assert.equal(isBuilt(executable, idFile, id()), false, 'no executable');
    writeFileSync(executable, '');
    assert.equal(isBuilt(executable, idFile, id()), true);
    writeFileSync(inRoot('src/b.ts'), 'changed');
    assert.equal(isBuilt(executable, idFile, id()), false, 'other inputs');
    rmSync(idFile);
    assert.equal(isBuilt(executable, idFile, id()), false, 'no id');
  });
});
