import { z } from 'zod';
import { BUILT_INS } from './built-ins.ts';
import type { JsonSchema } from './config/json-schema.ts';
import { optionsSchema } from './plugin/load.ts';
import { settingsSchema } from './settings.ts';

/** The JSON Schema of the options of a built-in plugin; undefined when there is no such plugin or it takes any. */
export function pluginJsonSchema(name: string): JsonSchema | undefined {
  const plugin = BUILT_INS[name];
  const options = plugin === undefined ? undefined : optionsSchema(plugin, '.');
  return options === undefined ? undefined : toJsonSchema(options);
}

/** The JSON Schema (2020-12) of the configuration file, the options of built-in plugins included. */
export function configJsonSchema(): JsonSchema {
  const { properties, ...root } = toJsonSchema(settingsSchema('.'));
  const { handlers, ...others } = properties ?? {};
  const handler = handlers?.additionalProperties;
  if (handlers === undefined || typeof handler !== 'object') throw new Error('The settings have no handlers.');
  const byPlugin = Object.keys(BUILT_INS).map((name) => ({
    if: { properties: { plugin: { const: name } }, required: ['plugin'] },
    [THEN]: { properties: { with: pluginJsonSchema(name) ?? {} } },
  }));
  return {
    ...root,
    ...{ $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'voeventd configuration' },
    properties: {
      ...others,
      handlers: { ...handlers, additionalProperties: { ...handler, allOf: byPlugin } as JsonSchema },
    },
  };
}

const THEN = 'then';

function toJsonSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return json as JsonSchema;
}
