import { judge } from './aims.ts';
import { AUTHORS, type Relayed, SUBSCRIBERS } from './relay.ts';
import { inRole, type Results } from './results.ts';
import { table } from './table.ts';
import { WINDOWS } from './throughput.ts';
import { watchedTables } from './watched-tables.ts';

/** All that was measured, as Markdown tables. */
export function tables(results: Results): string {
  const { throughput, handlerStart, memory, startup, decoding, relaying, watched, rules } = results;
  const { cold, exec, largeJournal, isolation } = results;
  const parts: string[] = [];
  if (throughput !== undefined) parts.push(throughputTable(throughput));
  if (handlerStart !== undefined) parts.push(handlerTable(handlerStart));
  if (memory !== undefined) parts.push(memoryTable(memory));
  if (startup !== undefined) parts.push(startupTable(startup));
  if (decoding !== undefined) parts.push(decodingTable(decoding));
  if (relaying !== undefined) parts.push(relayTable(relaying));
  if (watched !== undefined) parts.push(...watchedTables(watched));
  if (rules !== undefined) parts.push(rulesTable(rules));
  if (cold !== undefined) parts.push(coldTable(cold));
  if (exec !== undefined) parts.push(execTable(exec));
  if (largeJournal !== undefined) parts.push(largeJournalTable(largeJournal));
  if (isolation !== undefined) parts.push(isolationTable(isolation));
  const aims = judge(results).map(({ aim, measured, met }) => [aim, measured, met ? 'met' : 'MISSED']);
  parts.push(table(['aim', 'measured', ''], aims));
  return parts.join('\n\n');
}

function throughputTable(throughput: NonNullable<Results['throughput']>): string {
  const synced = inRole(throughput, 'synced');
  const rows = throughput.map((entry) => [
    entry.name,
    ...WINDOWS.map((window) => {
      const rate = entry.ackedPerSecond[window] ?? Number.NaN;
      return `${rate.toFixed(0)} (${(rate / (synced.ackedPerSecond[window] ?? Number.NaN)).toFixed(2)})`;
    }),
    `${entry.ackP50Ms.toFixed(2)} (${(entry.ackP50Ms / synced.ackP50Ms).toFixed(2)})`,
    `${entry.ackP99Ms.toFixed(2)} (${(entry.ackP99Ms / synced.ackP99Ms).toFixed(2)})`,
    entry.generatorLoad.toFixed(2),
  ]);
  const head = ['(a) in brackets: of the fdatasync floor', ...WINDOWS.map((window) => `acked/s, window ${window}`)];
  return table([...head, 'ack p50 ms, 100/s', 'ack p99 ms', 'generator, cores'], rows);
}

function handlerTable(starts: NonNullable<Results['handlerStart']>): string {
  const rows = starts.map(({ name, p50Ms, p99Ms }) => [name, p50Ms.toFixed(2), p99Ms.toFixed(2)]);
  return table(['(b) frame to handler start, 10/s', 'p50 ms', 'p99 ms'], rows);
}

function memoryTable(memory: NonNullable<Results['memory']>): string {
  const rows = memory.map((entry) => [
    entry.name,
    `${entry.alerts}${entry.role === 'backfill' ? ', all decided' : ''}`,
    entry.peakMiB.toFixed(0),
    entry.anonymousMiB.toFixed(0),
    entry.ackedPerSecond.toFixed(0),
    entry.decidedPerSecond?.toFixed(0) ?? '–',
  ]);
  return table(['(c) memory', 'alerts', 'peak RSS MiB', 'anonymous at the end', 'acked/s', 'decided/s'], rows);
}

function startupTable(startup: NonNullable<Results['startup']>): string {
  return table(
    ['(d) start-up', 'median ms'],
    startup.map(({ name, medianMs }) => [name, medianMs.toFixed(0)]),
  );
}

function decodingTable(decoding: NonNullable<Results['decoding']>): string {
  const bare = inRole(decoding, 'bare').packetsPerSecond;
  const rows = decoding.map(({ name, packetsPerSecond, megabytesPerSecond }) => [
    name,
    packetsPerSecond.toFixed(0),
    megabytesPerSecond.toFixed(1),
    (packetsPerSecond / bare).toFixed(2),
  ]);
  return table(['(e) decoding', 'packets/s', 'MB/s', 'of the bare parse'], rows);
}

