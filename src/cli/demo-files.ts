import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain, UserError } from '../common/errors.ts';
import { writeIfNew } from './files.ts';

const CONFIG = (
  port: number,
) => `# The demo's configuration. To play to it yourself: voeventd run -c voeventd.yaml, and beside it
# voeventd simulate --port ${port}
identity: ivo://voeventd.rehearsal/demo
journal: { path: ./journal.db }
plugins: ./plugins
sources:
  demo:
    type: vtp
    brokers: ["127.0.0.1:${port}"]
handlers:
  keep:                       # every alert's exact bytes, as a file
    plugin: archive
    roles: [observation, prediction, utility, test]
    with: { directory: ./archive }
  slew:                       # a program, for well-placed observations only
    plugin: exec
    when: alert.errorRadius < 1.0
    timeout: 30s
    maxAge: 10m
    with:
      command: [sh, ./slew.sh, "{alert.ra}", "{alert.dec}", "{alert.ivorn}"]
      directory: .
  notes:                      # a plugin of your own, in TypeScript
    plugin: night-notes
    with: { observer: "you" }
`;

const SLEW = `# What a telescope would do. The packet itself is on standard input and in $VOEVENT_FILE.
echo "slewing to RA $1 Dec $2 for $3 (error circle $VOEVENT_ERROR_RADIUS degrees)"
`;

const PLUGIN = `import type { Plugin } from 'voeventd';

/** Keeps a word on each alert in the log. Nothing needs to be installed for the import above: it is a type. */
export default {
  describe: 'Writes a note on each alert.',
  config: (z) => z.strictObject({ observer: z.string() }),
  async handle(alert, context) {
    const where = alert.ra === undefined ? 'no position' : \`RA \${alert.ra} Dec \${alert.dec}\`;
    return \`noted for \${context.config.observer}: \${alert.kind} alert from \${alert.stream}, \${where}\`;
  },
} satisfies Plugin<{ observer: string }>;
`;

/**
 * Writes the demo's files; what the user has changed in the script and the plugin stays.
 *
 * @returns the configuration file
 * @throws UserError when the directory cannot be written
 */
export function writeDemoFiles(directory: string, port: number): string {
  const config = join(directory, 'voeventd.yaml');
  try {
    mkdirSync(join(directory, 'plugins'), { recursive: true });
    writeFileSync(config, CONFIG(port));
    writeIfNew(join(directory, 'slew.sh'), SLEW);
    writeIfNew(join(directory, 'plugins', 'night-notes.ts'), PLUGIN);
  } catch (error) {
    throw new UserError(
      'demo.files',
      `Cannot write the demo's files in ${directory}: ${explain(error)}. Name another place with --directory DIR.`,
      {
        cause: error,
      },
    );
  }
  return config;
}
