import type { Fields, Plugin } from '../../src/plugin/api.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** The host gives up on a plugin ten seconds after the deadline; by then no process may be left. */
const LONGEST_KILL_AFTER_MS = 8_000;

/** The options of the exec plugin. */
export function options(z: Zod, fields: Fields) {
  return z.strictObject({
    command: z
      .array(fields.template())
      .min(1, 'Write at least the program to run.')
      .describe(
        'The program to run and its arguments, one element each. No shell reads them: an element with filled places stays one argument.',
      ),
    directory: fields
      .path()
      .prefault('.')
      .describe('The directory the program starts in, and from which a relative path of the program counts.'),
    environment: z
      .record(
        z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Write a name of letters, digits and underscores.'),
        fields.secret().refine((value) => !value.reveal().includes('\0'), 'An environment variable cannot hold a NUL.'),
      )
      .prefault({})
      .describe("Environment variables for the program, beside the daemon's own and the VOEVENT_ ones."),
    killAfter: fields
      .duration()
      .refine((durationMs) => durationMs <= LONGEST_KILL_AFTER_MS, 'Write 8s at most.')
      .prefault('5s')
      .describe(
        'How long the program and its children may take to end after SIGTERM, which they get at the deadline, before SIGKILL ends them. 8s at most.',
      ),
    outputLimit: z
      .int()
      .min(0)
      .default(65_536)
      .describe(
        'How many bytes of stdout, and as many of stderr, go to the log for each attempt. The rest is dropped.',
      ),
  });
}

export type Options = ReturnType<typeof options>['_output'];
