import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { Plugin } from '../../src/plugin/api.ts';
import { configurePlugin, importPlugin, PluginLoadError } from '../../src/plugin/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'load-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

async function refusal(name: string, content: string): Promise<string> {
  const file = put(name, content);
  try {
    await importPlugin(file);
  } catch (error) {
    assert.ok(error instanceof PluginLoadError, `threw something else: ${error}`);
    return error.message;
  }
  throw new Error(`${file} was accepted.`);
}

describe('a plugin is loaded', () => {
  const esm = 'export default { attempts: 7, handle() {} };';
  const typed = `import type { Plugin } from 'voeventd';\nexport default { attempts: 7, async handle(alert) { return alert.ivorn as string; } } satisfies Plugin;`;
  for (const [name, content] of [
    ['esm.js', esm],
    ['esm.mjs', esm],
    ['typed.ts', typed],
    ['typed.mts', typed],
    ['folder/index.ts', typed],
    ['common.cjs', 'module.exports = { attempts: 7, handle() {} };'],
    ['common.js', 'module.exports = { attempts: 7, handle() {} };'],
    [
      'compiled.cjs',
      'Object.defineProperty(exports, "__esModule", { value: true }); exports.default = { attempts: 7, handle() {} };',
    ],
    [
      'typed.cts',
      "import type { Plugin } from 'voeventd';\nconst plugin: Plugin = { attempts: 7, handle() {} };\nmodule.exports = plugin;",
    ],
    ['instance.mjs', 'class Slew { attempts = 7; handle() {} }\nexport default new Slew();'],
  ] as const) {
    it(`from ${name}`, async () => {
      const plugin = await importPlugin(put(name, content));
      assert.equal(plugin.attempts, 7);
      assert.equal(typeof plugin.handle, 'function');
    });
  }

  it('with what it imports from beside it', async () => {
    put('pair/helper.ts', 'export const attempts: number = 7;');
    const file = put(
      'pair/index.ts',
      "import { attempts } from './helper.ts';\nexport default { attempts, handle() {} };",
    );
    assert.equal((await importPlugin(file)).attempts, 7);
  });
});

