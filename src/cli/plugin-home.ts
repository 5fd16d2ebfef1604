import { dirname, resolve } from 'node:path';
import { UserError } from '../common/errors.ts';
import type { ConfigDocument } from '../config/document.ts';
import { findConfig } from '../config/find.ts';
import { pluginFolder } from '../prepare.ts';

/** Where the user's plugins are. */
export interface PluginHome {
  readonly folder: string;
  /** What relative paths in options start from. */
  readonly baseDirectory: string;
  /** Undefined where there is no configuration yet. */
  readonly document: ConfigDocument | undefined;
}

/**
 * As the configuration says, whatever else is wrong with that; without one, `./plugins`.
 *
 * @throws UserError when the configuration that is named, or found, cannot be read
 */
export async function pluginHome(config: string | undefined): Promise<PluginHome> {
  try {
    const document = await findConfig(config);
    return { folder: pluginFolder(document), baseDirectory: dirname(document.file), document };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== 'config.none') throw error;
    return { folder: resolve('plugins'), baseDirectory: process.cwd(), document: undefined };
  }
}
