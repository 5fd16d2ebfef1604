import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import test, { type TestContext } from 'node:test';
import { writeTypes } from '../../src/cli/types.ts';
import { EXECUTABLE, sandbox } from '../support/executable.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const GUIDE = readFileSync(join(ROOT, 'docs/plugins.md'), 'utf8');
/** Where the reader works, as the guide has it. */
const HOME = '/home/observer';
const PORT = '8099';

/** A block of the tutorial: a file to write, commands to give, or what they print. */
interface Step {
  readonly kind: 'file' | 'commands' | 'printed';
  readonly file: string;
  readonly text: string;
}

/** What comes below a file's name, at the end of a sentence with a colon, is that file. */
function stepsOf(section: string): Step[] {
  return [...section.matchAll(/([^\n]*)\n+```(\w+)\n([\s\S]*?)```/g)].map(([, above = '', language, text = '']) => {
    if (language === 'text') return { kind: 'printed', file: '', text };
    const file = /`([\w./-]+)`:$/.exec(above)?.[1];
    return file === undefined ? { kind: 'commands', file: '', text } : { kind: 'file', file, text };
  });
}

/** Without what is otherwise each time. */
function settled(text: string, directory: string): string {
  return text
    .replaceAll(directory, HOME)
    .replace(/\b\d+ ms\b/g, 'N ms')
    .replace(/\([\d.]+ms\)|(?<=duration_ms )[\d.]+/g, 'N')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .trim();
}

/** A log's messages, without time and delivery. */
function messagesOf(printed: string): string[] {
  const lines = printed.trim().split('\n');
  return lines.map((line) => line.replace(/^\[[\d:.]+\] \w+: /, '').replace(/ \[\d+\/\w+\]$/, ''));
}

test('the tutorial of docs/plugins.md: every command prints what it says, and the observation is made', async (context) => {
  const { directory, write, start } = sandbox(context);
  const [, section = ''] = /\n## From an empty folder[^\n]*\n([\s\S]*?)\n## /.exec(GUIDE) ?? [];
  const steps = stepsOf(section);
  assert.ok(steps.filter(({ kind }) => kind === 'printed').length >= 8);
  const path = [dirname(EXECUTABLE), process.env.PATH].join(':');
  for (const [index, { kind, file, text }] of steps.entries()) {
    const next = steps[index + 1];
    const expected = next?.kind === 'printed' ? next.text : '';
    if (kind === 'file') {
      mkdirSync(dirname(join(directory, file)), { recursive: true });
      write(file, text);
    } else if (kind === 'commands' && text.includes('voeventd run')) {
      const [simulation = '', run] = text.trim().split('\n');
      assert.equal(run, 'voeventd run');
      const words = simulation
        .replace(/^voeventd /, '')
        .replace(/ &$/, '')
        .replace(PORT, '0')
        .split(' ');
      const broker = start(...words);
      await broker.until('its port', () => broker.output.length > 0);
      const port = /127\.0\.0\.1:(\d+)/.exec(broker.output[0] ?? '')?.[1] ?? '';
      const config = join(directory, 'voeventd.yaml');
      writeFileSync(config, readFileSync(config, 'utf8').replace(PORT, port));
      const daemon = start('run');
      await daemon.logged(/^take done/);
      const told = daemon.log.map(({ msg }) => msg);
      assert.deepEqual(
        messagesOf(expected).filter((message) => !told.includes(message)),
        [],
      );
      await daemon.stop();
    } else if (kind === 'commands') {
      const { stdout } = spawnSync('sh', ['-c', `exec 2>&1\n${text}`], {
        ...{ cwd: directory, encoding: 'utf8', env: { PATH: path, HOME: '/nonexistent', LANG: 'C.UTF-8' } },
      });
      assert.equal(settled(stdout, directory), settled(expected, directory), text);
    }
  }
});

/** A block that is a part of a plugin, as a plugin. */
function whole(block: string): string {
  if (!block.startsWith('  ')) return block;
  return `import type { Plugin } from 'voeventd';\nexport default {\n  handle() {},\n${block}} satisfies Plugin<{ exposure: number }>;\n`;
}

function folder(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-blocks-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

test('every piece of TypeScript in the documents is right by what voeventd types writes', async (context) => {
  const directory = folder(context);
  await writeTypes(directory);
  const texts = [GUIDE, readFileSync(join(ROOT, 'README.md'), 'utf8')];
  const blocks = texts.flatMap((text) => [...text.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, block = '']) => block));
  assert.ok(blocks.length >= 5);
  for (const [index, block] of blocks.entries()) writeFileSync(join(directory, `block-${index}.ts`), whole(block));
  const observe = blocks.find((block) => block.includes('exposed')) ?? '';
  writeFileSync(join(directory, 'observe.ts'), observe);
  const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', directory], { encoding: 'utf8' });
  assert.equal(stdout, '');
});
