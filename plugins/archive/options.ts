import { isAbsolute } from 'node:path';
import type { Fields, Plugin } from '../../src/plugin/api.ts';

type Zod = Parameters<NonNullable<Plugin['config']>>[0];

/** The options of the archive plugin. */
export function options(z: Zod, fields: Fields) {
  return z.strictObject({
    directory: fields.path().describe('The directory that holds the archive. It is created when it does not exist.'),
    path: fields
      .template()
      .refine(
        ({ text }) => isRelative(text),
        'Write a path below the directory: relative, without "..", with a file name.',
      )
      .prefault('{received.date}/{alert.stream}/{alert.local}.{received.extension}')
      .describe(
        'The file of an alert, below the directory. Each / in it and in {alert.stream} makes a directory; any other value fills one name.',
      ),
    sync: z
      .boolean()
      .default(true)
      .describe(
        'Whether a file must be safe on the disk before the delivery is done. Without it a power cut may lose the last files.',
      ),
  });
}

export type Options = ReturnType<typeof options>['_output'];

function isRelative(path: string): boolean {
  const names = path.split('/');
  const escapes = isAbsolute(path) || names.includes('..') || names.includes('.');
  return !escapes && !/[\0\\]/.test(path) && names.at(-1) !== '';
}
