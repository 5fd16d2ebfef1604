import { join } from 'node:path';
import { untilDone } from './decided.ts';
import { type Bench, session } from './session.ts';
import { median, percentile } from './statistics.ts';
import { ARCHIVE, daemon, type HandlerConfig } from './subject.ts';

export interface Cold {
  readonly alerts: number;
  /** From the first alert sent to the last one in the archive. */
  readonly archivedPerSecond: number;
  /** At a hundred alerts a second, with nothing else to do. */
  readonly idleP99Ms: number;
  /** The same while the daemon works off a back-fill. */
  readonly busyP99Ms: number;
}

/** The archive, and nine handlers with rules of the kinds that observatories write; none of the nine fires. */
const TEN_HANDLERS: HandlerConfig = {
  ...ARCHIVE,
  name: 'archive and nine rules',
  others: Array.from(
    { length: 9 },
    (_, index) =>
      `{ plugin: log, when: 'alert.errorRadius < 1.0 && number("Packet_Type") == 61.0 && number("Instrument_${index}") > 2000.0' }`,
  ),
};

const BACKFILL = 6_000;
const WINDOW = 1_000;
const PER_SECOND = 100;

/** (i) How fast alerts are decoded, decided on for ten handlers and archived, and what that does to acks. */
export async function measureCold(bench: Bench): Promise<Cold> {
  const rounds: Cold[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) rounds.push(await measureOnce(bench));
  const of = (read: (cold: Cold) => number): number => median(rounds.map(read));
  return {
    alerts: BACKFILL,
    archivedPerSecond: of(({ archivedPerSecond }) => archivedPerSecond),
    idleP99Ms: of(({ idleP99Ms }) => idleP99Ms),
    busyP99Ms: of(({ busyP99Ms }) => busyP99Ms),
  };
}

async function measureOnce(bench: Bench): Promise<Cold> {
  return await session(bench, daemon(bench.executable, TEN_HANDLERS), async (broker, _running, directory) => {
    const journal = join(directory, 'journal.db');
    const pace = async (): Promise<{ sent: number; p99Ms: number }> => {
      const ms = bench.seconds * 1_000;
      const { sent, latenciesMs } = await broker.run({ kind: 'pace', perSecond: PER_SECOND, ms });
      return { sent, p99Ms: percentile(latenciesMs, 0.99) };
    };
    const idle = await pace();
    await untilDone(journal, idle.sent);
    const startedAt = performance.now();
    await broker.run({ kind: 'count', window: WINDOW, count: BACKFILL });
    await untilDone(journal, idle.sent + BACKFILL);
    const archivedPerSecond = BACKFILL / ((performance.now() - startedAt) / 1_000);
    await broker.run({ kind: 'count', window: WINDOW, count: BACKFILL });
    const busy = await pace();
    return { alerts: BACKFILL, archivedPerSecond, idleP99Ms: idle.p99Ms, busyP99Ms: busy.p99Ms };
  });
}
