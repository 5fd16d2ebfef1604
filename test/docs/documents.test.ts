import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import test, { type TestContext } from 'node:test';
import { parse } from 'yaml';
import { ConfigDocument } from '../../src/config/document.ts';
import { formatProblem } from '../../src/config/problem.ts';
import { discard, prepare } from '../../src/prepare.ts';
import { METRICS } from '../../src/web/metrics.ts';
import { openApi } from '../../src/web/openapi.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function blocks(file: string, language: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '');
}

function folder(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-docs-'));
  context.after(() => rmSync(directory, { recursive: true, force: true }));
  mkdirSync(join(directory, 'plugins'));
  return directory;
}

/** The problems of a configuration in that folder. */
async function problemsOf(directory: string, text: string): Promise<string[]> {
  const file = join(directory, 'voeventd.yaml');
  writeFileSync(file, text);
  const { prepared, problems } = await prepare(ConfigDocument.read(file), () => SILENT);
  await discard(prepared?.handlers ?? []);
  return problems.map(formatProblem);
}

test('the configuration and the plugin of the README work together', async (context) => {
  const directory = folder(context);
  const [config, handlers] = blocks('README.md', 'yaml');
  const [plugin] = blocks('README.md', 'ts');
  assert.ok(config !== undefined && handlers !== undefined && plugin !== undefined);
  writeFileSync(join(directory, 'plugins', 'follow-up.ts'), plugin);
  assert.deepEqual(await problemsOf(directory, config), []);
  assert.deepEqual(await problemsOf(directory, config + handlers.replace('handlers:\n', '')), []);
});

test('the configuration of docs/broker.md is good', async (context) => {
  const [config] = blocks('docs/broker.md', 'yaml');
  assert.ok(config !== undefined);
  assert.deepEqual(await problemsOf(folder(context), config), []);
});

