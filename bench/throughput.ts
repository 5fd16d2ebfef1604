import type { Broker } from './broker.ts';
import type { PeerSubject } from './peers.ts';
import { type Bench, session } from './session.ts';
import { median, percentile } from './statistics.ts';
import { ARCHIVE, daemon, floor, NEVER, type Subject } from './subject.ts';

export const WINDOWS = [1, 10, 1_000] as const;

export interface Throughput {
  readonly name: string;
  readonly role: 'bare' | 'synced' | 'daemon' | 'archiving' | PeerSubject['role'];
  /** By window. */
  readonly ackedPerSecond: Readonly<Record<number, number>>;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** Of one core, in the fastest window. */
  readonly generatorLoad: number;
}

const WARM_UP_MS = 500;
const PACE_PER_SECOND = 100;

/**
 * (a) Acks a second, and how long an ack takes at a steady hundred alerts a second.
 *
 * @param peers older clients, measured in the same run
 */
export async function measureThroughput(bench: Bench, peers: readonly PeerSubject[]): Promise<Throughput[]> {
  const subjects: { role: Throughput['role']; subject: Subject }[] = [
    { role: 'bare', subject: floor(false) },
    { role: 'synced', subject: floor(true) },
    { role: 'daemon', subject: daemon(bench.executable, NEVER) },
    { role: 'archiving', subject: daemon(bench.executable, ARCHIVE) },
    ...peers,
  ];
  const rounds: Throughput[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    for (const { role, subject } of subjects) {
      const measured = await session(bench, subject, (broker) => measureOne(broker, bench.seconds * 1_000));
      rounds.push({ name: subject.name, role, ...measured });
    }
  }
  return subjects.map(({ role, subject }) => ({
    name: subject.name,
    role,
    ...medians(rounds.filter((round) => round.role === role)),
  }));
}

type Figures = Omit<Throughput, 'name' | 'role'>;

/** The latency first, while there is no backlog of decisions. */
async function measureOne(broker: Broker, ms: number): Promise<Figures> {
  await broker.run({ kind: 'pace', perSecond: PACE_PER_SECOND, ms: WARM_UP_MS });
  const paced = await broker.run({ kind: 'pace', perSecond: PACE_PER_SECOND, ms: 2 * ms });
  const ackedPerSecond: Record<number, number> = {};
  let generatorLoad = 0;
  for (const window of WINDOWS) {
    const result = await broker.run({ kind: 'window', window, warmUpMs: WARM_UP_MS, ms });
    ackedPerSecond[window] = result.acked / result.seconds;
    generatorLoad = Math.max(generatorLoad, result.generatorLoad);
  }
  return {
    ackedPerSecond,
    ackP50Ms: median(paced.latenciesMs),
    ackP99Ms: percentile(paced.latenciesMs, 0.99),
    generatorLoad,
  };
}

function medians(rounds: readonly Figures[]): Figures {
  const of = (read: (round: Figures) => number): number => median(rounds.map(read));
  return {
    ackedPerSecond: Object.fromEntries(
      WINDOWS.map((window) => [window, of((round) => round.ackedPerSecond[window] ?? Number.NaN)]),
    ),
    ackP50Ms: of((round) => round.ackP50Ms),
    ackP99Ms: of((round) => round.ackP99Ms),
    generatorLoad: of((round) => round.generatorLoad),
  };
}
