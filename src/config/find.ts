import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { messageOf, UserError } from '../common/errors.ts';
import { ConfigDocument } from './document.ts';

const SEARCH_PLACES = ['voeventd.yaml', 'voeventd.yml', 'voeventd.json'];

/**
 * Reads the named file, or the first one found: in the working directory and those above it, then in
 * `~/.config/voeventd`, then in `/etc/voeventd`.
 *
 * @throws UserError when there is none or it cannot be read
 */
export async function findConfig(named: string | undefined): Promise<ConfigDocument> {
  if (named !== undefined) return ConfigDocument.read(resolve(named));
  const load = (file: string, text: string) => new ConfigDocument(file, text);
  const options = {
    searchPlaces: SEARCH_PLACES,
    loaders: { '.yaml': load, '.yml': load, '.json': load },
    // Its cache holds the promise of each directory; where a search meets a directory twice, it would wait for itself.
    cache: false,
    // An empty file is somebody's mistake, not a reason to look further.
    ignoreEmptySearchPlaces: false,
  };
  const upwards = cosmiconfig('voeventd', { ...options, searchStrategy: 'global', stopDir: '/' });
  const inOne = cosmiconfig('voeventd', { ...options, searchStrategy: 'none' });
  const searches = [
    () => upwards.search(),
    () => inOne.search(join(homedir(), '.config', 'voeventd')),
    () => inOne.search('/etc/voeventd'),
  ];
  for (const search of searches) {
    const found = await search().catch((error: unknown) => {
      throw new UserError('config.read', `Cannot read the configuration: ${messageOf(error)}.`, { cause: error });
    });
    if (found !== null) return found.config instanceof ConfigDocument ? found.config : load(found.filepath, '');
  }
  throw new UserError(
    'config.none',
    `Cannot find a configuration: there is no voeventd.yaml in ${process.cwd()} or above it, in ~/.config/voeventd or in /etc/voeventd. Name one with -c FILE, or run \`voeventd demo\` to see the daemon work without one.`,
  );
}
