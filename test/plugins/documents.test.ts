import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConfigDocument } from '../../src/config/document.ts';
import type { LaneSpec } from '../../src/dispatch/dispatcher.ts';
import { laneSpec } from '../../src/lane-spec.ts';
import type { Plugin } from '../../src/plugin/api.ts';
import { createFields } from '../../src/plugin/fields.ts';
import { prepare } from '../../src/prepare.ts';
import { settingsSchema } from '../../src/settings.ts';
import { SERVICES, sampleAlert } from '../support/plugin-context.ts';

const HOME = join(import.meta.dirname, '../../plugins');
const GUIDE = readFileSync(join(HOME, '../docs/plugins.md'), 'utf8');
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const HEADINGS = ['## What it does', '## Options', '## Outcomes', '## Example'];
const NAMES = readdirSync(HOME).filter((name) => name !== 'shared');

type Schema = {
  properties?: Record<string, Schema>;
  required?: string[];
  anyOf?: Schema[];
  description?: string;
  default?: unknown;
};

/** The rows of a table of options, as they follow from the plugin's own declaration. */
function optionRows(schema: Schema, prefix = ''): string[][] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, option]) => {
    // The parts of a secret have no words of their own: they are not options.
    if (option.description === undefined) return [];
    const whole = prefix + name;
    const absent = schema.required?.includes(name) ? 'required' : '';
    const written = option.default === undefined ? absent : `\`${JSON.stringify(option.default)}\``;
    const parts = [option, ...(option.anyOf ?? [])].flatMap((part) => optionRows(part, `${whole}.`));
    return [[`\`${whole}\``, written, option.description], ...parts];
  });
}

/** The cells of the table in a text, without the row of dashes. */
function tableRows(text: string): string[][] {
  const rows = text.split('\n').filter((line) => /^\|(?! ?-)/.test(line));
  return rows.map((row) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

const ATTEMPT = {
  ...{ alert: sampleAlert(), packet: Buffer.from('<voe:VOEvent/>'), attempt: 1, pretends: true, retracts: false },
  signal: new AbortController().signal,
};

/** What follows "would". */
const CLAUSE = /^(?:run|write|log|append to|POST|mail|publish|post to) ./;

/** How to run the handlers of an example that use the plugin, with what it names of the host in a folder of the test. */
async function preparedExample(test: TestContext, name: string): Promise<LaneSpec[]> {
  const directory = mkdtempSync(join(tmpdir(), 'voeventd-example-'));
  test.after(() => rmSync(directory, { recursive: true, force: true }));
  const example = readFileSync(join(HOME, name, 'example.yaml'), 'utf8');
  for (const [, secret = ''] of example.matchAll(/(?:\/run\/secrets|\/etc\/ssl)\/([\w.-]+)/g)) {
    // Also an address, as that of a web hook.
    writeFileSync(join(directory, secret), 'https://chat.example.org/secret');
  }
  const file = join(directory, 'voeventd.yaml');
  writeFileSync(file, example.replaceAll(/\/(?:run\/secrets|etc\/ssl|var\/lib|var\/log)(?=\/)/g, directory));
  const { prepared, problems } = await prepare(ConfigDocument.read(file), () => SILENT);
  assert.deepEqual(problems, []);
  assert.ok(prepared !== undefined);
  const handlers = prepared.handlers.filter(({ settings }) => settings.plugin === name);
  return handlers.flatMap((handler) => laneSpec(handler, prepared.settings, SILENT, SERVICES, true) ?? []);
}

async function load(name: string) {
  const plugin: Plugin<unknown> = (await import(join(HOME, name, 'index.ts'))).default;
  const schema = plugin.config?.(z, createFields(HOME)) ?? z.never();
  return { plugin, schema, json: z.toJSONSchema(schema, { io: 'input' }) as Schema };
}

it('there are plugins to document', () => {
  assert.deepEqual(NAMES.sort(), ['archive', 'exec', 'log', 'mail', 'mqtt', 'slack', 'webhook']);
});

for (const name of NAMES) {
  describe(`the documents of ${name}`, () => {
    const readme = readFileSync(join(HOME, name, 'README.md'), 'utf8');

    it('have the same headings as the others', () => {
      assert.deepEqual(readme.match(/^#+ .*$/gm), [`# ${name}`, ...HEADINGS]);
    });

    it('list each option with its default and its own words', async () => {
      const { json } = await load(name);
      const options = readme.split('## Options\n')[1]?.split('\n## ')[0] ?? '';
      assert.deepEqual(tableRows(options), [['option', 'default', 'meaning'], ...optionRows(json)]);
    });

    it('have an example that is a whole configuration with options that fit', async () => {
      const { schema } = await load(name);
      const settings = settingsSchema('/etc/voeventd').parse(
        parse(readFileSync(join(HOME, name, 'example.yaml'), 'utf8')),
      );
      const handlers = Object.values(settings.handlers).filter(({ plugin }) => plugin === name);
      assert.notEqual(handlers.length, 0);
      for (const handler of handlers) {
        const issues = schema.safeParse(handler.with ?? {}).error?.issues ?? [];
        // The secrets of the example exist on no host.
        const others = issues.filter(({ message }) => !message.startsWith('Cannot read the secret file /run/secrets/'));
        assert.deepEqual(others, []);
      }
    });

    it('have an example that runs: each handler says what it would do with an alert', async (test) => {
      const handlers = await preparedExample(test, name);
      assert.notEqual(handlers.length, 0);
      for (const spec of handlers) {
        const runner = await spec.createRunner();
        const outcome = await runner.run({ ...ATTEMPT, delivery: `1/${spec.settings.handler}` });
        await runner.close();
        assert.match(outcome.state === 'done' ? outcome.detail : `failed: ${outcome.reason}`, CLAUSE);
      }
    });

    it('include a sentence on what it does, which docs/plugins.md has too', async () => {
      const { plugin } = await load(name);
      assert.match(plugin.describe ?? '', /^[A-Z].*\.$/);
      const list = tableRows(GUIDE.split('## The built-in plugins')[1] ?? '');
      assert.deepEqual(list.find(([link]) => link?.startsWith(`[${name}]`))?.[1], plugin.describe);
    });
  });
}
