import { UserError } from '../common/errors.ts';
import { lookInto } from '../journal/look.ts';
import type { FoundDelivery, JournalReader } from '../journal/reader.ts';
import { askFor } from './asking.ts';
import { nameDelivery, requireHandler } from './delivery-id.ts';
import { EXIT } from './exit.ts';
import { oneLine } from './explanation.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';
import { maxAgeOf, withoutStale } from './stale.ts';
import { timeOf } from './time-of.ts';

export interface RetryOptions extends JournalOptions {
  readonly handler?: string;
  readonly since?: string;
  readonly anyAge?: boolean;
  readonly wait?: boolean;
}

/** Asked for at once; more is more than a slip of the hand should do. */
const MOST = 10_000;

/** `voeventd retry`: deliveries that failed for good are made again; those that are named, also when they were skipped. */
export async function retryCommand(ids: readonly string[], options: RetryOptions): Promise<number> {
  if (ids.length === 0 && options.handler === undefined) {
    throw new UserError(
      'retry.what',
      'Cannot retry: name deliveries, as voeventd deliveries --dead lists them, or a handler with --handler NAME.',
    );
  }
  if (options.handler === undefined && options.since !== undefined) {
    throw new UserError('retry.since', 'Cannot use --since with named deliveries: it goes with --handler NAME.');
  }
  const { path } = await journalSettings(options);
  const found = find(path, ids, options);
  if (found.length === 0) {
    process.stdout.write(`${oneLine(options.handler ?? '')} has no dead deliveries.\n`);
    return EXIT.ok;
  }
  const wanted: FoundDelivery[] = [];
  for (const [handler, deliveries] of Map.groupBy(found, (delivery) => delivery.handler)) {
    const maxAge = options.anyAge === true ? undefined : await maxAgeOf(handler, options);
    wanted.push(...withoutStale(handler, deliveries, maxAge, Date.now()));
  }
  if (wanted.length === 0) return EXIT.failed;
  const requests = wanted
    .toSorted((a, b) => a.seq - b.seq)
    .map(({ seq, handler }) => ({
      ...{ what: 'retry' as const, seq, handler, pretend: false, anyAge: options.anyAge === true },
    }));
  return await askFor(path, requests, options.wait === true);
}

function find(path: string, ids: readonly string[], { handler, since }: RetryOptions): FoundDelivery[] {
  const reader = lookInto(path);
  try {
    const named = [...new Set(ids)].map((id) => failed(reader, id));
    if (handler === undefined) return named;
    requireHandler(reader, handler);
    const filter = { states: ['dead'], handler, since: timeOf('--since', since, Date.now()) };
    const dead = reader.matching(filter, MOST + 1);
    if (dead.length > MOST) {
      throw new UserError(
        'retry.many',
        `Cannot retry more than ${MOST} deliveries at once. Choose fewer with --since, or name them.`,
      );
    }
    return [...named, ...dead.filter(({ seq }) => !named.some((one) => one.seq === seq && one.handler === handler))];
  } finally {
    reader.close();
  }
}

function failed(reader: JournalReader, id: string): FoundDelivery {
  const { seq, handler } = nameDelivery(id);
  const delivery = reader.delivery(seq, handler);
  if (delivery?.state === 'dead' || delivery?.state === 'skipped') return delivery;
  const state = delivery === undefined ? 'the journal has no such delivery' : `it is ${delivery.state}`;
  const change =
    delivery?.state === 'done'
      ? ' voeventd replay hands over again what is done.'
      : ' voeventd deliveries --dead lists what can be.';
  throw new UserError('retry.state', `Cannot retry ${oneLine(id)}: ${state}.${change}`);
}
