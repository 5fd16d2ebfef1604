import { formatDuration } from '../common/durations.ts';
import { visible } from '../common/visible.ts';
import type { HandlerStatus, SourceStatus, Status } from './model.ts';

const MARKS = { ok: 'ok', warning: 'WARNING', red: 'RED' } as const;

/** The status for a terminal: what is wrong comes first. Text of strangers is made safe to look at. */
export function describeStatusPage(status: Status): string {
  const { concerns, sources, broadcast, handlers, journal } = status;
  const now = Date.parse(status.now);
  const ago = (time: string | undefined): string =>
    time === undefined ? 'never' : `${formatDuration(Math.max(0, now - Date.parse(time)))} ago`;
  const lines = [
    ...(concerns.length === 0
      ? ['All is well.']
      : concerns.map(({ level, about, message }) => inOneLine(`${MARKS[level]}: ${about}: ${message}`))),
    '',
    ...table(
      ['source', 'state', 'address', 'since', 'last message', 'last alert', 'hour', 'day', ''],
      sources.map((source) => sourceCells(source, ago)),
    ),
    '',
    ...table(
      ['handler', 'state', 'pending', 'running', 'retrying', 'done', 'dead', 'skipped', 'last run', 'last error'],
      handlers.map((handler) => handlerCells(handler, ago)),
    ),
  ];
  if (broadcast !== undefined) {
    const rows = broadcast.subscribers.map(({ address, identity, since, sent, owed, isBehind, filters }) => [
      ...[address, identity ?? '–', ago(since), String(sent), String(owed), isBehind ? 'behind' : ''],
      filters.join(' | '),
    ]);
    lines.push('', `broadcast: ${broadcast.state} ${broadcast.address ?? ''}, ${rows.length} subscribers`);
    if (rows.length > 0) lines.push(...table(['subscriber', 'identity', 'since', 'sent', 'owed', '', 'filters'], rows));
  }
  const { path, bytes, alerts, undecided, quarantined, oldestAt } = journal;
  lines.push(
    '',
    `journal: ${path}, ${megabytes(bytes)}, ${alerts} alerts since ${ago(oldestAt)}, ${undecided} undecided, ${quarantined} in quarantine`,
    `voeventd ${status.version}, started ${ago(status.startedAt)}`,
  );
  return lines.map((line) => visible(line).trimEnd()).join('\n');
}

function sourceCells(source: SourceStatus, ago: (time: string | undefined) => string): string[] {
  const { name, state, address = '–', since, lastMessageAt, lastAlertAt, lastHour, lastDay, level } = source;
  const marks = level === 'ok' ? '' : MARKS[level];
  return [
    name,
    state,
    address,
    since === undefined ? '–' : ago(since),
    ago(lastMessageAt),
    ago(lastAlertAt),
    String(lastHour),
    String(lastDay),
    marks,
  ];
}

function handlerCells(handler: HandlerStatus, ago: (time: string | undefined) => string): string[] {
  const { name, state, pending, running, retrying, done, dead, skipped, lastEndedAt, lastErrorAt, lastError } = handler;
  const counts = [pending, running, retrying, done, dead, skipped].map(String);
  const error = lastErrorAt === undefined ? '' : `${ago(lastErrorAt)}: ${visible(lastError ?? '', 100)}`;
  return [name, state, ...counts, ago(lastEndedAt), error];
}

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1_000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function inOneLine(text: string): string {
  return text.replaceAll(/\r?\n/g, ' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const cells = [head, ...rows].map((row) => row.map(inOneLine));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
