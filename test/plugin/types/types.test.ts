import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test, { type TestContext } from 'node:test';
import { writeTypes } from '../../../src/cli/types.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

async function folder(context: TestContext): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-types-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  await writeTypes(directory);
  return directory;
}

/** What the compiler says in a folder in which nothing is installed: `FILE(LINE,COLUMN): error …`. */
function complaints(directory: string, ...flags: string[]): string[] {
  const compiler = join(ROOT, 'node_modules/.bin/tsc');
  const { stdout } = spawnSync(compiler, ['-p', directory, ...flags], { cwd: directory, encoding: 'utf8' });
  return stdout.split('\n').filter((line) => /error TS/.test(line));
}

const GOOD = `import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Alert, Context, Param, Permissions, Plugin, ProgramEnding, SkyConditions } from 'voeventd';
import { brightest } from './brightest.ts';

interface Options {
  exposure: number;
  filter: 'g' | 'r';
  patience: number;
  token: { reveal(): string };
  text: { render(alert: Alert): string };
}

const permissions = ({ filter }: Options): Permissions => ({ run: ['slew'], read: [\`./\${filter}\`], net: true });

async function slew(alert: Alert, { run, sky, state, journal, log }: Context<Options>): Promise<ProgramEnding> {
  const { altitude = 0 }: SkyConditions = await sky(alert, { hours: 12, minAltitude: 30 });
  const count = (await state.get<number>('count')) ?? 0;
  await state.set('count', count + 1);
  const [first] = await journal.thread(alert);
  log.info('slewing', { altitude, first: first?.ivorn, flat: basename(readFileSync('flats', 'utf8')) });
  return await run(['slew', String(alert.ra)], { killAfterMs: 1_000, lines: (stream, lines) => log.debug(stream + lines) });
}

export default {
  describe: 'Slews.',
  attempts: 3,
  permissions,
  config: (z, fields) =>
    z.strictObject({
      exposure: z.number().positive().max(600).default(60),
      filter: z.enum(['g', 'r']),
      patience: fields.duration().prefault('20s'),
      token: fields.secret(),
      text: fields.template(),
    }),
  async handle(alert, context) {
    if (alert.ra === undefined) throw context.fail('no position');
    const ending = await slew(alert, context);
    if (ending.kind === 'exit' && ending.code !== 0) throw context.retry('busy', { afterMs: context.config.patience });
    const response = await context.fetch('http://localhost/', { signal: context.signal });
    return \`\${response.status} \${brightest(alert.params)?.name} \${alert.classification?.BNS}\`;
  },
  pretend: (alert, { config, site }) => \`slew to \${alert.ra?.toFixed(3)} from \${site?.latitude} for \${config.exposure} s\`,
} satisfies Plugin<Options>;
`;

const HELPER = `import type { Param } from 'voeventd';

export function brightest(params: readonly Param[]): Param | undefined {
  return params.toSorted((a, b) => (a.number ?? 99) - (b.number ?? 99))[0];
}
`;

test('a plugin is checked by tsc with what voeventd types writes, and nothing installed', async (context) => {
  const directory = await folder(context);
  writeFileSync(join(directory, 'slew.ts'), GOOD.replace('Param, ', ''));
  writeFileSync(join(directory, 'brightest.ts'), HELPER);
  assert.deepEqual(complaints(directory, '--skipLibCheck', 'false'), []);
});

