import type { Alert, Context } from '../../src/plugin/api.ts';

/**
 * The decoded alert as JSON, with what others have failed at, where there is that. Without the packet itself, which may be
 * megabytes: whoever wants it asks for the packet.
 */
export function alertJson({ raw: _, ...alert }: Alert, because: Context['because']): string {
  return JSON.stringify({ ...alert, because });
}
