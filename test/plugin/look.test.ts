import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { lookAtPlugin, type PluginLook } from '../../src/plugin/look.ts';
import { fullPermissions } from '../../src/plugin/permissions.ts';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What is seen of a plugin with this text. */
async function look(context: TestContext, text: string, options: unknown = {}): Promise<PluginLook> {
  const baseDirectory = mkdtempSync(join(tmpdir(), 'voeventd-look-'));
  context.after(() => rmSync(baseDirectory, { recursive: true, force: true }));
  const file = join(baseDirectory, 'one.mjs');
  writeFileSync(file, text);
  return await lookAtPlugin({ name: 'one', file, options, baseDirectory }, fullPermissions({}, baseDirectory), SILENT);
}

test('a plugin says what it is without being set up or given an alert', async (context) => {
  const text = `export default {
  describe: 'Reads.',
  permissions: { read: ['./flats'] },
  setup() { process.exit(3); },
  handle() {},
};`;
  assert.deepEqual(await look(context, text), {
    ...{ type: 'described', describe: 'Reads.', permissions: { read: ['./flats'] }, problems: [] },
  });
});

test('permissions that depend on options are told where the options fit', async (context) => {
  const text = `export default {
  config: (z) => z.strictObject({ host: z.string() }),
  permissions: ({ host }) => ({ net: [host] }),
  handle() {},
};`;
  const told = { type: 'described', describe: undefined };
  assert.deepEqual(await look(context, text, { host: 'a.example' }), {
    ...{ ...told, permissions: { net: ['a.example'] }, problems: [] },
  });
  const { problems, ...rest } = (await look(context, text)) as Extract<PluginLook, { type: 'described' }>;
  assert.deepEqual(rest, { ...told, permissions: undefined });
  assert.deepEqual(
    problems.map(({ path, key }) => key ?? path.join('.')),
    ['host'],
  );
});

test('a plugin that cannot be loaded, or ends its process, is broken', async (context) => {
  const reasons: Readonly<Record<string, RegExp>> = {
    'export default {};': /no handle function/,
    'process.exit(3);': /its process exited with code 3/,
    "import { readFileSync } from 'node:fs'; readFileSync('/etc/passwd');": /it may not read \/etc\/passwd/,
  };
  for (const [text, reason] of Object.entries(reasons)) {
    const seen = await look(context, text);
    assert.match(seen.type === 'broken' ? seen.reason : seen.type, reason);
  }
});
