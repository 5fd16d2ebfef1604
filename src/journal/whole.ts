import { UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { damageOf, type Salvaged, salvage, setAside } from './corrupt.ts';

/** What is done with a journal that cannot be read. */
export const ON_CORRUPT = ['start-new', 'refuse'] as const;
export type OnCorrupt = (typeof ON_CORRUPT)[number];

/**
 * Sees to it that there is a journal that can be used: one that cannot be read is set aside, and a new one begun with what of it
 * can be read and is still needed. To be called by whoever holds the lock, before the journal is opened.
 *
 * @throws UserError when it cannot be read and is to be left alone, or there can be no new one
 */
export function ensureWhole(path: string, onCorrupt: OnCorrupt, log: Log, now: Date): void {
  const damage = damageOf(path);
  if (damage === undefined) return;
  if (onCorrupt === 'refuse') {
    throw new UserError(
      'journal.corrupt',
      `Cannot use the journal ${path}: ${damage}. Put back a copy of it, or give it another name; with journal.onCorrupt: start-new voeventd does that itself, and takes over what can be read. Leave the files ${path}-intake-… where they are.`,
    );
  }
  const aside = setAside(path, now);
  log.error(
    `The journal ${path} is damaged: ${damage}. It is kept as ${aside}, and a new one is begun; look after the disk`,
  );
  tell(salvage(aside, path, now.getTime()), aside, log);
}

function tell({ alerts, known, unread }: Salvaged, aside: string, log: Log): void {
  log.warn(
    `Taken over from ${aside}: ${alerts} alerts, those that handlers wait for among them; ${known} more are known when they come again`,
  );
  if (unread.length === 0) return;
  log.error(
    `Cannot read all of ${aside} (${unread.join('; ')}): deliveries that waited may be missing, and alerts that come again may be handled again`,
  );
}
