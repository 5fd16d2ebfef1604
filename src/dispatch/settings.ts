import { z } from 'zod';
import { KINDS, ROLES } from '../alert/model.ts';
import { angleField, durationField } from '../config/fields.ts';

function patternsField(description: string) {
  return z
    .array(z.string().min(1))
    .min(1, 'Name at least one pattern, or leave this out.')
    .optional()
    .describe(`${description}: * is any text, ? any one character, and the case of letters does not matter.`);
}

/**
 * Options of a handler: which plugin, when, with what, and how hard to try.
 *
 * @param allow of what the plugin is granted, which the plugins know
 */
export function handlerSchema<Allow extends z.ZodType>(allow: Allow) {
  return z
    .strictObject({
      plugin: z
        .string()
        .regex(/^[A-Za-z0-9][\w.-]*$/, 'A plugin’s name has letters, digits, dots, dashes and underscores only.')
        .describe(
          'What to run: a built-in plugin, or NAME.ts, NAME.js, NAME.mjs or NAME/index.ts in the plugin folder.',
        ),
      roles: z
        .array(z.enum(ROLES))
        .min(1, 'Name at least one role, or leave roles out.')
        .default(['observation'])
        .describe('The roles of alerts it takes. A test never reaches a handler that does not name test here.'),
      tests: z
        .enum(['skip', 'pretend'])
        .default('skip')
        .describe(
          'What becomes of tests where roles does not name test: pretend rehearses with them, as mode: pretend does.',
        ),
      mode: z
        .enum(['live', 'pretend'])
        .default('live')
        .describe('With pretend everything happens but the plugin, and the log says what would have run.'),
      streams: patternsField('Only alerts whose stream or identifier fits one of these patterns').meta({
        sample: ['nasa.gsfc.gcn/SWIFT*'],
      }),
      topics: patternsField('Only alerts whose Kafka topic fits one of these patterns').meta({
        sample: ['gcn.notices.einstein_probe.*'],
      }),
      kinds: z
        .array(z.enum(KINDS))
        .min(1, 'Name at least one kind, or leave kinds out.')
        .optional()
        .meta({ sample: ['new', 'update'] })
        .describe('Only alerts of these kinds.'),
      minImportance: z
        .number()
        .min(0)
        .max(1)
        .optional()
        .meta({ sample: 0.5 })
        .describe(
          'Only alerts whose author holds them for at least so important, 0 to 1. One that does not say is not taken.',
        ),
      maxErrorRadius: angleField()
        .optional()
        .meta({ sample: '1deg' })
        .describe('Only alerts whose error circle is at most so large. One without an error radius is not taken.'),
      site: z
        .string()
        .optional()
        .meta({ sample: 'lapalma' })
        .describe('The site of sites from which the rule sees the sky. Without it the first one.'),
      when: z
        .string()
        .regex(/\S/, 'It is empty. Write a condition, such as alert.errorRadius < 1.0, or leave when out.')
        .describe('The rule: a condition in CEL on the alert. A value that the alert lacks makes it false.')
        .meta({ sample: 'alert.errorRadius < 1.0' })
        .optional(),
      once: z
        .literal('thread')
        .optional()
        .meta({ sample: 'thread' })
        .describe('Only the first alert of each thread that the handler would get, and further ones as repeat says.'),
      repeat: z
        .strictObject({
          moved: angleField()
            .optional()
            .meta({ sample: '10deg' })
            .describe('Again when the position is at least so far from the one that the handler has got.'),
          improved: z
            .boolean()
            .default(false)
            .describe('Again when the error circle is smaller than the one that the handler has got.'),
        })
        .optional()
        .meta({ sample: { moved: '10deg' } })
        .describe(
          'Of each thread only the first alert, and then only those that tell something new, in one of these ways.',
        ),
      onRetraction: z
        .enum(['ignore', 'cancel'])
        .default('ignore')
        .describe(
          'With cancel, what waits is skipped and what runs is aborted when its event is retracted, or its alert superseded by one that the handler gets, also when that was heard first.',
        ),
      retraction: z
        .record(z.string(), z.unknown())
        .optional()
        .meta({ sample: { command: ['/usr/local/bin/park'] } })
        .describe(
          'Options for the plugin, in place of those of with that they name, for an alert that retracts an event of which the handler has got one.',
        ),
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
            .describe(
              'How many attempts in all. Each plugin has its own default: 1 for exec and log, 5 for the other built-in ones.',
            )
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
          jitter: z
            .number()
            .min(0)
            .max(1)
            .default(0.1)
            .describe(
              'By how much of itself each wait is made longer or shorter, at random: what failed together is not tried again together.',
            ),
        })
        .prefault({})
        .describe('What happens when an attempt fails and trying again may help.'),
      breaker: z
        .strictObject({
          after: z.int().min(1).max(1_000).default(5).describe('How many attempts must fail in a row.'),
          probe: durationField()
            .prefault('1m')
            .describe('How often one delivery is tried then, until one succeeds. A failure costs it no attempt.'),
        })
        .optional()
        .meta({ sample: { after: 5, probe: '1m' } })
        .describe(
          'After so many failures in a row nothing is started but a probe now and then; deliveries wait in the journal and lose no attempts.',
        ),
      rateLimit: z
        .strictObject({
          count: z.int().min(1).max(10_000).describe('How many attempts.'),
          per: durationField().describe('The period, such as 1h: any stretch of time so long.'),
          beyond: z
            .enum(['queue', 'drop-oldest'])
            .default('queue')
            .describe(
              'What becomes of further deliveries: queue lets them wait; with drop-oldest only count of them wait, the newest, and the others are skipped.',
            ),
        })
        .optional()
        .meta({ sample: { count: 20, per: '1h' } })
        .describe('It is started so often at most. Pretended deliveries do not count.'),
      queue: z
        .int()
        .min(1)
        .max(10_000)
        .optional()
        .meta({ sample: 100 })
        .describe(
          'How many deliveries may wait; beyond that the oldest of them is skipped. Without it any number waits, in the journal.',
        ),
      onDead: z
        .string()
        .optional()
        .meta({ sample: 'chat' })
        .describe(
          'The handler that gets what this one has failed at for good, and is told why. It gets no other alerts, whatever its role; tests only if its roles name test, or its tests is pretend.',
        ),
      concurrency: z
        .int()
        .min(1)
        .max(64)
        .optional()
        .meta({ sample: 1 })
        .describe(
          'How many alerts it may handle at once; with 1 they come in order. Each plugin has its own default: 8 for archive, 1 for the others.',
        ),
      allow,
      with: z.record(z.string(), z.unknown()).default({}).describe('The plugin’s own options.'),
    })
    .superRefine(({ onRetraction, retraction }, context) => {
      if (retraction === undefined || onRetraction === 'cancel') return;
      const message = 'What it withdraws may still be on its way, and would run after it. Add onRetraction: cancel.';
      context.addIssue({ code: 'custom', path: ['retraction'], message });
    });
}
