import { z } from 'zod';
import { messageOf } from '../common/errors.ts';
import { durationField, pathField, secretField } from '../config/fields.ts';
import type { Fields } from './api.ts';
import { compileTemplate } from './template.ts';

/** The kinds of option a plugin's schema may use beside zod's own. */
export function createFields(baseDirectory: string): Fields {
  return {
    duration: durationField,
    path: () => pathField(baseDirectory),
    secret: () => secretField(baseDirectory),
    template: () =>
      z
        .string()
        .describe('Text with places to fill: {alert.ra}, {param.TrigID}, {received.date}, {alert.dec|none}.')
        .transform((text, context) => {
          try {
            return compileTemplate(text);
          } catch (error) {
            context.addIssue(messageOf(error));
            return z.NEVER;
          }
        }),
  };
}
