import { readFileSync } from 'node:fs';

declare const __VOEVENTD_VERSION__: string | undefined;

/** The version of this program: built in, or, from the sources, that of package.json. */
export const VERSION: string =
  typeof __VOEVENTD_VERSION__ === 'string'
    ? __VOEVENTD_VERSION__
    : (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }).version;
