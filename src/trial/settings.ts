import { z } from 'zod';
import { alertSchema, paramSchema } from '../alert/model.ts';
import { normaliseTime } from '../alert/time.ts';
import { pathField } from '../config/fields.ts';

/** Options of the tests of a configuration. Relative paths start at `baseDirectory`. */
export function testsSchema(baseDirectory: string) {
  return z.array(testSchema(baseDirectory));
}

export type TestSettings = z.output<ReturnType<typeof testsSchema>>[number];
export type AlertSettings = z.output<ReturnType<typeof alertField>>;

const ONE_SUBJECT = 'Write either packets, alert or alerts: what the test is about.';

function testSchema(baseDirectory: string) {
  const handlers = (description: string) => z.array(z.string()).default([]).describe(description);
  return z
    .strictObject({
      name: z.string().regex(/\S/, 'It is empty. Write what the test shows.').describe('What the test shows.'),
      at: timeField()
        .optional()
        .meta({ sample: '2026-11-22T03:00:00Z' })
        .describe(
          'When the last alert arrives, which counts for its age and for the sky. Without it, when that alert was written.',
        ),
      packets: z
        .array(pathField(baseDirectory))
        .min(1, 'Name at least one file.')
        .optional()
        .meta({ sample: ['./packets/grb.xml'] })
        .describe('Files with alerts, in the order in which they came. The test is about the last one.'),
      alert: alertField()
        .optional()
        .meta({ sample: { role: 'observation', ra: 83.6, dec: 22, errorRadius: 0.05, params: { TrigID: 532871 } } })
        .describe(
          'An alert by its fields; what is left out is as in a plain observation without a position. params may be written as NAME: VALUE.',
        ),
      alerts: z
        .array(alertField())
        .min(1, 'Write at least one alert.')
        .optional()
        .meta({ sample: [{ kind: 'new' }, { kind: 'retraction' }] })
        .describe('Alerts about one event, in the order in which they came. The test is about the last one.'),
      fires: handlers('Handlers that must fire.'),
      silent: handlers('Handlers that must not fire.'),
      because: z
        .record(z.string(), z.string())
        .default({})
        .describe('By handler, a text that must occur in what is said of why.'),
    })
    .superRefine(({ packets, alert, alerts, fires, silent, because }, context) => {
      if ([packets, alert, alerts].filter((one) => one !== undefined).length !== 1) context.addIssue(ONE_SUBJECT);
      if (fires.length + silent.length + Object.keys(because).length === 0) {
        context.addIssue('It expects nothing. Write fires, silent or because.');
      }
    });
}

/** A time in UTC, as ISO 8601. */
export function timeField() {
  return z.string().transform((text, context) => {
    const time = normaliseTime(text);
    if (time !== undefined) return time;
    context.addIssue(`"${text}" is no time. Write one in UTC, such as 2026-11-22T03:00:00Z.`);
    return z.NEVER;
  });
}

const valueField = z
  .union([z.string(), z.number(), z.boolean()], {
    error: () => 'The value of a Param is a text, a number, true or false.',
  })
  .transform(String);

function alertField() {
  const time = timeField().optional();
  const param = paramSchema.extend({ value: valueField });
  return alertSchema.partial().extend({
    ...{ date: time, time, timeStart: time, timeStop: time, expires: time, receivedAt: time },
    params: z
      .union([z.array(param), z.record(z.string(), valueField)], {
        error: () => 'Write params as NAME: VALUE, or as a list of { name, value, group, unit }.',
      })
      .optional(),
  });
}
