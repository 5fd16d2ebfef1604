import { z } from 'zod';
import { isIvoid } from './alert/ivoid.ts';
import { LOG_LEVELS } from './common/log.ts';
import { durationField, pathField, sizeField } from './config/fields.ts';
import { handlerSchema } from './dispatch/settings.ts';
import { ON_CORRUPT } from './journal/whole.ts';
import { permissionsSchema } from './plugin/permissions.ts';
import { sitesSchema } from './sky/settings.ts';
import { testsSchema } from './trial/settings.ts';
import { broadcastSchema } from './vtp/broadcaster/settings.ts';
import { receiverSourceSchema } from './vtp/receiver/settings.ts';
import { vtpSourceSchema } from './vtp/subscriber/settings.ts';
import { webSchema } from './web/settings.ts';

const NAME = /^[A-Za-z][\w-]{0,63}$/;
const nameField = () =>
  z.string().regex(NAME, 'A name begins with a letter and has letters, digits, dashes and underscores only.');

const wordField = () =>
  z
    .string()
    .regex(
      /^[A-Za-z][A-Za-z0-9_]{0,63}$/,
      'A name in rules begins with a letter and has letters, digits and underscores only.',
    );

const allowField = () =>
  permissionsSchema()
    .optional()
    .meta({ sample: { read: ['./catalogue'], net: ['api.example.org'] } })
    .describe(
      'What your own plugin may do beyond reading its own folder. It gets what it declares of this; one that declares more is refused.',
    );

const MINIMAL_KEEP_MS = 3_600_000;
const MINIMAL_SIZE = 10_000_000;

/** The shape of the configuration file. Relative paths start at `baseDirectory`. */
export function settingsSchema(baseDirectory: string) {
  return fields(baseDirectory).superRefine(({ handlers, broadcast }, context) => {
    if (Object.keys(handlers).length > 0 || broadcast !== undefined) return;
    const message = 'Name at least one handler, or broadcast: otherwise alerts are only kept.';
    context.addIssue({ code: 'custom', path: ['handlers'], message });
  });
}

function fields(baseDirectory: string) {
  return z.strictObject({
    identity: z
      .string()
      .refine(isIvoid, 'An identity is an IVOA identifier, such as ivo://org.example/telescope-1.')
      .describe('Who we are to brokers, authors and subscribers: an IVOA identifier.'),
    journal: z
      .strictObject({
        path: pathField(baseDirectory)
          .prefault('./journal.db')
          .describe('The file, on a local disk. Every alert is on it before it is acknowledged.'),
        keep: durationField()
          .refine((keepMs) => keepMs >= MINIMAL_KEEP_MS, 'Keep alerts for an hour at least: rules look back on them.')
          .optional()
          .meta({ sample: '180d' })
          .describe(
            'Remove alerts so long after they were received, such as 90d. Without it they are kept for ever. None is removed that a handler or a subscriber waits for.',
          ),
        maxSize: sizeField()
          .refine((bytes) => bytes >= MINIMAL_SIZE, 'Let the journal have 10MB at least.')
          .optional()
          .meta({ sample: '20GB' })
          .describe(
            'Remove the oldest alerts before the file grows beyond this, such as 20GB. Without it the disk is the limit.',
          ),
        onCorrupt: z
          .enum(ON_CORRUPT)
          .default('start-new')
          .describe(
            'When the file is damaged at the start: keep it under another name and begin a new one with what can be read, or refuse to start.',
          ),
      })
      .prefault({})
      .describe('Where alerts and deliveries are kept (a SQLite database).'),
    plugins: pathField(baseDirectory).prefault('./plugins').describe('The folder with your own handler plugins.'),
    sources: z
      .record(
        nameField(),
        z.discriminatedUnion('type', [vtpSourceSchema(baseDirectory), receiverSourceSchema(baseDirectory)]),
      )
      .refine((sources) => Object.keys(sources).length > 0, 'Name at least one source of alerts.')
      .describe('Where alerts come from. The names are yours.'),
    sites: sitesSchema()
      .prefault({})
      .describe('Where telescopes stand, for rules on the sky. Where a handler names none, the first one counts.'),
    conditions: z
      .record(wordField(), z.string().regex(/\S/, 'It is empty. Write a condition, such as sky.sunAltitude < -12.'))
      .prefault({})
      .describe('Conditions that rules may name, each as a handler’s when; they may name each other.'),
    lists: z
      .record(
        wordField(),
        z.union([z.array(z.string()), z.array(z.number())], {
          error: () => 'A list holds texts or numbers, and not both, as [61, 62].',
        }),
      )
      .prefault({})
      .describe('Lists that rules may name, such as alert.stream in favourites.'),
    handlers: z
      .record(nameField(), handlerSchema(allowField()))
      .prefault({})
      .describe('What is done with alerts. The names are yours.'),
    tests: testsSchema(baseDirectory)
      .optional()
      .describe(
        'What the rules must do, each by an example; voeventd test tries them. Files *.test.yaml beside this one hold more.',
      ),
    broadcast: broadcastSchema(baseDirectory)
      .optional()
      .describe('Hand on every alert of every source to subscribers, as a broker does (VTP 2.0 §7.3).'),
    web: webSchema(baseDirectory)
      .prefault({})
      .describe('The status page, with feeds, metrics and a JSON API; false for none.'),
    log: z
      .strictObject({
        level: z.enum(LOG_LEVELS).default('info').describe('The least important lines to write.'),
        format: z
          .enum(['auto', 'json', 'pretty'])
          .default('auto')
          .describe('How lines look: auto is pretty on a terminal and JSON elsewhere.'),
      })
      .prefault({})
      .describe('The log, written to standard error.'),
    shutdown: durationField()
      .prefault('10s')
      .describe(
        'How long running handlers may go on when the daemon is told to stop. What does not finish is run again at the next start.',
      ),
  });
}

export type Settings = z.output<ReturnType<typeof settingsSchema>>;
export type HandlerSettings = Settings['handlers'][string];
