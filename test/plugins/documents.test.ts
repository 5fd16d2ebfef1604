import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Plugin } from '../../src/plugin/api.ts';
import { createFields } from '../../src/plugin/fields.ts';
import { settingsSchema } from '../../src/settings.ts';

const HOME = join(import.meta.dirname, '../../plugins');
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

    it('include a sentence on what it does', async () => {
      const { plugin } = await load(name);
      assert.match(plugin.describe ?? '', /^[A-Z].*\.$/);
    });
  });
}
