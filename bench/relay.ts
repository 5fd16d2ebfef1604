import type { CrowdResult } from './relay-jobs.ts';
import { RelaySession } from './relay-session.ts';
import type { Relay } from './relay-subject.ts';
import type { Bench } from './session.ts';
import { median, percentile } from './statistics.ts';

/** How many authors at once, and how many subscribers, are measured. */
export const AUTHORS = [1, 10] as const;
export const SUBSCRIBERS = [1, 10, 50, 256] as const;

/** A broker, from its authors to its subscribers. */
export interface Relayed {
  readonly name: string;
  readonly role: Relay['role'];
  /** By the number of authors. */
  readonly submitting: Readonly<Record<number, Submitting>>;
  /** By the number of subscribers. */
  readonly handingOn: Readonly<Record<number, HandingOn>>;
  readonly kibPerSubscriber: number;
  readonly stalled: Stalled;
}

export interface Submitting {
  readonly ackedPerSecond: number;
  readonly ackP50Ms: number;
  readonly ackP99Ms: number;
  /** Of one core, that the process that plays the authors was busy. */
  readonly authorsLoad: number;
}

export interface HandingOn {
  /** From author to subscriber, at ten alerts a second. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Fed as fast as it acknowledges. */
  readonly deliveriesPerSecond: number;
  readonly alertsPerSecond: number;
  /** Of one core, that the process that plays the subscribers was busy then. */
  readonly subscribersLoad: number;
  readonly peakMiB: number;
}

/** What one subscriber that never reads costs the others. */
export interface Stalled {
  readonly withoutP99Ms: number;
  readonly withP99Ms: number;
  readonly ratio: number;
}

const WARM_UP_MS = 1_000;
const PER_SECOND = 10;
const BESIDE_STALLED = 49;
const STALLED_PER_SECOND = 50;
/** More than the system holds back for a connection: from then on alerts wait in the broker. */
const STALLED_MS = 1_000;

/** (f) Authors, receiver, journal, broadcast, subscribers. */
export async function measureRelays(bench: Bench, relays: readonly Relay[]): Promise<Relayed[]> {
  const rounds: Relayed[] = [];
  for (let repetition = 0; repetition < bench.repetitions; repetition += 1) {
    for (const relay of relays) rounds.push(await measureOne(bench, relay));
  }
  return relays.map((relay) => medians(rounds.filter(({ role }) => role === relay.role)));
}

/** Each on a broker of its own: what one leaves undone or written costs the next nothing. */
async function measureOne(bench: Bench, relay: Relay): Promise<Relayed> {
  const ms = bench.seconds * 1_000;
  const alone = <Result>(measure: (session: RelaySession) => Promise<Result>) => RelaySession.of(bench, relay, measure);
  const submitting: Record<number, Submitting> = {};
  for (const authors of AUTHORS) submitting[authors] = await alone((session) => submit(session, authors, ms));
  const handingOn: Record<number, HandingOn> = {};
  for (const count of SUBSCRIBERS) handingOn[count] = await alone((session) => handOn(session, count, ms));
  const kibPerSubscriber = await alone((session) => idle(session));
  const stalled = await alone((session) => stall(session, bench.seconds));
  const { name, role } = relay;
  return { name, role, submitting, handingOn, kibPerSubscriber, stalled };
}

async function submit(session: RelaySession, authors: number, ms: number): Promise<Submitting> {
  await session.quiet();
  const port = session.running.authorsPort;
  const result = await session.authors({ kind: 'submit', port, authors, warmUpMs: WARM_UP_MS, ms });
  return {
    ackedPerSecond: result.acked / result.seconds,
    ackP50Ms: median(result.latenciesMs),
    ackP99Ms: percentile(result.latenciesMs, 0.99),
    authorsLoad: result.load,
  };
}

/** @returns what each of many subscribers takes of memory before it gets anything, in KiB */
async function idle(session: RelaySession): Promise<number> {
  const count = Math.max(...SUBSCRIBERS);
  const residentKib = async (): Promise<number> => {
    await session.quiet(1_000);
    return (session.running.peakMiB()?.residentNow ?? Number.NaN) * 1_024;
  };
  const before = await residentKib();
  await session.join(count);
  return ((await residentKib()) - before) / count;
}

/** The latency first, while there is no backlog of decisions. */
async function handOn(session: RelaySession, count: number, ms: number): Promise<HandingOn> {
  await session.quiet();
  await session.join(count);
  // The first alerts of a program are slow, ours and others': what is measured is one that has been at work.
  await session.delays(PER_SECOND, PER_SECOND);
  const delays = await session.delays((PER_SECOND * ms) / 1_000, PER_SECOND);
  const counted = await fanOut(session, ms);
  return {
    p50Ms: median(delays),
    p99Ms: percentile(delays, 0.99),
    deliveriesPerSecond: counted.deliveries / counted.seconds,
    alertsPerSecond: counted.deliveries / counted.seconds / count,
    subscribersLoad: counted.load,
    peakMiB: session.running.peakMiB()?.total ?? Number.NaN,
  };
}

async function fanOut(session: RelaySession, ms: number): Promise<CrowdResult> {
  const feeding = session.feed(WARM_UP_MS + ms);
  const counted = await session.crowd({ kind: 'count', warmUpMs: WARM_UP_MS, ms });
  await feeding;
  return counted;
}

async function stall(session: RelaySession, seconds: number): Promise<Stalled> {
  const delays = async (): Promise<number> => {
    await session.feed(STALLED_MS);
    await session.quiet();
    return percentile(await session.delays(seconds * STALLED_PER_SECOND, STALLED_PER_SECOND), 0.99);
  };
  await session.join(BESIDE_STALLED);
  const withoutP99Ms = await delays();
  await session.joinDeaf();
  const withP99Ms = await delays();
  return { withoutP99Ms, withP99Ms, ratio: withP99Ms / withoutP99Ms };
}

function medians(rounds: readonly Relayed[]): Relayed {
  const [first] = rounds;
  if (first === undefined) throw new Error('Nothing was measured');
  return medianOf(rounds) as Relayed;
}

/** The median of every number in values of the same shape. */
function medianOf(values: readonly unknown[]): unknown {
  const [first] = values;
  if (typeof first === 'number') return median(values as number[]);
  if (typeof first !== 'object' || first === null) return first;
  return Object.fromEntries(
    Object.keys(first).map((key) => [key, medianOf(values.map((value) => (value as Record<string, unknown>)[key]))]),
  );
}