describe('a file that is no plugin is refused, with a sentence that says what to write', () => {
  it('without a default export', async () => {
    assert.equal(
      await refusal('named.mjs', 'export const plugin = { handle() {} };'),
      `${folder}/named.mjs has no default export. Write \`export default { async handle(alert, context) { … } }\`.`,
    );
  });

  it('with a default export that has no handle', async () => {
    for (const [index, exported] of ['{ handel() {} }', '{ handle: 5 }', '5', 'null', '() => {}', '[]'].entries()) {
      const name = `handleless-${index}.mjs`;
      assert.equal(
        await refusal(name, `export default ${exported};`),
        `The default export of ${folder}/${name} is no plugin: it has no handle function. Write \`export default { async handle(alert, context) { … } }\`.`,
      );
    }
  });

  it('with counts that are none', async () => {
    for (const [index, count] of ['0', '-1', '1.5', "'3'", 'null', 'Infinity'].entries()) {
      const name = `countless-${index}.mjs`;
      const written = await refusal(name, `export default { handle() {}, concurrency: ${count} };`);
      assert.equal(
        written,
        `${folder}/${name} gives concurrency as ${count}. Write a whole number from 1, or leave it out.`,
      );
    }
  });

  it('with a part that is misspelt', async () => {
    const written = await refusal('slip.mjs', 'export default { handle() {}, pretned() {}, helper: 1 };');
    assert.match(written, /has pretned, which means nothing to voeventd \(did you mean pretend\?\)\.$/);
  });

  it('that wants more of voeventd than its types', async () => {
    const written = await refusal('types.mjs', "import { Plugin } from 'voeventd';\nexport default { handle() {} };");
    assert.match(written, /write import type \{ … \} from 'voeventd'/);
  });

  it('that is empty', async () => {
    assert.match(await refusal('empty.mjs', ''), /has no default export/);
    assert.match(await refusal('empty.cjs', ''), /has no handle function/);
  });

  it('with TypeScript that cannot be run by removing its types', async () => {
    const plugin = 'export default { handle() {} };\n';
    const erased = (name: string, source: string) => refusal(name, `${plugin}\n${source}\n`);
    for (const [name, source, sentence] of [
      ['enum', 'enum Filter { G, R }', '"enum" is not erasable TypeScript: use a const object with `as const` instead'],
      [
        'parameter',
        'class A { constructor(readonly a: string) {} }',
        'a parameter property is not erasable TypeScript: declare the field, and assign it in the constructor',
      ],
      [
        'namespace',
        'namespace A { export const b = 1; }',
        '"namespace" is not erasable TypeScript: use a file of its own, or a const object, instead',
      ],
      ['module', 'module A { export const b = 1; }', '"namespace" is not erasable TypeScript: use a file of its own,'],
      ['require', 'import fs = require("node:fs");', '"import … = …" is not erasable TypeScript: use `import … from`'],
      ['angle', 'const a = <number>5;', 'a type in angle brackets before a value is not erasable TypeScript: write'],
      ['decorator', '@sealed class A {}', 'a decorator is not erasable TypeScript: call the function yourself instead'],
      ['method', 'class A { @bound b() {} }', 'a decorator is not erasable TypeScript: call the function yourself'],
      ['tsx', "import './jsx.tsx';", 'Unknown file extension ".tsx"'],
    ] as const) {
      if (name === 'tsx') put('jsx.tsx', '<p/>;');
      const message = await erased(`${name}.ts`, source);
      const at = name === 'tsx' ? '' : `${name}.ts:3: `;
      assert.ok(message.startsWith(`Cannot load ${folder}/${name}.ts: ${at}${sentence}`), message);
    }
    put('helper-enum.ts', 'export enum A { B }');
    assert.match(
      await erased('imports-enum.ts', "import './helper-enum.ts';"),
      /imports-enum\.ts: helper-enum\.ts:1: "enum" is not/,
    );
  });

  it('that imports a type as if it were a value', async () => {
    put('types.ts', 'export interface Options { a: number }');
    assert.equal(
      await refusal('importer.ts', "import { Options } from './types.ts';\nexport default { handle(_: Options) {} };"),
      `Cannot load ${folder}/importer.ts: importer.ts:1: ./types.ts exports no value Options: if it is a type, write \`import type { Options }\`.`,
    );
  });

  it('that imports TypeScript from a package', async () => {
    put('node_modules/typed/package.json', '{ "type": "module", "main": "index.ts" }');
    put('node_modules/typed/index.ts', 'export const a: number = 1;');
    assert.equal(
      await refusal('uses-typed.ts', "import { a } from 'typed';\nexport default { handle: () => String(a) };"),
      `Cannot load ${folder}/uses-typed.ts: node_modules/typed/index.ts is TypeScript in node_modules, which is not run: use a package that is compiled to JavaScript, or keep the file beside the plugin.`,
    );
  });

  it('that imports a file which does not exist', async () => {
    const message = await refusal(
      'lonely.ts',
      "import { a } from './helpr.ts';\nexport default { handle() { return a; } };",
    );
    assert.match(
      message,
      /^Cannot load \S+lonely\.ts: .*helpr\.ts.*\. Give relative imports their extension \(\.\/helper\.ts\), and install npm packages beside the plugin\.$/,
    );
  });

  it('that imports a package which is not installed', async () => {
    const message = await refusal('package.mjs', "import x from 'no-such-package';\nexport default { handle: x };");
    assert.match(message, /no-such-package.*install npm packages beside the plugin\.$/);
  });

  it('that throws while it is loaded, with the line', async () => {
    assert.equal(
      await refusal(
        'throws.ts',
        "\nconst settings = undefined as never as { a: string };\n\nthrow new Error('no calibration');\nexport default { handle() { return settings.a; } };",
      ),
      `Cannot load ${folder}/throws.ts: no calibration (${folder}/throws.ts:4:7).`,
    );
  });

  it('that throws in a file it imports, with the line of that file', async () => {
    put('deep/helper.mjs', "export function load() {\n  throw new TypeError('no flats');\n}\n");
    const message = await refusal(
      'deep/index.mjs',
      "import { load } from './helper.mjs';\nexport default { handle: load() };",
    );
    assert.equal(message, `Cannot load ${folder}/deep/index.mjs: no flats (${folder}/deep/helper.mjs:2:9).`);
  });

  it('that throws what is no error', async () => {
    assert.equal(await refusal('string.mjs', "throw 'no';"), `Cannot load ${folder}/string.mjs: no.`);
  });

  it('that has a fault of syntax, with the line', async () => {
    for (const name of ['syntax.ts', 'syntax.mjs', 'syntax.cjs']) {
      const message = await refusal(name, 'const fine = 1;\nconst broken = ;\n');
      assert.match(message, new RegExp(`^Cannot load ${folder}/${name}: .*\\(${folder}/${name}:2(:\\d+)?\\)\\.$`));
    }
  });

  it('that imports a name which the other file does not have', async () => {
    put('names.mjs', 'export const flat = 1;');
    const message = await refusal(
      'wrong-name.mjs',
      "import { flt } from './names.mjs';\nexport default { handle: flt };",
    );
    assert.match(message, /^Cannot load \S+: .*does not provide an export named 'flt'.*\.$/);
  });
});

describe("a handler's options", () => {
  const plugin: Plugin<unknown> = {
    config: (z, fields) =>
      z.strictObject({ exposure: z.number().describe('Seconds.'), flats: fields.path().optional() }),
    handle: () => {},
  };

  it('come out as the schema makes them', async () => {
    assert.deepEqual(await configurePlugin(plugin, { exposure: 90, flats: 'flats' }, '/srv'), {
      ok: true,
      config: { exposure: 90, flats: '/srv/flats' },
    });
  });

  it('are refused with the place and a sentence for each', async () => {
    assert.deepEqual(await configurePlugin(plugin, { flats: 5, exposrue: 1 }, '/srv'), {
      ok: false,
      problems: [
        { path: ['exposure'], message: 'It is missing. Write a number (seconds).' },
        { path: ['flats'], message: 'Expected text, got 5. Put it in quotes.' },
        { path: [], key: 'exposrue', message: 'There is no option exposrue (did you mean exposure?).' },
      ],
    });
  });

  it('are taken as they are when the plugin has no schema, and may be left out', async () => {
    const any: Plugin<unknown> = { handle: () => {} };
    assert.deepEqual(await configurePlugin(any, { x: 1 }, '/'), { ok: true, config: { x: 1 } });
    assert.deepEqual(await configurePlugin(any, undefined, '/'), { ok: true, config: {} });
    assert.deepEqual(
      await configurePlugin({ ...any, config: (z) => z.object({ a: z.number().default(1) }) }, null, '/'),
      {
        ok: true,
        config: { a: 1 },
      },
    );
  });

  it('cannot be checked by a config function that returns no schema', async () => {
    const wrong = { config: () => ({ exposure: 'number' }), handle: () => {} } as unknown as Plugin<unknown>;
    await assert.rejects(configurePlugin(wrong, {}, '/'), /Its config function must return a schema made with z/);
  });
});
