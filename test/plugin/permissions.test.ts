import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import type { Permissions } from '../../src/plugin/api.ts';
import { declaredPermissions } from '../../src/plugin/declared.ts';
import { allowLine, fullPermissions, liesIn, notGranted, permissionsSchema } from '../../src/plugin/permissions.ts';

const BASE = '/etc/voeventd';

const missing = (declared: Permissions, granted: Permissions) =>
  notGranted(declared, fullPermissions(granted, BASE), BASE);

function folder(test: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'permissions-test-'));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

describe('permissions', () => {
  it('have paths from the configuration’s folder, or from home', () => {
    const written: Permissions = { read: ['flats', '~/x', '~', '/data'], run: ['slew', './park', '~/bin/park'] };
    assert.deepEqual(fullPermissions(written, BASE), {
      read: ['/etc/voeventd/flats', join(homedir(), 'x'), homedir(), '/data'],
      write: [],
      net: [],
      run: ['slew', '/etc/voeventd/park', join(homedir(), 'bin/park')],
      env: [],
    });
  });

  it('are granted when all that is declared is', () => {
    for (const [declared, granted] of [
      [{}, {}],
      [{ read: ['/data/flats/g', '/data'] }, { read: ['/data/'] }],
      [{ write: ['./out'] }, { write: ['/etc/voeventd/out'] }],
      [{ net: ['Example.org', 'example.org:8080', '[::1]:80'] }, { net: ['example.org', '[::1]'] }],
      [{ net: ['example.org'] }, { net: true }],
      [{ net: true }, { net: true }],
      [{ run: ['slew', './park'] }, { run: ['/etc/voeventd/park', 'slew', 'sh'] }],
      [{ env: ['A'] }, { env: ['A', 'B'] }],
    ] as const) {
      assert.equal(missing(declared, granted), undefined, JSON.stringify(declared));
    }
  });

  it('are told from what is not granted, as they are declared', () => {
    const few: Permissions = { read: ['/data/flats'], net: ['example.org:443'], run: ['slew'], env: ['A'] };
    for (const [declared, left] of [
      [{ read: ['/data/flats', '/data'] }, { read: ['/data'] }],
      [{ read: ['/data/flats-of-others', '/data/flats/../darks'] }, undefined],
      [{ write: ['/data/flats'] }, undefined],
      [{ net: true }, undefined],
      [{ net: ['example.org', 'example.org:443', 'a.example.org:443'] }, { net: ['example.org', 'a.example.org:443'] }],
      [{ run: ['slew', '/usr/bin/slew'] }, { run: ['/usr/bin/slew'] }],
      [{ env: ['a', 'A'] }, { env: ['a'] }],
    ] as const) {
      assert.deepEqual(missing(declared, few), left ?? declared);
    }
  });

  it('go by where links lead, also for what is not there yet', (test) => {
    const directory = folder(test);
    mkdirSync(join(directory, 'inside'));
    symlinkSync('/etc', join(directory, 'inside/outwards'));
    symlinkSync(join(directory, 'inside'), join(directory, 'alias'));
    const lies = (path: string, ...granted: string[]) =>
      liesIn(
        join(directory, path),
        granted.map((one) => join(directory, one)),
      );
    assert.ok(lies('alias/new/file', 'inside') && lies('inside/new', 'alias') && lies('inside', 'alias'));
    assert.ok(!lies('inside/outwards/passwd', 'inside') && !lies('..inside', 'inside') && !lies('.', 'inside'));
  });
});

describe('the line to add', () => {
  it('is YAML of what was granted and what is missing', () => {
    for (const [granted, more] of [
      [{}, { read: ['~/a b', '/x'], net: ['[::1]:80', 'localhost:8080', '127.0.0.1'], env: ['NO'] }],
      [
        { read: ['/data'], net: ['a.org'] },
        { net: true, run: ['- sh', "it's", '"q"', '#', 'a: b', '1'] },
      ],
      [{ write: ['/x'] }, { write: ['/x', 'é', '{alert}'] }],
    ] as const) {
      const line = allowLine(granted, more);
      const { allow } = parse(line) as { allow: Permissions };
      assert.ok(permissionsSchema().safeParse(allow).success, line);
      assert.equal(missing({ ...granted, ...more }, allow), undefined, line);
      assert.equal(missing(granted, allow), undefined, line);
    }
  });
});

describe('what a plugin declares', () => {
  const said = (declared: unknown, allow: Permissions = {}) =>
    declaredPermissions(declared, { file: '/p/slew.ts', handler: 'slew', allow, baseDirectory: BASE });

  it('is what its process gets, and not what else is granted', () => {
    assert.deepEqual(said({ read: ['/data/flats'] }, { read: ['/data'], net: true }), {
      ...{ read: ['/data/flats'], write: [], net: [], run: [], env: [] },
    });
  });

  it('is refused with the line to add', () => {
    assert.equal(
      said({ net: ['example.org'] }),
      '/p/slew.ts needs more than its handler allows. If you trust it, add to handlers.slew: `allow: { net: [example.org] }`.',
    );
    assert.match(
      String(said({ net: true }, { env: ['A'] })),
      /write in handlers\.slew: `allow: { net: true, env: \[A\] }`\.$/,
    );
  });

  it('is refused when there is no such thing, with what to write', () => {
    for (const [declared, sentence] of [
      [{ net: 'example.org' }, /permissions\.net: Write true for the whole network, or a list of hosts/],
      [{ net: ['http://example.org/'] }, /Write a host, such as/],
      [{ read: ['/data/*'] }, /permissions\.read\.0: A \* stands for nothing here/],
      [{ env: ['NODE_OPTIONS'] }, /NODE_OPTIONS is what confines a plugin/],
      [{ sys: true }, /^\/p\/slew\.ts declares permissions that there are not: permissions: .*sys/],
      ['all', /declares permissions that there are not/],
    ] as const) {
      assert.match(String(said(declared)), sentence);
    }
  });
});
