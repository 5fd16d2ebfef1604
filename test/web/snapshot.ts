import { Histogram } from '../../src/common/histogram.ts';
import type { Snapshot, SourceSnapshot } from '../../src/web/snapshot.ts';
import type { JournalFacts } from '../../src/web/status.ts';

export const NOW = Date.UTC(2026, 10, 27, 12);
export const MINUTE = 60_000;

type Broker = Extract<SourceSnapshot, { type: 'vtp' }>;

/** A source that is connected and hears its broker. */
export function broker(status: Partial<Broker['status']> = {}, changes: Partial<Broker> = {}): Broker {
  return {
    ...{ type: 'vtp', name: 'campus' },
    totals: { received: 10, duplicates: 1, bytes: 5_000, acks: 10, lastAlertAt: NOW - 5 * MINUTE },
    expectation: { since: NOW - 120 * MINUTE, silenceMs: 150_000, graceMs: 180_000, alertWithinMs: undefined },
    status: {
      ...{ state: 'connected', broker: 'broker.example.org:8099', since: NOW - 60 * MINUTE, events: 9 },
      ...{ lastMessageAt: NOW - 30_000, lastIamaliveAt: NOW - 30_000, reconnects: 2 },
      ...status,
    } as Broker['status'],
    ...changes,
  };
}

export function snapshot(changes: Partial<Snapshot> = {}): Snapshot {
  const empty = new Histogram().snapshot;
  return {
    ...{ identity: 'ivo://org.example/us', startedAt: NOW - 120 * MINUTE, sources: [broker()], broadcast: undefined },
    ...{
      handlers: [{ name: 'slew', plugin: 'exec', broken: undefined }],
      journalProblem: undefined,
      decisionProblem: undefined,
    },
    histograms: { ack: empty, start: { slew: empty }, lag: { main: empty } },
    ...changes,
  };
}

export function facts(changes: Partial<JournalFacts> = {}): JournalFacts {
  return {
    ...{ path: '/var/lib/voeventd/journal.db', bytes: 1_000_000 },
    tally: {
      ...{ alerts: 100, undecided: 0, quarantined: 0, oldestAt: NOW - 9_000_000, newestAt: NOW - 300_000 },
      lastQuarantinedAt: undefined,
    },
    ...{ handlers: [], open: [], rate: () => ({ lastHour: 3, lastDay: 30 }) },
    ...changes,
  };
}
