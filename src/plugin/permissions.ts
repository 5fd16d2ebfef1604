import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { z } from 'zod';
import type { Permissions } from './api.ts';

/** Every kind of permission, with paths as they are after `~` and the configuration's folder. */
export type FullPermissions = { readonly [Kind in keyof Permissions]-?: NonNullable<Permissions[Kind]> };

const KINDS = ['read', 'write', 'net', 'run', 'env'] as const;

const HOST = /^(?:[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])(?::\d{1,5})?$/i;

/** What a handler grants its plugin, and in the same shape what a plugin asks for. */
export function permissionsSchema() {
  const paths = () =>
    z.array(
      z
        .string()
        .min(1, 'A path is missing.')
        .refine((path) => !path.includes('*'), 'A * stands for nothing here. Name the file or the folder.'),
    );
  return z.strictObject({
    read: paths()
      .optional()
      .meta({ sample: ['./catalogue'] })
      .describe('Files and folders it may read, beside its own folder.'),
    write: paths()
      .optional()
      .meta({ sample: ['/var/lib/observations'] })
      .describe('Files and folders it may write.'),
    net: z
      .union(
        [
          z.literal(true),
          z.array(z.string().regex(HOST, 'Write a host, such as api.example.org or localhost:8080, without http://.')),
        ],
        { error: () => 'Write true for the whole network, or a list of hosts, such as [api.example.org].' },
      )
      .optional()
      .meta({ sample: ['api.example.org', 'localhost:8080'] })
      .describe('Hosts it may fetch from with context.fetch, or true for the whole network.'),
    run: z
      .array(z.string().min(1, 'A program is missing.'))
      .optional()
      .meta({ sample: ['/usr/local/bin/slew'] })
      .describe('Programs it may start with context.run: by path, or by a name that is looked up in PATH.'),
    env: z
      .array(
        z
          .string()
          .regex(/^[A-Za-z_]\w*$/, 'Write the name of an environment variable, such as OBSERVATORY.')
          .refine((name) => name !== 'NODE_OPTIONS', 'NODE_OPTIONS is what confines a plugin: it has its own.'),
      )
      .optional()
      .meta({ sample: ['OBSERVATORY'] })
      .describe('Environment variables it may see, beside PATH, HOME, LANG, TZ and TMPDIR.'),
  });
}

/** @param baseDirectory where relative paths start */
export function fullPermissions(written: Permissions, baseDirectory: string): FullPermissions {
  const paths = (list: readonly string[] = []) => list.map((path) => resolve(baseDirectory, atHome(path)));
  // A name without a slash is looked up in PATH when it is run.
  const programs = (written.run ?? []).map((one) => (one.includes('/') ? resolve(baseDirectory, atHome(one)) : one));
  const { net = [], env = [] } = written;
  return { read: paths(written.read), write: paths(written.write), net, run: programs, env };
}

function atHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

/** What of the declared is not granted, as it is declared; undefined when all is. */
export function notGranted(
  declared: Permissions,
  granted: FullPermissions,
  baseDirectory: string,
): Permissions | undefined {
  const missing: Record<string, true | readonly string[]> = {};
  for (const kind of KINDS) {
    const asked = declared[kind] ?? [];
    if (asked === true) {
      if (granted.net !== true) missing[kind] = true;
      continue;
    }
    const left = asked.filter((one) => !isGranted(fullPermissions({ [kind]: [one] }, baseDirectory), granted));
    if (left.length > 0) missing[kind] = left;
  }
  return Object.keys(missing).length === 0 ? undefined : missing;
}

function isGranted(asked: FullPermissions, granted: FullPermissions): boolean {
  return (
    asked.read.every((path) => liesIn(path, granted.read)) &&
    asked.write.every((path) => liesIn(path, granted.write)) &&
    (asked.net === true || asked.net.every((host) => isHostIn(host, granted.net))) &&
    asked.run.every((program) => granted.run.includes(program)) &&
    asked.env.every((name) => granted.env.includes(name))
  );
}

/** Whether a path is one of these, or lies below one that is a folder, wherever links lead. */
export function liesIn(path: string, granted: readonly string[]): boolean {
  return granted.some((one) => isAtOrBelow(realPath(path), realPath(one)));
}

/** Whether it is this path, or one below, as they are written. */
export function isAtOrBelow(path: string, top: string): boolean {
  const way = relative(top, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`));
}

/** Without links, also of what is not there yet. */
export function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), relative(parent, path));
}

/** @param host with or without a port; one that is granted without a port is granted with any */
export function isHostIn(host: string, granted: FullPermissions['net']): boolean {
  if (granted === true) return true;
  const wanted = host.toLowerCase();
  const name = wanted.replace(/:\d+$/, '');
  return granted.some((one) => [wanted, name].includes(one.toLowerCase()));
}

/** All together, as a handler's `allow:` in the configuration, which is one line. */
export function allowLine(...permissions: readonly Permissions[]): string {
  return `allow: ${permissionsInYaml(...permissions)}`;
}

/** All together, on one line. */
export function permissionsInYaml(...permissions: readonly Permissions[]): string {
  const parts = KINDS.flatMap((kind) => {
    const named = permissions.map((one) => one[kind] ?? []);
    if (named.includes(true)) return [`${kind}: true`];
    const list = [...new Set(named.flatMap((one) => (one === true ? [] : one)))];
    return list.length === 0 ? [] : [`${kind}: [${list.map(inYaml).join(', ')}]`];
  });
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`;
}

function inYaml(text: string): string {
  const isPlain = /^[\w./~][\w./~:-]*$/.test(text) && !/^[\d.]+$|^(?:true|false|null|yes|no|on|off|~)$|:$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
