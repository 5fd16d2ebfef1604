import { createDecoder } from '../alert/decode.ts';
import { UserError } from '../common/errors.ts';
import { didYouMean } from '../common/suggest.ts';
import type { Asked } from '../journal/asking.ts';
import { lookInto } from '../journal/look.ts';
import type { JournalReader, ListedAlert } from '../journal/reader.ts';
import { discard, type Prepared } from '../prepare.ts';
import { selectionOf } from '../selection.ts';
import { Trial } from '../trial/trial.ts';
import { askFor } from './asking.ts';
import { requireHandler } from './delivery-id.ts';
import { EXIT } from './exit.ts';
import { oneLine } from './explanation.ts';
import { type JournalOptions, journalSettings } from './journal-path.ts';
import { createLogger } from './logger.ts';
import { prepareOrTell } from './prepare-or-tell.ts';
import { maxAgeOf, withoutStale } from './stale.ts';
import { timeOf } from './time-of.ts';

export interface ReplayOptions extends JournalOptions {
  readonly handler: string;
  readonly since: string;
  readonly until?: string;
  readonly rules?: boolean;
  readonly pretend?: boolean;
  readonly anyAge?: boolean;
  readonly wait?: boolean;
}

/** Asked for at once. */
const MOST = 100_000;

/** `voeventd replay`: alerts of the journal are handed to a handler again. */
export async function replayCommand(options: ReplayOptions): Promise<number> {
  const { handler } = options;
  const { path } = await journalSettings(options);
  const reader = lookInto(path);
  try {
    const alerts = alertsOf(reader, options);
    const fired =
      options.rules === true ? await decidedNow(reader, alerts, options) : decidedThen(reader, alerts, handler);
    if (fired === undefined) return EXIT.failed;
    if (fired.length === 0) {
      process.stdout.write(`Of ${alerts.length} alerts since then, none is for ${oneLine(handler)}.\n`);
      return EXIT.ok;
    }
    const dated = fired.map((alert) => ({ seq: alert.seq, writtenAt: writtenAt(alert) }));
    const maxAge = options.anyAge === true ? undefined : await maxAgeOf(handler, options);
    const wanted = withoutStale(handler, dated, maxAge, Date.now());
    if (wanted.length === 0) return EXIT.failed;
    const manner = { pretend: options.pretend === true, anyAge: options.anyAge === true };
    const requests = wanted.map(({ seq }): Asked => ({ what: 'replay', seq, handler, ...manner }));
    return await askFor(path, requests, options.wait === true);
  } finally {
    reader.close();
  }
}

/** Oldest first, as they came. */
function alertsOf(reader: JournalReader, { since, until }: ReplayOptions): ListedAlert[] {
  const now = Date.now();
  const filter = { from: timeOf('--since', since, now), to: timeOf('--until', until, now) };
  const alerts = reader.list(filter, MOST + 1);
  if (alerts.length <= MOST) return alerts.reverse();
  throw new UserError(
    'replay.many',
    `Cannot replay more than ${MOST} alerts at once. Choose fewer with --since and --until.`,
  );
}

/** Those for which the handler fired when they came. */
function decidedThen(reader: JournalReader, alerts: readonly ListedAlert[], handler: string): ListedAlert[] {
  const asked = new Set(alerts.flatMap(({ verdicts }) => verdicts.map((verdict) => verdict.handler)));
  requireHandler(reader, handler, [...asked]);
  return alerts.filter(({ verdicts }) => verdicts.some((verdict) => verdict.handler === handler && verdict.fired));
}

/** Those for which it fires by the rules of today, as if it had been asked when they came. */
async function decidedNow(
  reader: JournalReader,
  alerts: readonly ListedAlert[],
  { config, handler }: ReplayOptions,
): Promise<ListedAlert[] | undefined> {
  const log = await createLogger({ level: 'warn', format: 'auto' });
  const { prepared } = await prepareOrTell(config, log);
  if (prepared === undefined) return undefined;
  try {
    const trial = new Trial([selectionFor(handler, prepared)]);
    const decoder = await createDecoder();
    return alerts.filter((alert) => {
      const stored = alert.problem === undefined ? reader.stored(alert.seq) : undefined;
      if (stored === undefined) return false;
      const reception = { source: stored.source, receivedAt: new Date(stored.receivedAt).toISOString() };
      const { verdicts } = trial.decide(decoder.read(stored.packet, reception), stored.receivedAt);
      return verdicts.some(({ fired }) => fired);
    });
  } finally {
    await discard(prepared.handlers);
    await log.flush();
  }
}

function selectionFor(name: string, { handlers, settings }: Prepared) {
  const handler = handlers.find((one) => one.name === name);
  if (handler !== undefined) return selectionOf(handler, settings);
  const names = handlers.map((one) => one.name);
  throw new UserError('replay.handler', `There is no handler ${oneLine(name)}${didYouMean(name, names)}.`);
}

function writtenAt({ receivedAt, writtenAt: written }: ListedAlert): number {
  return written === undefined ? receivedAt : Math.min(receivedAt, Date.parse(written));
}