const WRONG: Readonly<Record<string, readonly [plugin: string, told: RegExp]>> = {
  field: ['handle: (alert) => String(alert.rightAscension)', /'rightAscension' does not exist on type 'Alert'/],
  missing: ['handle: (alert) => alert.ra.toFixed(1)', /'alert\.ra' is possibly 'undefined'/],
  frozen: ['handle: (alert) => { alert.ra = 1; }', /'ra' because it is a read-only property/],
  word: ["handle: (alert) => alert.role === 'testing' ? 'a' : 'b'", /'Role' and '"testing"' have no overlap/],
  permission: ['permissions: { network: true }, handle: () => {}', /'network' does not exist in type/],
  schema: ['config: (z) => z.strictObject({ a: z.number().positiv() }), handle: () => {}', /'positiv' does not exist/],
  option: [
    'config: (z) => z.strictObject({ a: z.string() }), handle: (_, { config }) => config.a.toFixed(1)',
    /ZodObject<\{ a: ZodString; \}, \$strict>' is not assignable to type/,
  ],
  answer: ['handle: () => 3', /'number' is not assignable to type/],
  context: ['handle: (alert, context) => context.sleep(3)', /'sleep' does not exist on type 'Context/],
};

test('what is wrong in a plugin is an error at its place', async (context) => {
  const directory = await folder(context);
  for (const [name, [plugin]] of Object.entries(WRONG)) {
    const text = `import type { Plugin } from 'voeventd';\n\nexport default {\n  ${plugin},\n} satisfies Plugin<{ a: number }>;\n`;
    writeFileSync(join(directory, `${name}.ts`), text);
  }
  const script = (more: string) =>
    `// @ts-check\n/** @type {import('voeventd').Plugin} */\nexport default {\n  handle: (alert) => alert.${more},\n};\n`;
  writeFileSync(join(directory, 'script.mjs'), script('rightAscension'));
  writeFileSync(join(directory, 'good.mjs'), script('ivorn'));
  writeFileSync(join(directory, 'enum.ts'), 'enum Filter { G, R }\nexport default { handle: () => Filter.G };\n');
  const told = complaints(directory);
  for (const [name, [, pattern]] of Object.entries(WRONG)) {
    const lines = told.filter((line) => line.startsWith(`${name}.ts(4,`));
    assert.ok(
      lines.some((line) => pattern.test(line)),
      `${name}: ${lines.join('\n')}`,
    );
  }
  assert.deepEqual(
    told.filter((line) => /\.mjs/.test(line)).map((line) => line.split(':')[0]),
    ['script.mjs(4,28)'],
  );
  assert.ok(told.some((line) => /^enum\.ts\(1,6\): error TS1294/.test(line)));
});

/** The names that a text exports. */
const exportsOf = (text: string): string[] =>
  [...text.matchAll(/^ *export (?:interface|type) (\w+)/gm)].map(([, name = '']) => name);

test('the types are those of src/plugin/api.ts, each assignable to the other', async (context) => {
  const directory = await folder(context);
  const source = readFileSync(join(ROOT, 'src/plugin/api.ts'), 'utf8');
  const own = exportsOf(source);
  const handedOn = [...source.matchAll(/^export type \{([^}]*)\}/gm)].flatMap(
    ([, list = '']) => list.match(/\w+/g) ?? [],
  );
  assert.ok(own.length > 8 && handedOn.length > 15);
  const contract =
    readFileSync(join(directory, 'voeventd.d.ts'), 'utf8').split("declare module 'voeventd/zod'")[0] ?? '';
  for (const name of [...own, ...handedOn]) assert.ok(exportsOf(contract).includes(name), `${name} is not declared`);
  // Those with a schema of zod in them are of another zod by name.
  const names = [...own, ...handedOn].filter((name) => !['Plugin', 'Fields'].includes(name));
  const both = names.map(
    (name) =>
      `export const ${name} = (ours: Ours.${name}, theirs: Theirs.${name}): [Theirs.${name}, Ours.${name}] => [ours, theirs];`,
  );
  writeFileSync(
    join(directory, 'both.ts'),
    `import type * as Ours from '${ROOT}/src/plugin/api.ts';\nimport type * as Theirs from 'voeventd';\n${both.join('\n')}\n`,
  );
  const config = JSON.parse(readFileSync(join(ROOT, 'tsconfig.json'), 'utf8')) as { compilerOptions: object };
  const { paths: _, ...options } = config.compilerOptions as Record<string, unknown>;
  const compilerOptions = { ...options, typeRoots: [join(ROOT, 'node_modules/@types')], noUnusedLocals: false };
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['.'] }));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
  assert.deepEqual(complaints(directory), []);
});

test('every type and every field of the contract keeps its comment', async (context) => {
  const directory = await folder(context);
  const contract = readFileSync(join(directory, 'voeventd.d.ts'), 'utf8');
  assert.match(contract, /The life of a plugin, for each handler/);
  assert.match(contract, /\/\*\* Right ascension in degrees, 0 ≤ ra < 360\. \*\/\n {4}readonly ra\?: number;/);
  assert.match(contract, /\/\*\* 1 for the first attempt\. \*\/\n {4}readonly attempt: number;/);
  assert.match(contract, /MIT License/);
});

test('voeventd.d.ts says whose it is and is written anew, a tsconfig.json stays, and somebody else’s file is refused', async (context) => {
  const directory = await folder(context);
  const [declarations, config] = ['voeventd.d.ts', 'tsconfig.json'].map((name) => join(directory, name));
  assert.ok(declarations !== undefined && config !== undefined);
  assert.deepEqual(readdirSync(directory).sort(), ['tsconfig.json', 'voeventd.d.ts']);
  const text = readFileSync(declarations, 'utf8');
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  assert.match(
    text.split('\n')[0] ?? '',
    new RegExp(`^// Types of voeventd ${version.replaceAll('.', '\\.')} .*do not edit`),
  );
  writeFileSync(declarations, text.split('\n').slice(0, 3).join('\n'));
  writeFileSync(config, '{}');
  assert.deepEqual(await writeTypes(directory), [declarations]);
  assert.equal(readFileSync(declarations, 'utf8'), text);
  assert.equal(readFileSync(config, 'utf8'), '{}');
  writeFileSync(declarations, 'declare module "voeventd";\n');
  await assert.rejects(writeTypes(directory), {
    message: /^Cannot write \S+voeventd\.d\.ts: it is not of voeventd\. Move it/,
  });
  await assert.rejects(writeTypes(join(declarations, 'below')), { message: /^Cannot write into \S+below: / });
});
