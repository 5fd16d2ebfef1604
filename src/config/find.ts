import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { cosmiconfig } from 'cosmiconfig';
import { UserError } from '../common/errors.ts';
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
  const loaders = { '.yaml': load, '.yml': load, '.json': load };
  const upwards = cosmiconfig('voeventd', {
    searchPlaces: SEARCH_PLACES,
    loaders,
    stopDir: '/',
    searchStrategy: 'global',
  });
  const found = await upwards.search();
  if (found?.config instanceof ConfigDocument) return found.config;
  for (const directory of [`${homedir()}/.config/voeventd`, '/etc/voeventd']) {
    const here = cosmiconfig('voeventd', {
      searchPlaces: SEARCH_PLACES,
      loaders,
      stopDir: directory,
      searchStrategy: 'global',
    });
    const result = await here.search(directory);
    if (result?.config instanceof ConfigDocument) return result.config;
  }
  throw new UserError(
    'config.none',
    `Cannot find a configuration: there is no voeventd.yaml in ${process.cwd()} or above it, in ~/.config/voeventd or in /etc/voeventd. Name one with -c FILE, or run \`voeventd demo\` to see the daemon work without one.`,
  );
}
