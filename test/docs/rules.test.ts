import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { createDecoder } from '../../src/alert/decode.ts';
import { ConfigDocument } from '../../src/config/document.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { discard, prepare } from '../../src/prepare.ts';
import { selectionOf } from '../../src/selection.ts';
import { runTest } from '../../src/trial/run-test.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const EXAMPLES = join(ROOT, 'docs/examples');
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

const decoder = await createDecoder();
const files = readdirSync(EXAMPLES).filter((name) => /\.yaml$/.test(name) && !/\.test\.yaml$/.test(name));

/** What `voeventd test` would complain of, and how many tests there were. */
async function complaints(document: ConfigDocument): Promise<{ count: number; found: string[] }> {
  const { prepared, problems } = await prepare(document, () => SILENT);
  await discard(prepared?.handlers ?? []);
  const found = problems.map(formatProblem);
  if (prepared === undefined) return { count: 0, found };
  const selections = prepared.handlers.map((handler) => selectionOf(handler, prepared.settings));
  for (const one of prepared.tests) {
    const { problem, failures } = await runTest(one, selections, decoder, 'campus');
    if (problem !== undefined) found.push(`${one.name}: ${problem}`);
    for (const { handler, expected, got } of failures) found.push(`${one.name}: ${handler}: ${expected}, got ${got}`);
  }
  return { count: prepared.tests.length, found };
}

test('there are whole examples, and docs/rules.md leads to each', () => {
  const guide = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8');
  assert.ok(files.length >= 6);
  for (const name of files) assert.ok(guide.includes(`](examples/${name})`), name);
});

for (const name of files) {
  test(`docs/examples/${name} is good, and its tests hold`, async () => {
    const { count, found } = await complaints(ConfigDocument.read(join(EXAMPLES, name)));
    assert.deepEqual(found, []);
    assert.ok(count >= 4, 'hardly any test');
  });
}

test('the tests of config.example.yaml hold', async () => {
  const { count, found } = await complaints(ConfigDocument.read(join(ROOT, 'config.example.yaml')));
  assert.deepEqual(found, []);
  assert.ok(count > 0);
});

test('every piece of configuration in docs/rules.md is good, and its tests hold', async (context) => {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-rules-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  const guide = readFileSync(join(ROOT, 'docs/rules.md'), 'utf8');
  const pieces = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, piece = '']) => piece);
  assert.ok(pieces.length >= 5);
  for (const piece of pieces) {
    const file = join(directory, 'voeventd.yaml');
    writeFileSync(file, `identity: ivo://org.example/a\nsources: { a: { type: vtp, brokers: [localhost] } }\n${piece}`);
    assert.deepEqual((await complaints(ConfigDocument.read(file))).found, [], piece);
  }
});
