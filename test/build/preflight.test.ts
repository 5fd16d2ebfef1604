import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';

const PREFLIGHT = join(import.meta.dirname, '../../build/preflight.sh');

describe('the preflight', () => {
  let root = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'voeventd-preflight-'));
    mkdirSync(join(root, 'build'));
    copyFileSync(PREFLIGHT, join(root, 'build/preflight.sh'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function preflight() {
    const { status, stderr } = spawnSync('sh', ['build/preflight.sh'], { cwd: root, encoding: 'utf8' });
    return { status, says: stderr.trim() };
  }

  /** Puts a `node` there that does what the real one does in some situation. */
  function install(script: string): void {
    mkdirSync(join(root, 'node_modules/.bin'), { recursive: true });
    writeFileSync(join(root, 'node_modules/.bin/node'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }

  test('is silent when Node 26 runs', () => {
    install('echo v26.10.0');
    assert.deepEqual(preflight(), { status: 0, says: '' });
  });

  test('asks for npm ci before the dependencies are installed', () => {
    assert.deepEqual(preflight(), {
      status: 1,
      says: 'voeventd: the dependencies are not installed; run: npm ci',
    });
  });

  test('explains a Node that npm left out', () => {
    mkdirSync(join(root, 'node_modules'));
    const { status, says } = preflight();
    assert.equal(status, 1);
    assert.match(says, /Node 26 is missing; run: npm ci \(without --omit=optional\)|there is no Node 26 for/);
  });

  test('names the Debian package of a missing libatomic', () => {
    install(
      'echo "node: error while loading shared libraries: libatomic.so.1: cannot open shared object" >&2; exit 127',
    );
    assert.deepEqual(preflight(), {
      status: 1,
      says: 'voeventd: Node needs the library libatomic; on Debian and Ubuntu run: apt-get install libatomic1',
    });
  });

  test('refuses another Node', () => {
    install('echo v20.20.2');
    assert.equal(preflight().says, 'voeventd: node_modules has Node v20.20.2 instead of Node 26; run: npm ci');
  });
});
