import { z } from 'zod';
import { BUILT_INS } from './built-ins.ts';
import { optionsSchema } from './plugin/load.ts';
import { settingsSchema } from './settings.ts';

type JsonSchema = Record<string, unknown>;

/** The JSON Schema (2020-12) of the configuration file, built-in plugins' options included. */
export function configJsonSchema(): JsonSchema {
  const root = toJsonSchema(settingsSchema('.'));
  const handler = (root.properties as Record<string, JsonSchema>).handlers?.additionalProperties as JsonSchema;
  handler.allOf = Object.entries(BUILT_INS).map(([name, plugin]) => {
    const options = optionsSchema(plugin, '.');
    return {
      if: { properties: { plugin: { const: name } }, required: ['plugin'] },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own keyword
      then: { properties: { with: options === undefined ? {} : toJsonSchema(options) } },
    };
  });
  return { ...root, title: 'voeventd configuration' };
}

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema;
  return json;
}
