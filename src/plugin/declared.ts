import type { Permissions } from './api.ts';
import { allowLine, type FullPermissions, fullPermissions, notGranted, permissionsSchema } from './permissions.ts';

/** A plugin's handler, as far as permissions go. */
interface Grantee {
  readonly file: string;
  readonly handler: string;
  readonly allow: Permissions;
  readonly baseDirectory: string;
}

/**
 * What the plugin asks for, when its handler grants it; else why it cannot have it, with the line to add.
 *
 * @param declared as the plugin's process says it
 */
export function declaredPermissions(declared: unknown, grantee: Grantee): FullPermissions | string {
  const { file, handler, allow, baseDirectory } = grantee;
  const parsed = permissionsSchema().safeParse(declared);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = ['permissions', ...(issue?.path ?? [])].map(String).join('.');
    return `${file} declares permissions that there are not: ${place}: ${issue?.message ?? 'it is unknown'}`;
  }
  const missing = notGranted(parsed.data, fullPermissions(allow, baseDirectory), baseDirectory);
  if (missing === undefined) return fullPermissions(parsed.data, baseDirectory);
  const verb = Object.keys(allow).length === 0 ? 'add to' : 'write in';
  return `${file} needs more than its handler allows. If you trust it, ${verb} handlers.${handler}: \`${allowLine(allow, missing)}\`.`;
}
