import { quiet } from './quiet.ts';
import type { Bench } from './session.ts';
import { type Fed, medianFed, ORDER, of, type Sides, type Slice, slice } from './sides.ts';
import { STAMP, stampIn } from './stamps.ts';
import { median, percentile } from './statistics.ts';
import { daemon } from './subject.ts';
import { sleep, WatchSession } from './watch-session.ts';

/** A hundred alerts a second and a handler that fires for each, with and without watchers. */
export interface Paced extends Sides<Latencies> {
  /** Of the acks' p99, with watchers by without: of all repetitions together, and of each by itself. */
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly fed: Fed;
}

export interface Latencies {
  readonly acks: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** From just before the frame is written to the start of its handler. */
  readonly startP50Ms: number;
  readonly startP99Ms: number;
}

interface Stretch {
  readonly sent: number;
  readonly acksMs: readonly number[];
  readonly startsMs: readonly number[];
}

const PER_SECOND = 100;
const WARM_UP_MS = 1_000;
/** The pages are told of what comes last, too. */
const SETTLE_MS = 500;
const STARTED_MS = 15_000;
/** Of `--seconds`: by default a thousand acks on each side of a repetition. */
const SECONDS_TIMES = 1.25;

/** One repetition: several slices of each side, in turns, on one daemon. */
export async function pacedSlices(bench: Bench): Promise<Slice<Stretch>[]> {
  return await WatchSession.of(bench, daemon(bench.executable, STAMP), async (session) => {
    await slice(session, 'watched', () => pace(session, WARM_UP_MS));
    const slices: Slice<Stretch>[] = [];
    for (const side of [...ORDER, ...ORDER]) {
      await quiet(session.running);
      slices.push(await slice(session, side, () => pace(session, bench.seconds * SECONDS_TIMES * 1_000)));
    }
    return slices;
  });
}

async function pace(session: WatchSession, ms: number): Promise<Stretch> {
  const before = session.sent;
  const { sent, latenciesMs, sentAtNs } = await session.run({ kind: 'pace', perSecond: PER_SECOND, ms });
  const startedNs = await starts(session);
  await sleep(SETTLE_MS);
  // Alerts are numbered as they come.
  const startsMs = sentAtNs.map((sentNs, index) => ((startedNs.get(before + index + 1) ?? Number.NaN) - sentNs) / 1e6);
  return { sent, acksMs: latenciesMs, startsMs };
}

/** When the handler of each alert started, as it said itself, by the alert's number; once all of them have. */
async function starts(session: WatchSession): Promise<Map<number, number>> {
  const giveUpAt = performance.now() + STARTED_MS;
  while (performance.now() < giveUpAt) {
    const startedNs = new Map<number, number>();
    for (const { msg = '', delivery = '' } of session.lines()) {
      const started = stampIn(msg);
      const number = Number.parseInt(delivery, 10);
      if (started !== undefined && !startedNs.has(number)) startedNs.set(number, started);
    }
    if (startedNs.size === session.sent) return startedNs;
    await sleep(SETTLE_MS);
  }
  throw new Error('Not all handlers were seen to start');
}

/** All repetitions together. */
export function pooled(repetitions: readonly (readonly Slice<Stretch>[])[]): Paced {
  const slices = repetitions.flat();
  const [alone, watched] = [latencies(of(slices, 'alone')), latencies(of(slices, 'watched'))];
  const ratios = repetitions.map(
    (own) => latencies(of(own, 'watched')).ackP99Ms / latencies(of(own, 'alone')).ackP99Ms,
  );
  return { alone, watched, ratio: watched.ackP99Ms / alone.ackP99Ms, ratios, fed: medianFed(slices) };
}

function latencies(stretches: readonly Stretch[]): Latencies {
  const acksMs = stretches.flatMap((stretch) => stretch.acksMs);
  const startsMs = stretches.flatMap((stretch) => stretch.startsMs);
  return {
    acks: acksMs.length,
    ...{ ackP50Ms: median(acksMs), ackP99Ms: percentile(acksMs, 0.99) },
    ...{ startP50Ms: median(startsMs), startP99Ms: percentile(startsMs, 0.99) },
  };
}
