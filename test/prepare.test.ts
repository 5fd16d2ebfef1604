import assert from 'node:assert/strict';
import { globSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { ConfigDocument } from '../src/config/document.ts';
import { formatProblem } from '../src/config/problem.ts';
import { discard, type Preparation, prepare } from '../src/prepare.ts';
import { recordedLog } from './dispatch/scripted.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');
const WRONG = join(FIXTURES, 'configs/wrong');
const RIGHT = join(FIXTURES, 'configs/right');

delete process.env.VOEVENTD_TEST_NOT_SET;

async function prepared(document: ConfigDocument): Promise<Preparation> {
  const preparation = await prepare(document, () => recordedLog());
  await discard(preparation.prepared?.handlers ?? []);
  return preparation;
}

/** The problems as `voeventd check` prints them. */
async function problems(document: ConfigDocument): Promise<string[]> {
  return (await prepared(document)).problems.map(formatProblem);
}

const inFolder = (yaml: string) => new ConfigDocument(join(RIGHT, 'test.yaml'), yaml);

/**
 * What the comments at a file's head say that `check` must print: `# expect: LINE:COLUMN: sentence`, and below it,
 * behind a #, the excerpt.
 */
function expectation(file: string): string[] {
  const head = /^(?:#.*\n)*/.exec(readFileSync(file, 'utf8'))?.[0] ?? '';
  return head
    .split(/^# expect: /m)
    .slice(1)
    .map((text) =>
      text
        .trimEnd()
        .replace(/^#/gm, '')
        .replaceAll('{folder}', WRONG)
        .replaceAll('{plugins}', join(FIXTURES, 'plugins')),
    )
    .map((text) => `${file}:${text}`);
}

describe('a configuration with a mistake', () => {
  const files = readdirSync(WRONG).filter((name) => name.endsWith('.yaml'));

  it('is told from a good one by more than eighty examples', () => {
    assert.ok(files.length > 80);
  });

  for (const name of files) {
    it(name.replace('.yaml', '').replaceAll('-', ' '), async () => {
      const file = join(WRONG, name);
      const expected = expectation(file);
      assert.ok(expected.length > 0, 'The file does not say what to expect.');
      const printed = (await problems(ConfigDocument.read(file))).map((text) => text.replace(/ +$/gm, ''));
      assert.deepEqual(printed, expected);
    });
  }

  it('or many tells them all, in the order of the file', async () => {
    const { problems: found } = await prepared(ConfigDocument.read(join(WRONG, 'many.yaml')));
    assert.ok(found.length >= 12);
    const lines = found.map(({ line }) => line);
    assert.deepEqual(
      lines,
      [...lines].sort((a, b) => a - b),
    );
  });

  it('never speaks the language of a library', () => {
    const said = files.flatMap((name) => expectation(join(WRONG, name)));
    for (const sentence of said) {
      assert.match(sentence, /^\S+:\d+:\d+: .*[.)]$/m);
      assert.doesNotMatch(
        sentence,
        /Invalid input|expected (?:string|array|object)|received|overload|Unexpected token|discriminator/,
      );
    }
  });
});

describe('a configuration without a mistake', () => {
  const files = readdirSync(RIGHT).filter((name) => /\.(yaml|json)$/.test(name));

  it('is accepted', async () => {
    assert.ok(files.length >= 4);
    for (const name of files) assert.deepEqual(await problems(ConfigDocument.read(join(RIGHT, name))), [], name);
  });

  it('has every example of a built-in plugin', async () => {
    const plugins = join(import.meta.dirname, '../plugins');
    const examples = globSync('*/example.yaml', { cwd: plugins }).map((name) => join(plugins, name));
    assert.ok(examples.length >= 4);
    for (const file of examples) {
      const found = await problems(ConfigDocument.read(file));
      // The files that an example names do not exist here.
      assert.deepEqual(
        found.filter((problem) => !/Cannot read .* no such file/.test(problem)),
        [],
      );
    }
  });

  it('is prepared: rules compiled, options read, attempts from the file or the plugin, defaults filled in', async () => {
    const { prepared: ready } = await prepared(ConfigDocument.read(join(RIGHT, 'as-the-readme.yaml')));
    assert.ok(ready);
    const [keep, slew, chat, mine] = ready.handlers;
    assert.deepEqual(
      ready.handlers.map(({ name, plugin }) => `${name} ${plugin.kind}`),
      ['keep built-in', 'slew built-in', 'chat built-in', 'mine isolated'],
    );
    assert.equal(slew?.rule?.source, 'alert.role == "observation" && alert.errorRadius < 1.0');
    assert.equal(keep?.rule, undefined);
    assert.deepEqual(keep?.settings.roles, ['observation', 'prediction', 'utility', 'test']);
    assert.deepEqual(slew?.settings.roles, ['observation']);
    assert.equal(slew?.settings.retry.attempts, 3);
    assert.equal(slew?.settings.timeout, 30_000);
    assert.equal(slew?.settings.maxAge, 600_000);
    assert.equal(chat?.settings.retry.attempts, undefined);
    assert.ok((chat?.defaults.attempts ?? 0) > 1);
    assert.equal(mine?.defaults.attempts, undefined);
    assert.deepEqual([keep?.settings.concurrency, keep?.defaults.concurrency], [undefined, 8]);
    assert.equal(ready.settings.plugins, join(RIGHT, 'plugins'));
    assert.equal(ready.settings.shutdown, 10_000);
    const { campus } = ready.settings.sources;
    assert.equal(campus?.type === 'vtp' && campus.silence, 150_000);
  });

  it('keeps relative paths relative to its file', async () => {
    const { prepared: ready } = await prepared(ConfigDocument.read(join(RIGHT, 'least.yaml')));
    assert.equal(ready?.settings.journal.path, join(RIGHT, 'journal.db'));
  });
});

const BASE = 'identity: ivo://org.example/t\nplugins: ../../plugins\nsources: { s: { type: vtp, brokers: [b] } }\n';

describe("a user's plugin that cannot be loaded", () => {
  it('is a problem, and the other handlers can be run all the same', async () => {
    const document = inFolder(`${BASE}handlers:\n  bad: { plugin: unfinished }\n  good: { plugin: log }\n`);
    const { prepared: ready, problems: found } = await prepared(document);
    assert.equal(found.length, 1);
    assert.deepEqual(
      ready?.handlers.map(({ name, plugin }) => `${name} ${plugin.kind}`),
      ['bad broken', 'good built-in'],
    );
  });

  it('is reported beside what else is wrong, and then nothing can be run', async () => {
    const document = inFolder(
      `${BASE}handlers:\n  bad: { plugin: unfinished }\n  good: { plugin: log, when: alert.raa < 1.0 }\n`,
    );
    const { prepared: ready, problems: found } = await prepared(document);
    assert.equal(ready, undefined);
    assert.deepEqual(
      found.map(({ line }) => line),
      [5, 6],
    );
  });
});

describe('rules and options of handlers', () => {
  it('are checked though the rest of the file is at fault', async () => {
    const document = inFolder('plugins: ../../plugins\nhandlers:\n  a: { plugin: follow-up, when: alert.raa < 1.0 }\n');
    const messages = (await prepared(document)).problems.map(({ message }) => message);
    assert.deepEqual(
      messages.map((message) => message.slice(0, 40)),
      [
        'identity: It is missing. Write text (who ',
        'sources: It is missing. Write a map of n',
        'handlers.a.with.exposure: It is missing. ',
        'handlers.a.when: An alert has no field ra',
      ].map((message) => message.slice(0, 40)),
    );
  });

  it('for retractions are those of with and their own, held against the plugin', async () => {
    const text = (options: string, retraction: string, plugin = 'exec') =>
      `${BASE}handlers:\n  a:\n    plugin: ${plugin}\n    with: ${options}\n    onRetraction: cancel\n    retraction: ${retraction}\n`;
    const { prepared: ready } = await prepared(
      inFolder(text('{ command: [slew], killAfter: 3s }', '{ command: [park] }')),
    );
    const { plugin, retraction } = ready?.handlers[0] ?? {};
    const [usual, undoing] = [plugin, retraction].map((one) =>
      one?.kind === 'built-in' ? (one.config as { command: { text: string }[]; killAfter: number }) : undefined,
    );
    assert.deepEqual([usual?.command[0]?.text, usual?.killAfter], ['slew', 3_000]);
    assert.deepEqual([undoing?.command[0]?.text, undoing?.killAfter], ['park', 3_000]);
    const told = async (yaml: string) =>
      (await prepared(inFolder(yaml))).problems.map(({ line, message }) => `${line} ${message}`);
    assert.deepEqual(await told(text('{ command: [slew] }', '{ comand: [park] }')), [
      '9 handlers.a.retraction: There is no option comand (did you mean command?).',
    ]);
    // What is wrong with the options of with is told once.
    const both = await told(text('{ command: [slew], killAfter: 9 }', '{ command: [] }'));
    assert.equal(both.length, 2);
    assert.match(both[0] ?? '', /^7 handlers\.a\.with\.killAfter/);
    assert.match(both[1] ?? '', /^9 handlers\.a\.retraction\.command/);
    assert.deepEqual(await told(text('{ exposure: 30 }', '{ exposure: no }', 'follow-up')), [
      '9 handlers.a.retraction.exposure: Expected a number, got "no".',
    ]);
    const isolated = await prepared(inFolder(text('{ exposure: 30 }', '{ exposure: 1 }', 'follow-up')));
    assert.equal(isolated.prepared?.handlers[0]?.retraction?.kind, 'isolated');
  });

  it('are never printed when they are secrets', async () => {
    process.env.VOEVENTD_TEST_SECRET = 'tr0ub4dor';
    try {
      const text = `${BASE}handlers:\n  chat:\n    plugin: webhook\n    with: { url: { env: VOEVENTD_TEST_SECRET } }\n`;
      const found = await problems(inFolder(text));
      assert.equal(found.length, 1);
      assert.doesNotMatch(found.join(), /tr0ub4dor/);
    } finally {
      delete process.env.VOEVENTD_TEST_SECRET;
    }
  });
});
