import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { findConfig } from '../../src/config/find.ts';

const CONTENT = 'identity: ivo://org.example/t\n';
const before = { cwd: process.cwd(), HOME: process.env.HOME, XDG_CONFIG_HOME: process.env.XDG_CONFIG_HOME };
let root: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'find-test-')));
  mkdirSync(join(root, 'home'));
  mkdirSync(join(root, 'work/dome/north'), { recursive: true });
  process.env.HOME = join(root, 'home');
  delete process.env.XDG_CONFIG_HOME;
  process.chdir(join(root, 'work/dome/north'));
});

afterEach(() => {
  process.chdir(before.cwd);
  for (const name of ['HOME', 'XDG_CONFIG_HOME'] as const) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  rmSync(root, { recursive: true, force: true });
});

function put(path: string, content = CONTENT): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const found = async (named?: string) => (await findConfig(named)).file;

describe('the configuration is found', () => {
  it('in the working directory, or the nearest directory above it', async () => {
    const far = put('work/voeventd.yaml');
    assert.equal(await found(), far);
    const near = put('work/dome/north/voeventd.yaml');
    assert.equal(await found(), near);
    assert.deepEqual((await findConfig(undefined)).value, { identity: 'ivo://org.example/t' });
  });

  it('as .yaml, .yml or .json, in this order', async () => {
    const json = put('work/voeventd.json', '{ "identity": "ivo://org.example/t" }');
    assert.equal(await found(), json);
    const yml = put('work/voeventd.yml');
    assert.equal(await found(), yml);
    const yaml = put('work/voeventd.yaml');
    assert.equal(await found(), yaml);
  });

  it("in the user's configuration directory when there is none above the working directory", async () => {
    const own = put('home/.config/voeventd/voeventd.yaml');
    assert.equal(await found(), own);
    const above = put('work/voeventd.yaml');
    assert.equal(await found(), above);
  });

  it('in XDG_CONFIG_HOME where that is set', async () => {
    put('home/.config/voeventd/voeventd.yaml');
    const xdg = put('elsewhere/voeventd/voeventd.yaml');
    process.env.XDG_CONFIG_HOME = join(root, 'elsewhere');
    assert.equal(await found(), xdg);
  });

  it('in ~/.config also when XDG_CONFIG_HOME says otherwise and has none', async () => {
    const own = put('home/.config/voeventd/voeventd.yaml');
    process.env.XDG_CONFIG_HOME = join(root, 'elsewhere');
    assert.equal(await found(), own);
  });

  it('when the working directory is itself where it is looked for', async () => {
    mkdirSync(join(root, 'home/.config/voeventd'), { recursive: true });
    process.chdir(join(root, 'home/.config/voeventd'));
    await assert.rejects(findConfig(undefined), /^UserError: Cannot find a configuration/);
    const own = put('home/.config/voeventd/voeventd.yaml');
    assert.equal(await found(), own);
  });

  it('by its name, from the working directory, whatever else there is', async () => {
    put('work/dome/north/voeventd.yaml');
    const named = put('work/dome/rehearsal.yaml');
    assert.equal(await found('../rehearsal.yaml'), named);
    assert.equal(await found(named), named);
  });
});

describe('the configuration is not looked for further', () => {
  it('when the nearest file is empty: that is a mistake to be shown', async () => {
    put('work/voeventd.yaml');
    const empty = put('work/dome/voeventd.yaml', '');
    const document = await findConfig(undefined);
    assert.equal(document.file, empty);
    assert.equal(document.value ?? null, null);
  });

  it('when the nearest file is no YAML', async () => {
    put('work/voeventd.yaml');
    const broken = put('work/dome/voeventd.yaml', 'a: "b\n');
    const document = await findConfig(undefined);
    assert.equal(document.file, broken);
    assert.equal(document.problems.length, 1);
  });

  it('when the nearest file cannot be read', async () => {
    put('work/voeventd.yaml');
    symlinkSync('voeventd.yaml', join(root, 'work/dome/voeventd.yaml'));
    await assert.rejects(findConfig(undefined), /^UserError: Cannot read the configuration: ELOOP: .*voeventd\.yaml/);
  });
});

describe('the user is told what to do', () => {
  it('when there is none', async () => {
    await assert.rejects(findConfig(undefined), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'config.none');
      assert.ok(error.message.includes(`no voeventd.yaml in ${process.cwd()} or above it`), error.message);
      assert.match(error.message, /Name one with -c FILE, or run `voeventd demo`/);
      return true;
    });
  });

  it('when the named one is missing, though another could be found', async () => {
    put('work/voeventd.yaml');
    await assert.rejects(
      findConfig('none.yaml'),
      new RegExp(`^UserError: Cannot read the configuration ${process.cwd()}/none\\.yaml: no such file or directory`),
    );
  });
});
