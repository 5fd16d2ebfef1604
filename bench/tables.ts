import { judge } from './aims.ts';
import { inRole, type Results } from './results.ts';
import { WINDOWS } from './throughput.ts';

/** All that was measured, as Markdown tables. */
export function tables(results: Results): string {
  const { throughput, handlerStart, memory, startup, decoding } = results;
  const parts: string[] = [];
  if (throughput !== undefined) parts.push(throughputTable(throughput));
  if (handlerStart !== undefined) parts.push(handlerTable(handlerStart));
  if (memory !== undefined) parts.push(memoryTable(memory));
  if (startup !== undefined) parts.push(startupTable(startup));
  if (decoding !== undefined) parts.push(decodingTable(decoding));
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

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join(' | ')} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}
