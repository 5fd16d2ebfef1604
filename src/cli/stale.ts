import { formatDuration, parseDuration } from '../common/durations.ts';
import { findConfig } from '../config/find.ts';
import { oneLine } from './explanation.ts';
import type { JournalOptions } from './journal-path.ts';

/** The handler's `maxAge`, milliseconds; undefined when it has none, or the configuration is not here. */
export async function maxAgeOf(handler: string, options: JournalOptions): Promise<number | undefined> {
  if (options.journal !== undefined && options.config === undefined) return undefined;
  const { value } = await findConfig(options.config);
  const handlers = (value as { handlers?: Record<string, { maxAge?: unknown } | null> } | null)?.handlers;
  const written = handlers?.[handler]?.maxAge;
  return typeof written === 'string' ? parseDuration(written) : undefined;
}

/** Leaves out the alerts that are too old for the handler, and says so: the daemon would only skip them. */
export function withoutStale<Dated extends { readonly writtenAt: number }>(
  handler: string,
  found: readonly Dated[],
  maxAgeMs: number | undefined,
  now: number,
): Dated[] {
  if (maxAgeMs === undefined) return [...found];
  const fresh = found.filter(({ writtenAt }) => now - writtenAt <= maxAgeMs);
  const stale = found.length - fresh.length;
  if (stale > 0) {
    process.stderr.write(
      `voeventd: ${stale} of ${found.length} left out: older than the maxAge of ${oneLine(handler)}, ${formatDuration(maxAgeMs)}. --any-age hands them over all the same.\n`,
    );
  }
  return fresh;
}
