import { PATHS } from './opening.ts';
import { table } from './table.ts';
import { PAGES } from './watch-session.ts';
import type { Watched } from './watched.ts';
import type { Latencies, Paced } from './watched-pace.ts';

export function watchedTables(watched: Watched): string[] {
  return [sidesTable(watched), openingTable(watched), memoryTable(watched)];
}

function sidesTable({ silent, firing, burst }: Watched): string {
  const row = (what: string, digits: number, alone: number, beside: number): string[] => [
    what,
    ...[alone.toFixed(digits), beside.toFixed(digits), (beside / alone).toFixed(2)],
  ];
  const only = (what: string, digits: number, value: number): string[] => [what, '', value.toFixed(digits), ''];
  const of = (paced: Paced, what: string, read: (latencies: Latencies) => number): string[] =>
    row(what, 2, read(paced.alone), read(paced.watched));
  const acks = (paced: Paced, when: string): string[][] => [
    of(paced, `ack p50 ms, 100/s, ${when}`, ({ ackP50Ms }) => ackP50Ms),
    of(paced, '  ack p99 ms', ({ ackP99Ms }) => ackP99Ms),
    ['  its ratio in single repetitions', '', '', paced.ratios.map((ratio) => ratio.toFixed(2)).join(', ')],
    only('  alerts seen by each page, of those sent', 2, paced.fed.alertsSeen),
    only('  events/s to all pages', 0, paced.fed.eventsPerSecond),
    only('  MB/s to all pages', 1, paced.fed.megabytesPerSecond),
    only('  scrapes/s', 1, paced.fed.scrapesPerSecond),
    only('  watchers, cores', 2, paced.fed.load),
  ];
  const rows = [
    ...acks(silent, 'no handler fires'),
    ...acks(firing, 'one fires each time'),
    of(firing, '  frame to handler start p50 ms', ({ startP50Ms }) => startP50Ms),
    of(firing, '  frame to handler start p99 ms', ({ startP99Ms }) => startP99Ms),
    row('acked/s, window 1000', 0, burst.alone, burst.watched),
    only('  MB/s to all pages', 1, burst.fed.megabytesPerSecond),
    only('  watchers, cores', 2, burst.fed.load),
  ];
  return table(['(g) watched', 'nobody looks', `${PAGES} pages, a scrape a second`, 'ratio'], rows);
}

function openingTable({ openings }: Watched): string {
  const rows = [
    ['/, the first', ...openings.map(({ firstMs }) => firstMs.toFixed(1))],
    ...PATHS.map((path) => [`${path}, p50`, ...openings.map(({ p50Ms }) => (p50Ms[path] ?? Number.NaN).toFixed(1))]),
  ];
  return table(['(g) answered in ms', ...openings.map(({ alerts }) => `${alerts} alerts`)], rows);
}

function memoryTable({ memory }: Watched): string {
  return table(
    ['(g) memory, idle', 'RSS MiB', 'anonymous MiB'],
    memory.map(({ name, residentMiB, anonymousMiB }) => [name, residentMiB.toFixed(0), anonymousMiB.toFixed(0)]),
  );
}
