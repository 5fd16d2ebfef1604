import { AUTHORS } from './relay.ts';
import { inRole, type Results } from './results.ts';
import { PAGES } from './watch-session.ts';

/** What the daemon is meant to reach on two cores, and what it did. */
export interface Aim {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

const PER_SECOND = 20_000;
const OF_FLOOR = 0.5;
const ACK_P99_MS = 5;
const ACK_TIMES_FLOOR = 2;
const HANDLER_MS = 3;
const MEMORY_MIB = 150;
const STARTUP_MS = 400;
const OF_BARE_PARSE = 0.6;
const TIMES_COMET = 5;
const DELIVERIES_PER_SECOND = 60_000;
const DELAY_P99_MS = 20;
const STALLED_RATIO = 1.2;
const WATCHED_RATIO = 1.2;
const RULE_US = 50;
const COLD_PER_SECOND = 3_000;
const EXEC_PER_SECOND = 700;
const LARGE_JOURNAL_RATIO = 1.2;
const BACKFILL_MIB = 200;
const ISOLATION_MS = 1;

export function judge({
  throughput,
  handlerStart,
  memory,
  startup,
  decoding,
  relaying,
  watched,
  rules,
  cold,
  exec,
  largeJournal,
  isolation,
}: Results): Aim[] {
  const aims: Aim[] = [];
  const add = (aim: string, measured: string, met: boolean): number => aims.push({ aim, measured, met });
  if (throughput !== undefined) {
    const [daemon, synced] = [inRole(throughput, 'daemon'), inRole(throughput, 'synced')];
    const perSecond = daemon.ackedPerSecond[1_000] ?? 0;
    const ofFloor = perSecond / (synced.ackedPerSecond[1_000] ?? 0);
    const timesFloor = daemon.ackP50Ms / synced.ackP50Ms;
    add(`acked/s at window 1000 ≥ ${PER_SECOND}`, perSecond.toFixed(0), perSecond >= PER_SECOND);
    add(`of the fdatasync floor at window 1000 ≥ ${OF_FLOOR}`, ofFloor.toFixed(2), ofFloor >= OF_FLOOR);
    add(
      `ack p50 at 100/s ≤ ${ACK_TIMES_FLOOR} × the fdatasync floor`,
      `${timesFloor.toFixed(2)} ×`,
      timesFloor <= ACK_TIMES_FLOOR,
    );
    add(`ack p99 at 100/s ≤ ${ACK_P99_MS} ms`, `${daemon.ackP99Ms.toFixed(2)} ms`, daemon.ackP99Ms <= ACK_P99_MS);
  }
  if (handlerStart !== undefined) {
    const { p50Ms } = inRole(handlerStart, 'built-in');
    add(`in-process handler start p50 ≤ ${HANDLER_MS} ms`, `${p50Ms.toFixed(2)} ms`, p50Ms <= HANDLER_MS);
    const execMs = inRole(handlerStart, 'exec').p50Ms - inRole(handlerStart, 'spawn').p50Ms;
    const beyond = `exec start p50 beyond that of a bare spawn ≤ ${HANDLER_MS} ms`;
    add(beyond, `${execMs.toFixed(2)} ms`, execMs <= HANDLER_MS);
  }
  if (memory !== undefined) {
    const { peakMiB } = inRole(memory, 'burst');
    add(`peak RSS after 100 000 alerts ≤ ${MEMORY_MIB} MiB`, `${peakMiB.toFixed(0)} MiB`, peakMiB <= MEMORY_MIB);
    const { alerts, peakMiB: filled } = inRole(memory, 'backfill');
    add(`peak RSS, back-fill of ${alerts} ≤ ${BACKFILL_MIB} MiB`, `${filled.toFixed(0)} MiB`, filled <= BACKFILL_MIB);
  }
  if (startup !== undefined) {
    const { medianMs } = inRole(startup, 'daemon');
    add(`executable to connected ≤ ${STARTUP_MS} ms`, `${medianMs.toFixed(0)} ms`, medianMs <= STARTUP_MS);
  }
  if (decoding !== undefined) {
    const ofBare = inRole(decoding, 'decoder').packetsPerSecond / inRole(decoding, 'bare').packetsPerSecond;
    add(`decoder of a bare fast-xml-parser ≥ ${OF_BARE_PARSE}`, ofBare.toFixed(2), ofBare >= OF_BARE_PARSE);
  }
  if (relaying !== undefined) {
    const daemon = inRole(relaying, 'daemon');
    const comet = relaying.find(({ role }) => role === 'comet');
    for (const authors of AUTHORS) {
      const { ackedPerSecond = 0 } = daemon.submitting[authors] ?? {};
      const times = ackedPerSecond / (comet?.submitting[authors]?.ackedPerSecond ?? Number.NaN);
      if (comet === undefined) continue;
      add(`acked/s to ${authors} authors ≥ ${TIMES_COMET} × Comet`, `${times.toFixed(1)} ×`, times >= TIMES_COMET);
    }
    const { deliveriesPerSecond = 0 } = daemon.handingOn[50] ?? {};
    add(
      `deliveries/s to 50 subscribers ≥ ${DELIVERIES_PER_SECOND}`,
      deliveriesPerSecond.toFixed(0),
      deliveriesPerSecond >= DELIVERIES_PER_SECOND,
    );
    const { p99Ms = Number.NaN } = daemon.handingOn[256] ?? {};
    add(`author to 256 subscribers p99 ≤ ${DELAY_P99_MS} ms`, `${p99Ms.toFixed(1)} ms`, p99Ms <= DELAY_P99_MS);
    const { ratio } = daemon.stalled;
    add(
      `p99 beside a stalled subscriber ≤ ${STALLED_RATIO} × without`,
      `${ratio.toFixed(2)} ×`,
      ratio <= STALLED_RATIO,
    );
  }
  if (watched !== undefined) {
    const add99 = (where: string, { ratio }: { ratio: number }): number =>
      add(
        `ack p99 with ${PAGES} open pages, journal ${where} ≤ ${WATCHED_RATIO} × without`,
        `${ratio.toFixed(2)} ×`,
        ratio <= WATCHED_RATIO,
      );
    add99('on the disk', watched.disk);
    if (watched.memory !== undefined) add99('in memory', watched.memory);
  }
  if (rules !== undefined) {
    const { microsecondsPerRule } = inRole(rules, 'sky');
    add(`a rule on the sky ≤ ${RULE_US} µs`, `${microsecondsPerRule.toFixed(1)} µs`, microsecondsPerRule <= RULE_US);
  }
  if (cold !== undefined) {
    const { archivedPerSecond } = cold;
    const aim = `decided on for ten handlers and archived/s ≥ ${COLD_PER_SECOND}`;
    add(aim, archivedPerSecond.toFixed(0), archivedPerSecond >= COLD_PER_SECOND);
  }
  if (exec !== undefined) {
    const perSecond = Math.max(...exec.map((rate) => rate.perSecond));
    add(`programs run/s ≥ ${EXEC_PER_SECOND}`, perSecond.toFixed(0), perSecond >= EXEC_PER_SECOND);
  }
  if (largeJournal !== undefined) {
    const ratio = largeJournal.fullP50Ms / largeJournal.emptyP50Ms;
    const aim = `ack p50 with ${largeJournal.alerts} alerts in the journal ≤ ${LARGE_JOURNAL_RATIO} × with none`;
    add(aim, `${ratio.toFixed(2)} ×`, ratio <= LARGE_JOURNAL_RATIO);
  }
  if (isolation !== undefined) {
    const ms = inRole(isolation, 'isolated').p50Ms - inRole(isolation, 'in process').p50Ms;
    add(
      `a delivery to an isolated plugin, p50 beyond one in process ≤ ${ISOLATION_MS} ms`,
      `${ms.toFixed(2)} ms`,
      ms <= ISOLATION_MS,
    );
  }
  return aims;
}
