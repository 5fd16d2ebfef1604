import { UserError } from '../common/errors.ts';
import { lookInto } from '../journal/look.ts';
import type { FoundDelivery, JournalReader } from '../journal/reader.ts';
import { attemptJson, describeAttempt } from './attempt-lines.ts';
import { nameDelivery, requireHandler } from './delivery-id.ts';
import { EXIT } from './exit.ts';
import { oneLine } from './explanation.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';
import { timeOf } from './time-of.ts';

export interface DeliveriesOptions extends JournalOptions {
  readonly dead?: boolean;
  readonly open?: boolean;
  readonly state?: string;
  readonly handler?: string;
  readonly since?: string;
  readonly limit: number;
  readonly json?: boolean;
}

const OPEN = ['pending', 'running', 'retrying'];

/** `voeventd deliveries`: what became of alerts at handlers; with an ID, of one delivery with each attempt. */
export async function deliveriesCommand(id: string | undefined, options: DeliveriesOptions): Promise<number> {
  const { path } = await journalSettings(options);
  const reader = lookInto(path);
  try {
    const print = id === undefined ? list(reader, options) : one(reader, id, options);
    process.stdout.write(print);
    return EXIT.ok;
  } finally {
    reader.close();
  }
}

function list(reader: JournalReader, options: DeliveriesOptions): string {
  const { handler, limit } = options;
  if (handler !== undefined) requireHandler(reader, handler);
  const filter = { states: statesOf(options), handler, since: timeOf('--since', options.since, Date.now()) };
  const found = reader.matching(filter, limit + 1);
  const shown = found.slice(0, limit);
  if (options.json === true) return `${JSON.stringify(shown.map(jsonOf), null, 2)}\n`;
  if (shown.length === 0) return 'There is no such delivery.\n';
  const more = found.length > limit ? [`More than ${limit}: --limit shows more of them.`] : [];
  return `${[...shown.flatMap(describe), ...more].join('\n')}\n`;
}

function statesOf({ dead, open, state }: DeliveriesOptions): string[] | undefined {
  const states = [
    ...(dead === true ? ['dead'] : []),
    ...(open === true ? OPEN : []),
    ...(state === undefined ? [] : [state]),
  ];
  return states.length === 0 ? undefined : states;
}

function one(reader: JournalReader, id: string, options: DeliveriesOptions): string {
  const { seq, handler } = nameDelivery(id);
  const delivery = reader.delivery(seq, handler);
  if (delivery === undefined) {
    throw new UserError(
      'deliveries.none',
      `Cannot show ${oneLine(id)}: the journal has no such delivery. voeventd explain ${seq} tells what was decided on that alert.`,
    );
  }
  const attempts = reader.attempts(seq).filter((attempt) => attempt.handler === handler);
  if (options.json === true) {
    return `${JSON.stringify({ ...jsonOf(delivery), tries: attempts.map(attemptJson) }, null, 2)}\n`;
  }
  return `${[...describe(delivery), ...attempts.flatMap(describeAttempt)].join('\n')}\n`;
}

function describe({ seq, handler, state, attempts, ivorn, outcome, mode, ...times }: FoundDelivery): string[] {
  const count = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const isOpen = state === 'pending' || state === 'retrying';
  const when = isOpen ? `due ${iso(times.dueAt)}` : iso(times.endedAt ?? times.startedAt ?? times.dueAt);
  return [
    `${oneLine(`${seq}/${handler}`)}  ${state}${mode === undefined ? '' : ' (pretend)'}, ${count}, ${when}  ${oneLine(ivorn ?? 'a document without an identifier')}`,
    ...(outcome === undefined ? [] : [`    ${oneLine(outcome)}`]),
  ];
}

function jsonOf({ seq, handler, dueAt, startedAt, endedAt, writtenAt: _, id, ...rest }: FoundDelivery): object {
  return {
    ...{ delivery: `${seq}/${handler}`, seq, handler, alert: id, ...rest },
    ...{ dueAt: iso(dueAt), startedAt: isoOf(startedAt), endedAt: isoOf(endedAt) },
  };
}

const iso = (timeMs: number): string => new Date(timeMs).toISOString();
const isoOf = (timeMs: number | undefined): string | undefined => (timeMs === undefined ? undefined : iso(timeMs));
