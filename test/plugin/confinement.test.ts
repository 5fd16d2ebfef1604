import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import type { Permissions } from '../../src/plugin/api.ts';
import { confinedEnvironment } from '../../src/plugin/confinement.ts';
import { IsolatedRunner } from '../../src/plugin/isolated.ts';
import { fullPermissions } from '../../src/plugin/permissions.ts';
import { recordedLog } from '../dispatch/scripted.ts';
import { SERVICES, sampleAlert } from '../support/plugin-context.ts';

function folder(test: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'confinement-test-'));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

interface Given {
  readonly allow?: Permissions;
  readonly options?: unknown;
  readonly name?: string;
}

/** What one alert comes to with a plugin in this file. */
async function outcomeOf(test: TestContext, base: string, file: string, given: Given = {}): Promise<string> {
  const { allow = {}, options = {}, name = 'mine' } = given;
  const code = { name, file: join(base, file), handler: 'mine', options, baseDirectory: base, allow };
  const runner = new IsolatedRunner(code, recordedLog());
  test.after(() => runner.close());
  const loaded = await runner.load();
  if (loaded.state !== 'configured') return loaded.state === 'broken' ? loaded.reason : 'refused';
  const problem = await runner.setup(SERVICES);
  if (problem !== undefined) return problem;
  const outcome = await runner.run({
    ...{ alert: sampleAlert(), packet: Buffer.from(''), delivery: '1/mine', attempt: 1 },
    ...{ pretends: false, retracts: false, signal: new AbortController().signal },
  });
  return outcome.state === 'done' ? outcome.detail : outcome.reason;
}

const HAS = `
const has = (...asked) => asked.map((one) => Number(process.permission.has(...one))).join('');
`;

describe('the process of a plugin', () => {
  it('has what is declared, although more is granted', async (test) => {
    const base = folder(test);
    const asks = `has(['fs.read', '${base}/a/x'], ['fs.read', '${base}/b'], ['fs.write', '${base}/a'], ['net'], ['worker'])`;
    const source = `${HAS} export default { permissions: { read: ['./a'] }, handle: () => ${asks} + (process.env.OBSERVATORY ?? '') }`;
    mkdirSync(join(base, 'plugins'));
    writeFileSync(join(base, 'plugins/mine.mjs'), source);
    process.env.OBSERVATORY = 'hill';
    const allow = { read: ['./a', './b'], write: ['./a'], net: true, env: ['OBSERVATORY'] } as const;
    assert.equal(await outcomeOf(test, base, 'plugins/mine.mjs', { allow }), '10000');
  });

  it('may use what it declares already when it is loaded', async (test) => {
    const base = folder(test);
    mkdirSync(join(base, 'plugins'));
    mkdirSync(join(base, 'data "α" \\ x'));
    writeFileSync(join(base, 'data "α" \\ x/flats'), 'flat');
    symlinkSync(join(base, 'data "α" \\ x'), join(base, 'link'));
    const read = `readFileSync(${JSON.stringify(join(base, 'link/flats'))}, 'utf8')`;
    writeFileSync(
      join(base, 'plugins/mine.mjs'),
      `import { readFileSync } from 'node:fs'; const flats = ${read};
       export default { permissions: { read: ['./link'] }, handle: () => flats + ${read} };`,
    );
    assert.equal(await outcomeOf(test, base, 'plugins/mine.mjs', { allow: { read: ['./link'] } }), 'flatflat');
    assert.match(
      await outcomeOf(test, base, 'plugins/mine.mjs'),
      /^Cannot load \S+mine\.mjs: it may not read \S+link\/flats: declare permissions\.read/,
    );
  });

  it('reads its folder, with the packages in it and beside it, and no plugin beside it', async (test) => {
    const base = folder(test);
    for (const path of ['mine', 'mine/node_modules/near', 'node_modules/far']) {
      mkdirSync(join(base, path), { recursive: true });
      writeFileSync(join(base, path, 'index.js'), `export default '${path}';`);
      writeFileSync(join(base, path, 'package.json'), '{ "type": "module", "main": "index.js" }');
    }
    writeFileSync(join(base, 'other.ts'), 'export default {};');
    writeFileSync(
      join(base, 'mine/index.ts'),
      `import far from 'far'; import near from 'near';
       export default { handle: async () => [far, near, (await import('../other.ts')).default].join() };`,
    );
    assert.match(await outcomeOf(test, base, 'mine/index.ts'), /^it may not read \S+\/other\.ts: declare/);
    writeFileSync(
      join(base, 'mine/index.ts'),
      `import far from 'far'; import near from 'near'; export default { handle: () => [far, near].join() };`,
    );
    assert.equal(await outcomeOf(test, base, 'mine/index.ts'), 'node_modules/far,mine/node_modules/near');
  });

  it('says what was denied in its setup', async (test) => {
    const base = folder(test);
    const source = `import { readFileSync } from 'node:fs'; export default { setup: () => readFileSync('/etc/passwd'), handle() {} };`;
    writeFileSync(join(base, 'mine.mjs'), source);
    assert.match(await outcomeOf(test, base, 'mine.mjs'), /^Its setup failed: it may not read \/etc\/passwd: declare/);
  });

  it('reads the secrets that its options name', async (test) => {
    const base = folder(test);
    mkdirSync(join(base, 'plugins'));
    writeFileSync(join(base, 'token'), 'open-sesame\n');
    process.env.SCHEDULER_TOKEN = 'open-too';
    writeFileSync(
      join(base, 'plugins/mine.mjs'),
      `export default {
        config: (z, fields) => z.object({ a: fields.secret(), b: z.array(fields.secret()) }),
        handle: (_, { config: { a, b } }) => a.reveal() + ' ' + b[0].reveal(),
      };`,
    );
    const options = { a: { file: './token' }, b: [{ env: 'SCHEDULER_TOKEN' }] };
    assert.equal(await outcomeOf(test, base, 'plugins/mine.mjs', { options }), 'open-sesame open-too');
  });
});

describe('the environment of a plugin', () => {
  it('is what every program needs, what is granted, and what confines it', () => {
    const code = { name: 'mine', file: '/p/mine.ts', options: {}, baseDirectory: '/etc' };
    const daemons = {
      PATH: '/bin',
      LC_ALL: 'C',
      LCX: '1',
      AWS_SECRET: 'x',
      OBSERVATORY: 'hill',
      NODE_OPTIONS: '--inspect',
    };
    const { NODE_OPTIONS, ...rest } = confinedEnvironment(
      code,
      fullPermissions({ env: ['OBSERVATORY'] }, '/'),
      daemons,
    );
    assert.deepEqual(rest, { PATH: '/bin', LC_ALL: 'C', OBSERVATORY: 'hill' });
    assert.match(NODE_OPTIONS ?? '', /^"--permission" /);
    assert.doesNotMatch(NODE_OPTIONS ?? '', /inspect|allow-net|allow-child|allow-fs-write/);
  });
});