test('docs/monitoring.md: its configuration is good, and its alert rules are about metrics that there are', async (context) => {
  const directory = folder(context);
  const [config, , rules] = blocks('docs/monitoring.md', 'yaml');
  assert.ok(config !== undefined && rules !== undefined);
  writeFileSync(join(directory, 'token'), 'open-sesame');
  const basis = `identity: ivo://org.example/a\nsources: { a: { type: vtp, brokers: [localhost] } }\nhandlers: { l: { plugin: log } }\n`;
  assert.deepEqual(await problemsOf(directory, basis + config.replace('/run/secrets/web-token', './token')), []);
  const { groups } = parse(rules) as { groups: { rules: { alert: string; expr: string }[] }[] };
  const expressions = groups.flatMap(({ rules }) => rules.map(({ expr }) => expr));
  assert.ok(expressions.length > 10);
  for (const expression of expressions) {
    const names = expression.match(/\bvoeventd_\w+/g) ?? [];
    assert.ok(names.length > 0 || expression.startsWith('up{job="voeventd"}'), expression);
    for (const name of names) {
      const metric = METRICS.find(
        (one) => one.name === name.replace(/_bucket$/, '') && (one.type === 'histogram') === name.endsWith('_bucket'),
      );
      assert.ok(metric !== undefined, `${name} is no metric`);
      for (const [, label] of expression.matchAll(new RegExp(`${name}\\{(\\w+)`, 'g')))
        assert.ok(metric.labels.includes(label ?? ''), `${name} has no label ${label}`);
      if (/\b(?:rate|increase)\(/.test(expression))
        assert.ok(metric.type !== 'gauge' || name.endsWith('_alerts'), name);
    }
  }
});

test('every address of docs/monitoring.md is one that the daemon serves', () => {
  const text = readFileSync(join(ROOT, 'docs/monitoring.md'), 'utf8');
  const named = [...text.matchAll(/`(\/[a-z][\w/.]*)/g)].map(([, path = '']) => path.replace(/\/ID.*$/, '/{id}'));
  const served = [
    ...Object.keys(openApi().paths as object),
    '/healthz',
    '/readyz',
    '/metrics',
    '/feeds',
    '/alerts/{id}',
    '/api/openapi.json',
  ];
  assert.ok(named.length > 10);
  assert.deepEqual(
    named.filter((path) => !served.includes(path) && !path.startsWith('/etc/')),
    [],
  );
});

test('the plugin of docs/plugins.md that asks a scheduler takes its options', async (context) => {
  const directory = folder(context);
  const plugin = blocks('docs/plugins.md', 'ts').find((block) => block.includes('scheduler'));
  const handlers = blocks('docs/plugins.md', 'yaml').find((block) => block.includes('scheduler'));
  assert.ok(plugin !== undefined && handlers !== undefined);
  writeFileSync(join(directory, 'token'), 'open-sesame');
  writeFileSync(join(directory, 'plugins', 'scheduler.ts'), plugin);
  const config = `identity: ivo://org.example/a
sources: { a: { type: vtp, brokers: [localhost] } }
${handlers}`;
  assert.deepEqual(await problemsOf(directory, config), []);
  assert.equal((await problemsOf(directory, config.replace('90', '-1'))).length, 1);
  const [refusal = ''] = await problemsOf(directory, config.replace('https://scheduler', 'https://other'));
  assert.match(refusal, /allow: \{ net: \[scheduler\.example\.org, other\.example\.org\] \}/);
});

test('config.example.yaml is good as it is, and with every option taken out of its comment', async (context) => {
  const directory = folder(context);
  const example = readFileSync(join(ROOT, 'config.example.yaml'), 'utf8');
  assert.deepEqual(await problemsOf(directory, example), []);
  const uncommented = example.replaceAll(/^( *)# (\w+: .*?)(?: {3}# not set by default)?$/gm, '$1$2');
  assert.ok(uncommented.split('\n').length > 50 && uncommented !== example);
  const problems = await problemsOf(directory, uncommented);
  // Its handlers run built-in plugins, and two of the options are for others.
  const expected =
    /Cannot read .*\/(?:hmac-key|web-token|cert\.pem|key\.pem):|(?:allow|memory) is for your own plugins:/;
  assert.deepEqual(
    problems.filter((problem) => !expected.test(problem)),
    [],
  );
});

test('the commands of docs/alerts.md write packets that the program reads', (context) => {
  const directory = folder(context);
  const [commands] = blocks('docs/alerts.md', 'sh');
  assert.ok(commands !== undefined);
  const program = `voeventd() { "${process.execPath}" "${join(ROOT, 'src/main.ts')}" "$@"; }\n`;
  const script = `${program}set -e\n${commands}\nvoeventd compose --retract packet.xml --stream org.example/survey --role observation > 2.xml\nvoeventd parse --validate packet.xml 2.xml\n`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], { cwd: directory, encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const alerts = stdout.split('\n').filter((line) => line.startsWith('{'));
  const [first, second] = alerts.map((line) => JSON.parse(line) as { kind: string; thread: string; ra: number });
  assert.deepEqual([first?.ra, second?.kind, second?.thread === first?.thread], [83.6331, 'retraction', true]);
});

test('the commands of the README are those of the program', () => {
  const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
  const documented = [...text.matchAll(/^\| `voeventd (\w+)/gm)].map((match) => match[1]);
  const program = readFileSync(join(ROOT, 'src/cli/program.ts'), 'utf8');
  const real = [...program.matchAll(/\.command\('(\w+)'\)/g)].map((match) => match[1]);
  assert.ok(real.length > 5);
  assert.deepEqual(documented.toSorted(), real.toSorted());
});

test('every link between the documents leads somewhere', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'plugins/*/*.md'], { cwd: ROOT });
  assert.ok(documents.length > 10);
  const broken: string[] = [];
  for (const document of documents) {
    const text = readFileSync(join(ROOT, document), 'utf8');
    for (const [, target = ''] of text.matchAll(/\]\((?!https?:)([^)#]+)/g)) {
      if (!existsSync(join(ROOT, dirname(document), target))) broken.push(`${document} → ${target}`);
    }
  }
  assert.deepEqual(broken, []);
});

test('the built-in plugins also run as a user’s own, by the same contract', async (context) => {
  const directory = folder(context);
  // Their only import from outside is the contract, and that is a type.
  for (const name of ['archive', 'shared']) {
    cpSync(join(ROOT, 'plugins', name), join(directory, 'plugins', 'parts', name), { recursive: true });
  }
  writeFileSync(join(directory, 'plugins', 'my-archive.ts'), `export { default } from './parts/archive/index.ts';\n`);
  const config = `identity: ivo://org.example/a
sources: { a: { type: vtp, brokers: [localhost] } }
handlers: { keep: { plugin: my-archive, with: { directory: ./archive } } }
`;
  assert.deepEqual(await problemsOf(directory, config), []);
});
