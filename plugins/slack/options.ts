import type { Fields, Plugin } from '../../src/plugin/api.ts';
import { hookUrl } from '../shared/hook-url.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** The options of the slack plugin. */
export function options(z: Zod, fields: Fields) {
  return z.strictObject({
    url: hookUrl(fields).describe(
      'The address of the incoming webhook, which is its password: { file: PATH } or { env: NAME }.',
    ),
    title: fields.template().optional().describe('The headline, in plain text. Without it, who says what, and where.'),
    text: fields
      .template()
      .optional()
      .describe('A paragraph of your own in Slack\'s mrkdwn, such as "<!here> point at {alert.ra}".'),
    description: z
      .boolean()
      .default(true)
      .describe("Whether the message has the author's own description of the event, shortened."),
  });
}

export type Options = ReturnType<typeof options>['_output'];