function relayTable(relaying: NonNullable<Results['relaying']>): string {
  const [daemon, comet] = [inRole(relaying, 'daemon'), relaying.find(({ role }) => role === 'comet')];
  const row = (what: string, digits: number, read: (relayed: Relayed) => number | undefined): string[] => {
    const values = [daemon, comet].map((relayed) => (relayed === undefined ? undefined : read(relayed)) ?? Number.NaN);
    const [ours = Number.NaN, theirs = Number.NaN] = values;
    return [what, ...[ours.toFixed(digits), theirs.toFixed(digits), (ours / theirs).toFixed(2)].map(dashed)];
  };
  const rows = [
    ...AUTHORS.flatMap((authors) => [
      row(`acked/s, ${authors} authors at once`, 0, ({ submitting }) => submitting[authors]?.ackedPerSecond),
      row('  ack p50 ms', 2, ({ submitting }) => submitting[authors]?.ackP50Ms),
      row('  ack p99 ms', 2, ({ submitting }) => submitting[authors]?.ackP99Ms),
      row('  authors, cores', 2, ({ submitting }) => submitting[authors]?.authorsLoad),
    ]),
    ...SUBSCRIBERS.flatMap((count) => [
      row(`deliveries/s to ${count} subscribers`, 0, ({ handingOn }) => handingOn[count]?.deliveriesPerSecond),
      row('  alerts/s', 0, ({ handingOn }) => handingOn[count]?.alertsPerSecond),
      row('  subscribers, cores', 2, ({ handingOn }) => handingOn[count]?.subscribersLoad),
      row('  peak RSS MiB', 0, ({ handingOn }) => handingOn[count]?.peakMiB),
      row('  author to subscriber p50 ms, 10/s', 2, ({ handingOn }) => handingOn[count]?.p50Ms),
      row('  author to subscriber p99 ms, 10/s', 2, ({ handingOn }) => handingOn[count]?.p99Ms),
    ]),
    row('memory of an idle subscriber, KiB', 1, ({ kibPerSubscriber }) => kibPerSubscriber),
    row('49 subscribers, p99 ms, 50/s', 2, ({ stalled }) => stalled.withoutP99Ms),
    row('  beside one that never reads', 2, ({ stalled }) => stalled.withP99Ms),
    row('  ratio', 2, ({ stalled }) => stalled.ratio),
  ];
  return table(['(f) broker', daemon.name, comet?.name ?? 'Comet', 'ratio'], rows);
}

function rulesTable(rules: NonNullable<Results['rules']>): string {
  const rows = rules.map(({ name, microsecondsPerRule }) => [name, microsecondsPerRule.toFixed(1)]);
  return table(['(h) rules, each alert a second after the other', 'µs per rule'], rows);
}

function coldTable({ alerts, archivedPerSecond, idleP99Ms, busyP99Ms }: NonNullable<Results['cold']>): string {
  return table(
    ['(i) cold half', ''],
    [
      [
        `decoded, decided on for ten handlers and archived, of ${alerts} alerts, a second`,
        archivedPerSecond.toFixed(0),
      ],
      ['ack p99 ms, 100/s, with nothing else to do', idleP99Ms.toFixed(2)],
      ['  while a back-fill is worked off', busyP99Ms.toFixed(2)],
    ],
  );
}

function execTable(exec: NonNullable<Results['exec']>): string {
  const rows = exec.map(({ concurrency, perSecond, floorPerSecond }) => [
    `${concurrency} at once`,
    perSecond.toFixed(0),
    floorPerSecond.toFixed(0),
    (perSecond / floorPerSecond).toFixed(2),
  ]);
  return table(['(j) programs run', 'exec, a second', 'floor: bare spawn', 'ratio'], rows);
}

function largeJournalTable({ alerts, emptyP50Ms, fullP50Ms }: NonNullable<Results['largeJournal']>): string {
  const ratio = (fullP50Ms / emptyP50Ms).toFixed(2);
  const row = ['ack p50 ms, 100/s', emptyP50Ms.toFixed(2), fullP50Ms.toFixed(2), ratio];
  return table(['(k) journal', 'empty', `${alerts} alerts`, 'ratio'], [row]);
}

function isolationTable(isolation: NonNullable<Results['isolation']>): string {
  const rows = isolation.map(({ name, p50Ms, p99Ms }) => [name, p50Ms.toFixed(3), p99Ms.toFixed(3)]);
  return table(['(l) an attempt of a plugin, 100/s', 'p50 ms', 'p99 ms'], rows);
}

function dashed(number: string): string {
  return number === 'NaN' ? '–' : number;
}
