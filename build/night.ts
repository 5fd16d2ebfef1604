import { createDecoder } from '../src/alert/decode.ts';
import { scanEnvelope } from '../src/alert/envelope.ts';
import { ConfigDocument } from '../src/config/document.ts';
import type { DeliveryEnd } from '../src/dispatch/deliveries.ts';
import { JournalImporter } from '../src/journal/import.ts';
import { Ledger } from '../src/journal/ledger.ts';
import { Pipeline } from '../src/pipeline/pipeline.ts';
import { discard, prepare } from '../src/prepare.ts';
import { SAMPLE_COUNT, samplePacket } from '../src/rehearsal/samples.ts';
import { selectionOf } from '../src/selection.ts';

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const MINUTE_MS = 60_000;

/** How many minutes ago the alerts of the night came, the last of them first. */
const CAME = [
  ...[4, 9, 11, 26, 31, 38, 44, 52, 71, 78, 95, 96, 118, 133, 150, 171],
  ...[190, 204, 231, 240, 266, 295, 301, 330, 352, 377, 401, 430, 446, 471],
];
/** The one of them that cannot be read, from the beginning. */
const BROKEN = 22;

/** The alert of this number in the night; each round of the samples is about another trigger. */
export function nightPacket(index: number, writtenAt: number): Buffer {
  const trigger = 1_151_388 + 7 * Math.floor(index / SAMPLE_COUNT);
  return samplePacket(index % SAMPLE_COUNT, String(trigger), new Date(writtenAt));
}

/** How many alerts there are before those that come while somebody looks. */
export const NIGHT = CAME.length;

/** Fills the journal of a daemon with a night that is nearly over: what came, what was decided, and what became of it. */
export async function fillNight(configFile: string, journal: string): Promise<void> {
  const { prepared } = await prepare(ConfigDocument.read(configFile), () => SILENT);
  if (prepared === undefined) throw new Error(`Cannot use ${configFile}: it has problems.`);
  const importer = new JournalImporter(journal);
  const ledger = new Ledger(journal);
  const times = new Map<number, number>();
  const now = Date.now();
  for (const [index, minutes] of CAME.toReversed().entries()) {
    const receivedAt = now - minutes * MINUTE_MS - ((index * 7_919) % 60_000);
    const whole = nightPacket(index, receivedAt - 21_000 - ((index * 4_603) % 40_000));
    const packet = index === BROKEN ? Buffer.from(whole.toString().replace('</What>', '')) : whole;
    const envelope = scanEnvelope(packet);
    const source = index % 4 === 2 ? { source: 'campus', peer: 'campus:8099' } : { source: 'gcn', peer: 'gcn:8099' };
    const { ivorn, role, element } = envelope;
    importer.take([{ ...source, ivorn, role, receivedAt, element, packet }], { segment: 0, offset: 0 });
    times.set(index + 1, receivedAt);
  }
  const offer = (handler: string, { seq }: { seq: number }): void => {
    const startedAt = (times.get(seq) ?? now) + 4;
    ledger.begin(seq, handler, startedAt);
    ledger.end(seq, handler, endOf(handler, seq, startedAt, now));
  };
  const pipeline = new Pipeline(
    ledger,
    await createDecoder(),
    { offer, withdraw: () => {}, isDelivering: false },
    SILENT,
  );
  const { settings } = prepared;
  // The night is long over: no alert of it is too old.
  pipeline.configure(prepared.handlers.map((handler) => ({ ...selectionOf(handler, settings), maxAgeMs: undefined })));
  pipeline.wake();
  while (ledger.undecided(1).length > 0) await new Promise((resolve) => void setImmediate(resolve));
  pipeline.stop();
  await discard(prepared.handlers);
  ledger.close();
  importer.checkpoint();
  importer.close();
}

function endOf(handler: string, seq: number, startedAt: number, now: number): DeliveryEnd {
  const done = (tookMs: number, outcome: string): DeliveryEnd => {
    return { state: 'done', outcome, endedAt: startedAt + tookMs };
  };
  switch (handler) {
    case 'slew':
      if (seq % SAMPLE_COUNT === 3) {
        const outcome = 'exited with code 3 after 412ms: too low';
        return { state: 'dead', outcome, endedAt: startedAt + 412 };
      }
      return done(2_140 + seq, 'exit 0 after 2.1s');
    case 'chat':
      if (seq === NIGHT - 4) {
        const outcome = '503 Service Unavailable';
        return { state: 'retrying', outcome, endedAt: now - 20_000, dueAt: now + 280_000 };
      }
      return done(84 + seq, `200 OK after ${84 + seq}ms`);
    case 'keep':
      return done(3, 'written');
    default:
      return done(31, 'exit 0 after 31ms');
  }
}
