import { PATHS } from './opening.ts';
import type { Fed, Sides } from './sides.ts';
import { table } from './table.ts';
import { PAGES } from './watch-session.ts';
import type { Watched } from './watched.ts';
import type { Latencies } from './watched-pace.ts';

export function watchedTables(watched: Watched): string[] {
  return [sidesTable(watched), fedTable(watched), openingTable(watched), residentTable(watched)];
}

function sidesTable({ disk, memory, burst }: Watched): string {
  const row = (
    what: string,
    digits: number,
    { alone, watched }: Sides<number>,
    single?: readonly number[],
  ): string[] => [
    what,
    ...[alone.toFixed(digits), watched.toFixed(digits), (watched / alone).toFixed(2)],
    single?.map((ratio) => ratio.toFixed(2)).join(' ') ?? '',
  ];
  const rows = [
    { where: 'on the disk', paced: disk },
    ...(memory === undefined ? [] : [{ where: 'in memory', paced: memory }]),
  ];
  const latencies = rows.flatMap(({ where, paced: { alone, watched, ratios } }) => {
    const of = (read: (latencies: Latencies) => number): Sides<number> => ({
      alone: read(alone),
      watched: read(watched),
    });
    return [
      row(
        `ack p50 ms, 100/s, journal ${where}`,
        2,
        of(({ ackP50Ms }) => ackP50Ms),
      ),
      row(
        '  ack p99 ms',
        2,
        of(({ ackP99Ms }) => ackP99Ms),
        ratios,
      ),
      row(
        '  frame to handler start p50 ms',
        2,
        of(({ startP50Ms }) => startP50Ms),
      ),
      row(
        '  frame to handler start p99 ms',
        2,
        of(({ startP99Ms }) => startP99Ms),
      ),
    ];
  });
  return table(
    ['(g) watched', 'nobody looks', `${PAGES} pages, a scrape a second`, 'ratio', 'in each repetition'],
    [...latencies, row('acked/s, window 1000', 0, burst)],
  );
}

function fedTable({ disk, memory, burst }: Watched): string {
  const row = (when: string, fed: Fed): string[] => [
    when,
    ...[fed.alertsSeen.toFixed(2), fed.eventsPerSecond.toFixed(0), fed.megabytesPerSecond.toFixed(1)],
    ...[fed.scrapesPerSecond.toFixed(1), fed.load.toFixed(2)],
  ];
  return table(
    ['(g) what the pages were sent', 'of the alerts', 'events/s', 'MB/s', 'scrapes/s', 'watchers, cores'],
    [
      row('100/s, journal on the disk', disk.fed),
      ...(memory === undefined ? [] : [row('100/s, journal in memory', memory.fed)]),
      row('window 1000', burst.fed),
    ],
  );
}

function openingTable({ openings }: Watched): string {
  const rows = [
    ['/, the first', ...openings.map(({ firstMs }) => firstMs.toFixed(1))],
    ...PATHS.map((path) => [`${path}, p50`, ...openings.map(({ p50Ms }) => (p50Ms[path] ?? Number.NaN).toFixed(1))]),
  ];
  return table(['(g) answered in ms', ...openings.map(({ alerts }) => `${alerts} alerts`)], rows);
}

function residentTable({ resident }: Watched): string {
  return table(
    ['(g) memory, idle', 'RSS MiB', 'anonymous MiB'],
    resident.map(({ name, residentMiB, anonymousMiB }) => [name, residentMiB.toFixed(0), anonymousMiB.toFixed(0)]),
  );
}
