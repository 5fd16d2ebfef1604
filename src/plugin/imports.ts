import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { ownFiles } from '../common/own-program.ts';
import { type Stamp, stampOf } from './edition.ts';

/** Tells of each file that is imported from now on, as it is just before it is read. */
export function watchImports(imported: (stamp: Stamp) => void): void {
  const own = ownFiles();
  registerHooks({
    load(url, context, nextLoad) {
      const file = url.startsWith('file:') ? fileURLToPath(url) : undefined;
      if (file !== undefined && !own.some((one) => file.startsWith(one))) imported([file, stampOf(file)]);
      return nextLoad(url, context);
    },
  });
}
