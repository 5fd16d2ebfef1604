import { dirname, resolve } from 'node:path';
import { codeOf, messageOf } from '../common/errors.ts';

/** The code of whatever is denied, Node's own. */
export const ACCESS_DENIED = 'ERR_ACCESS_DENIED';

/** Something the plugin may not do; the message is a clause. */
export class AccessDenied extends Error {
  readonly code = ACCESS_DENIED;

  constructor(message: string) {
    super(message);
    this.name = 'AccessDenied';
  }
}

/** What the plugin tried, and what to declare and grant for that; a clause. */
export function denial(tried: string, kind: string, value: string): string {
  return `it may not ${tried}: declare permissions.${kind} ${value} in the plugin, and grant it with allow: in the handler`;
}

/** What was denied, when anything was, also below another error: a clause that says how it can be had. */
export function deniedReason(thrown: unknown, depth = 0): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || depth > 5) return undefined;
  if (thrown instanceof AccessDenied) return thrown.message;
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown };
  const own = codeOf(thrown) === ACCESS_DENIED ? accessReason(thrown) : missingReason(thrown);
  if (own !== undefined) return own;
  const below = [cause, ...(Array.isArray(errors) ? errors : [])];
  return below.map((one) => deniedReason(one, depth + 1)).find((reason) => reason !== undefined);
}

interface NodeDenial {
  readonly permission?: string;
  readonly resource?: string;
  readonly hostname?: string;
  readonly address?: string;
  readonly syscall?: string;
  readonly errno?: NodeDenial;
}

function accessReason(error: NodeDenial): string {
  const { permission, resource } = error.permission === undefined ? { ...error.errno } : error;
  switch (permission) {
    case 'FileSystemRead':
      return denial(`read ${pathOf(resource)}`, 'read', JSON.stringify([pathOf(resource)]));
    case 'FileSystemWrite':
      return denial(`write ${pathOf(resource)}`, 'write', JSON.stringify([pathOf(resource)]));
    case 'ChildProcess': {
      const what = denial(`start ${resource || 'programs'} itself`, 'run', JSON.stringify([resource || 'PROGRAM']));
      return `${what}, and run it with context.run`;
    }
    case 'WorkerThreads':
      return 'it may not start threads: no permission allows that';
    case 'Net':
    case undefined: {
      const where = error.hostname ?? error.address;
      return denial(`use the network${where ? ` (${where})` : ''}`, 'net', 'true, or its hosts for context.fetch,');
    }
    case '':
      // Links, internals of Node, and others that would take the whole file system.
      return `it may not do that, and no permission allows it: ${messageOf(error).replace(/\.$/, '')}`;
    default:
      return `it may not use ${permission} of Node: no permission allows that`;
  }
}

/** As it has to be granted: absolute, and where a temporary folder is to be made, the folder for that. */
function pathOf(resource = ''): string {
  const path = resolve(resource);
  return path.endsWith('XXXXXX') ? dirname(path) : path;
}

/** Of what is switched off Node says that there is no such thing. */
function missingReason(error: object): string | undefined {
  switch (codeOf(error)) {
    case 'ERR_UNKNOWN_BUILTIN_MODULE': {
      const name = /node:(?:sqlite|ffi)/.exec(String(error))?.[0];
      return name && `it may not use ${name}, which knows no permissions: no permission allows that`;
    }
    case 'ERR_DLOPEN_DISABLED':
      return 'it may not load native addons, which know no permissions: no permission allows that';
    default:
      return undefined;
  }
}

/**
 * Has an error that ends the process say what was denied.
 *
 * A socket that may not connect or listen says so in an event that hardly a plugin listens to.
 */
export function explainFatalDenial(thrown: unknown): void {
  const reason = deniedReason(thrown);
  if (reason === undefined || !(thrown instanceof Error)) return;
  const places = thrown.stack?.match(/^ {4}at .*$/gm) ?? [];
  thrown.message = reason;
  thrown.stack = [`Error: ${reason}`, ...places].join('\n');
}
