import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

const ROOT = join(import.meta.dirname, '../..');
const EXECUTABLE = join(ROOT, 'dist', 'voeventd');

describe('the executable', () => {
  before(() => assert.ok(existsSync(EXECUTABLE), 'dist/voeventd is missing: run npm run build first'));

  test('says the version of package.json, from any directory and without anything in its environment', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    // An empty environment has no PATH: no Node of the host, and no module directory, can be found.
    const said = execFileSync(EXECUTABLE, ['--version'], { env: {}, cwd: tmpdir(), encoding: 'utf8' });
    assert.equal(said.trim(), version);
  });
});
