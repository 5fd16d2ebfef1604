import { z } from 'zod';
import { ROLES } from '../alert/model.ts';
import { durationField } from '../config/fields.ts';

/** Options of a handler: which plugin, when, with what, and how hard to try. */
export function handlerSchema() {
  return z.strictObject({
    plugin: z
      .string()
      .regex(/^[A-Za-z0-9][\w.-]*$/, 'A plugin’s name has letters, digits, dots, dashes and underscores only.')
      .describe('What to run: a built-in plugin, or NAME.ts, NAME.js, NAME.mjs or NAME/index.ts in the plugin folder.'),
    roles: z
      .array(z.enum(ROLES))
      .min(1, 'Name at least one role, or leave roles out.')
      .default(['observation'])
      .describe('The roles of alerts it takes. A test never reaches a handler that does not name test here.'),
    when: z
      .string()
      .regex(/\S/, 'It is empty. Write a condition, such as alert.errorRadius < 1.0, or leave when out.')
      .describe('The rule: a condition in CEL on the alert. A value that the alert lacks makes it false.')
      .meta({ sample: 'alert.errorRadius < 1.0' })
      .optional(),
    maxAge: durationField()
      .meta({
        description:
          'An alert written longer ago than this is not handed over: a back-fill or a restart must not act on yesterday.',
        sample: '10m',
      })
      .optional(),
    timeout: durationField().prefault('60s').describe('How long one attempt may take before it is ended.'),
    retry: z
      .strictObject({
        attempts: z
          .int()
          .min(1)
          .max(1_000)
          .describe('How many attempts in all. Each plugin has its own default: 1 for exec, 5 for webhook and archive.')
          .meta({ sample: 3 })
          .optional(),
        delay: durationField().prefault('2s').describe('The wait after the first failed attempt.'),
        factor: z
          .number()
          .min(1)
          .max(10)
          .default(2)
          .describe('By how much the wait grows from one attempt to the next.'),
        maxDelay: durationField().prefault('5m').describe('The longest wait between attempts.'),
      })
      .prefault({})
      .describe('What happens when an attempt fails and trying again may help.'),
    concurrency: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe('How many alerts it may handle at once. With 1 they come in order.'),
    with: z.record(z.string(), z.unknown()).default({}).describe('The plugin’s own options.'),
  });
}
