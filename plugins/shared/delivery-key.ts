import type { Alert, Context } from '../../src/plugin/api.ts';

/** The same for each attempt, so that a receiver can tell a repeated alert from a new one, or from further bad news of it. */
export function deliveryKey(alert: Alert, { handler, because }: Pick<Context, 'handler' | 'because'>): string {
  return [alert.id, handler, ...(because?.map(({ endedAt }) => endedAt) ?? [])].join('/');
}
