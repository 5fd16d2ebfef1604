import { constants, promises as fs } from 'node:fs';
import { join } from 'node:path';
import type { Plugin } from '../../src/plugin/api.ts';
import { codeOf, explain } from '../shared/words.ts';
import { type Archive, openArchive } from './archive.ts';
import { BlockedPath } from './directories.ts';
import { pathFor } from './names.ts';
import { type Options, options } from './options.ts';

/** One for each handler. */
const archives = new WeakMap<Options, Promise<Archive>>();

export default {
  describe: 'Keeps the exact bytes of the alert in a file of its own.',
  attempts: 5,
  // Each waits for the disk, and files have no order.
  concurrency: 8,
  config: options,
  async setup({ config }) {
    const { directory } = config;
    try {
      await fs.mkdir(directory, { recursive: true });
      await fs.access(directory, constants.W_OK | constants.X_OK);
      await archiveOf(config);
    } catch (error) {
      const change = `Let the daemon's user write there, or change the option "directory"`;
      throw new Error(`Cannot keep an archive in ${directory}: ${explain(error)}. ${change}.`, { cause: error });
    }
  },
  pretend: (alert, { config }) => `write ${join(config.directory, pathFor(alert, config.path))}`,
  async handle(alert, context) {
    const { directory, path: template } = context.config;
    const wanted = pathFor(alert, template);
    try {
      const archive = await archiveOf(context.config);
      const { path, found } = await archive.store(wanted, alert.id, context.packet);
      return found ? `already there: ${path}` : path;
    } catch (error) {
      if (error instanceof BlockedPath) {
        const state = `${error.path} is a link that leads out of it. Replace the link by a directory`;
        throw context.fail(`Cannot archive in ${directory}: ${state}.`, { cause: error });
      }
      const reason = `Cannot archive in ${directory}: ${explain(error)}`;
      throw codeOf(error) === 'ENAMETOOLONG'
        ? context.fail(`${reason}. Shorten the option "path".`, { cause: error })
        : context.retry(reason, { cause: error });
    }
  },
} satisfies Plugin<Options>;

function archiveOf(config: Options): Promise<Archive> {
  const archive = archives.get(config) ?? openArchive(config);
  archives.set(config, archive);
  // One that could not be opened is opened again at the next attempt.
  archive.catch(() => archives.delete(config));
  return archive;
}
