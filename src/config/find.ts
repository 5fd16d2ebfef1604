import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { messageOf, UserError } from '../common/errors.ts';
import { ConfigDocument } from './document.ts';

const SEARCH_PLACES = ['voeventd.yaml', 'voeventd.yml', 'voeventd.json'];

/**
 * Reads the named file, or the first one found: in the working directory and those above it, then in
 * `$XDG_CONFIG_HOME/voeventd`, `~/.config/voeventd` and `/etc/voeventd`.
 *
 * @throws UserError when there is none or it cannot be read
 */
export async function findConfig(named: string | undefined): Promise<ConfigDocument> {
  if (named !== undefined) return ConfigDocument.read(resolve(named));
  const load = (file: string, text: string) => new ConfigDocument(file, text);
  // One directory at a time: its own way upwards ends in a place where files have other names and may be programs.
  const explorer = cosmiconfig('voeventd', {
    searchPlaces: SEARCH_PLACES,
    searchStrategy: 'none',
    loaders: { '.yaml': load, '.yml': load, '.json': load },
    cache: false,
    // An empty file is somebody's mistake, not a reason to look further.
    ignoreEmptySearchPlaces: false,
  });
  for (const directory of directories()) {
    const found = await explorer.search(directory).catch((error: unknown) => {
      throw new UserError('config.read', `Cannot read the configuration: ${messageOf(error)}.`, { cause: error });
    });
    if (found?.isEmpty) return load(found.filepath, '');
    if (found?.config instanceof ConfigDocument) return found.config;
  }
  throw new UserError(
    'config.none',
    `Cannot find a configuration: there is no voeventd.yaml in ${process.cwd()} or above it, in ~/.config/voeventd or in /etc/voeventd. Name one with -c FILE, or run \`voeventd demo\` to see the daemon work without one.`,
  );
}

function* directories(): Generator<string> {
  let directory = process.cwd();
  while (dirname(directory) !== directory) {
    yield directory;
    directory = dirname(directory);
  }
  yield directory;
  const { XDG_CONFIG_HOME } = process.env;
  if (XDG_CONFIG_HOME !== undefined && XDG_CONFIG_HOME !== '') yield join(XDG_CONFIG_HOME, 'voeventd');
  yield join(homedir(), '.config', 'voeventd');
  yield '/etc/voeventd';
}
