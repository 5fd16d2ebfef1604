import { type JournalStats, journalStats } from '../journal/stats.ts';
import { shownBytes } from '../web/page/numbers.ts';
import { EXIT } from './exit.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';

/** `voeventd journal stats`: what the journal holds, and how large it is. */
export async function journalStatsCommand(options: JournalOptions & { readonly json?: boolean }): Promise<number> {
  const { path, retention } = await journalSettings(options);
  const stats = journalStats(path, retention, Date.now());
  process.stdout.write(options.json === true ? `${JSON.stringify(jsonOf(stats), null, 2)}\n` : describe(stats));
  return EXIT.ok;
}

function describe({ path, size, alerts, deliveries, removable }: JournalStats): string {
  const states = Object.entries(deliveries).map(([state, count]) => `${count} ${state}`);
  const lines = [
    path,
    `  file        ${shownBytes(size.file)}, ${shownBytes(size.free)} of it free; ${shownBytes(size.wal)} in its log (-wal)`,
    `  intake log  ${size.intake === 0 ? 'all of it is in the journal' : `${shownBytes(size.intake)} to be taken into the journal`}`,
    `  alerts      ${alerts.kept}: ${alerts.undecided} undecided, ${alerts.quarantined} in quarantine; ${alerts.removed} removed ones are known`,
    ...(alerts.kept === 0 ? [] : [`  received    ${iso(alerts.oldestAt)} to ${iso(alerts.newestAt)}`]),
    `  deliveries  ${states.join(', ') || 'none'}`,
    `  retention   ${removableInWords(removable)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function removableInWords(removable: JournalStats['removable']): string {
  if (removable === undefined) return 'everything is kept, as far as is known here';
  const { expired, excess } = removable;
  if (expired === 0 && excess === 0) return 'there is nothing to remove';
  const parts = [
    ...(expired === 0 ? [] : [`${expired} alerts are older than journal.keep`]),
    ...(excess === 0 ? [] : [`${shownBytes(excess)} are to go by journal.maxSize`]),
  ];
  return `${parts.join(', ')}: the daemon removes them`;
}

function jsonOf({ alerts, ...stats }: JournalStats): object {
  return { ...stats, alerts: { ...alerts, oldestAt: iso(alerts.oldestAt), newestAt: iso(alerts.newestAt) } };
}

const iso = (timeMs: number | undefined): string | undefined =>
  timeMs === undefined ? undefined : new Date(timeMs).toISOString();
