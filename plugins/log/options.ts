import type { Fields, Plugin } from '../../src/plugin/api.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** The options of the log plugin. */
export function options(z: Zod, fields: Fields) {
  return z.strictObject({
    format: z
      .enum(['line', 'json'])
      .default('line')
      .describe('How an alert is written: as a line to read, or as one JSON object with all that was decoded.'),
    destination: fields
      .path()
      .optional()
      .describe("A file to append to; it may be rotated at any time. Without it, the daemon's own log."),
  });
}

export type Options = ReturnType<typeof options>['_output'];
