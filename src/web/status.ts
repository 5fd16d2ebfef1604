import { withoutUndefined } from '../common/objects.ts';
import { VERSION } from '../common/version.ts';
import type { HandlerTally, JournalTally } from '../journal/reader.ts';
import type { BroadcasterStatus } from '../vtp/broadcaster/status.ts';
import type { ReceiverStatus } from '../vtp/receiver/status.ts';
import type { SubscriberStatus } from '../vtp/subscriber/status.ts';
import { concernsOf, sourceConcern, worst } from './concerns.ts';
import { cut } from './cut.ts';
import { iso, isoOr } from './iso.ts';
import type { BroadcastStatus, Concern, HandlerStatus, JournalStatus, SourceStatus, Status } from './model.ts';
import type { HandlerHold, HandlerSnapshot, Snapshot, SourceSnapshot } from './snapshot.ts';

/** What the journal tells beside what the parts do. */
export interface JournalFacts {
  readonly path: string;
  readonly bytes: number;
  readonly tally: JournalTally;
  readonly handlers: readonly HandlerTally[];
  readonly open: readonly { readonly handler: string; readonly state: string; readonly count: number }[];
  readonly rate: (source: string) => { lastHour: number; lastDay: number };
}

/** The whole status. Pure. @param now milliseconds since 1970 */
export function statusOf(snapshot: Snapshot, facts: JournalFacts, now: number): Status {
  const troubles = new Map<string, Omit<Concern, 'about'>>();
  for (const source of snapshot.sources) {
    const concern = sourceConcern(source, now);
    if (concern !== undefined) troubles.set(source.name, concern);
  }
  const broadcast = snapshot.broadcast === undefined ? undefined : broadcastStatus(snapshot.broadcast);
  const parts = withoutUndefined({
    ...{ version: VERSION, identity: snapshot.identity, now: iso(now), startedAt: iso(snapshot.startedAt) },
    sources: snapshot.sources.map((source) => sourceStatus(source, troubles.get(source.name), facts.rate(source.name))),
    broadcast,
    handlers: handlerStatuses(snapshot, facts),
    journal: journalStatus(snapshot, facts),
  }) as Omit<Status, 'level' | 'concerns'>;
  const concerns = concernsOf(parts, troubles, now);
  const handlers = parts.handlers.map((handler) => {
    const own = concerns.filter(({ about }) => about === `handler ${handler.name}`);
    return { ...handler, level: worst(own.map(({ level }) => level)) };
  });
  return { level: worst(concerns.map(({ level }) => level)), concerns, ...parts, handlers };
}

function sourceStatus(
  source: SourceSnapshot,
  concern: Omit<Concern, 'about'> | undefined,
  rate: { lastHour: number; lastDay: number },
): SourceStatus {
  const { name, type, totals } = source;
  const { lastAlertAt, ...counts } = totals;
  return withoutUndefined({
    ...{ name, type, level: concern?.level ?? 'ok' },
    ...(type === 'vtp' ? subscription(source.status) : reception(source.status)),
    ...{ lastAlertAt: isoOr(lastAlertAt), ...counts, ...rate },
  }) as SourceStatus;
}

function subscription(status: SubscriberStatus) {
  const { state, lastMessageAt, lastIamaliveAt, reconnects } = status;
  return {
    ...{ state, reconnects, lastMessageAt: isoOr(lastMessageAt), lastIamaliveAt: isoOr(lastIamaliveAt) },
    ...('broker' in status ? { address: status.broker } : {}),
    ...('since' in status ? { since: iso(status.since) } : {}),
    ...(status.state === 'waiting' ? { reason: status.reason, nextAttemptAt: iso(status.until) } : {}),
  };
}

function reception(status: ReceiverStatus) {
  const { state } = status;
  switch (status.state) {
    case 'listening': {
      const { address, since, connections, refused, lastEventAt } = status;
      return { state, address, since: iso(since), connections, refused, lastMessageAt: isoOr(lastEventAt) };
    }
    case 'failed':
      return { state, address: status.address, reason: status.reason };
    case 'idle':
    case 'stopped':
      return { state };
  }
}

function broadcastStatus(status: BroadcasterStatus): BroadcastStatus {
  const { state } = status;
  if (status.state === 'failed') {
    return { level: 'red', state, address: status.address, reason: status.reason, subscribers: [] };
  }
  if (status.state !== 'listening') return { level: 'ok', state, subscribers: [] };
  const subscribers = status.subscribers.map(({ identity, since, lastMessageAt, filters, ...rest }) =>
    withoutUndefined({
      ...{ ...rest, identity: cut(identity), since: iso(since), lastMessageAt: isoOr(lastMessageAt) },
      filters: filters.map((filter) => cut(filter)),
    }),
  ) as BroadcastStatus['subscribers'];
  return { level: 'ok', state, address: status.address, since: iso(status.since), subscribers };
}

/** Those of the configuration, in its order, and then others for which deliveries wait. */
function handlerStatuses(snapshot: Snapshot, { handlers: tallies, open }: JournalFacts): HandlerStatus[] {
  const known = new Set(snapshot.handlers.map(({ name }) => name));
  const gone = [...new Set(open.map(({ handler }) => handler))].filter((name) => !known.has(name));
  const waiting = (handler: string, state: string): number =>
    open.find((one) => one.handler === handler && one.state === state)?.count ?? 0;
  const status = (
    name: string,
    about: Pick<HandlerStatus, 'state'> & { plugin?: string; reason?: string | undefined; refused?: string } & Held,
  ) => {
    const tally = tallies.find((one) => one.name === name);
    return withoutUndefined({
      ...{ name, level: 'ok', ...about },
      ...{ pending: waiting(name, 'pending'), running: waiting(name, 'running'), retrying: waiting(name, 'retrying') },
      ...{ done: tally?.done ?? 0, dead: tally?.dead ?? 0, skipped: tally?.skipped ?? 0, retried: tally?.retried ?? 0 },
      ...{ lastEndedAt: isoOr(tally?.lastEndedAt), lastState: tally?.lastState, lastOutcome: cut(tally?.lastOutcome) },
      ...{ lastErrorAt: isoOr(tally?.lastErrorAt), lastError: cut(tally?.lastError) },
    }) as HandlerStatus;
  };
  return [
    ...snapshot.handlers.map((handler) => {
      const { name, plugin, refused } = handler;
      return status(name, { plugin, ...stateOf(handler), ...(refused !== undefined && { refused }) });
    }),
    ...gone.map((name) => status(name, { state: 'gone' })),
  ];
}

/** What it does, or why it does not. */
function stateOf({ broken, refused, trouble, hold }: HandlerSnapshot) {
  if (broken !== undefined) return { state: 'broken', reason: refused ?? broken };
  if (trouble !== undefined) return { state: 'restarting', reason: cut(trouble.reason), failures: trouble.failures };
  return hold === undefined ? { state: 'running' } : held(hold);
}

type Held = { since?: string; failures?: number; nextProbeAt?: string };

function held({ since, failures, reason, nextProbeAt }: HandlerHold) {
  const times = { since: iso(since), nextProbeAt: iso(nextProbeAt) };
  return { state: 'held', reason: cut(reason), failures, ...times };
}

function journalStatus(
  { journalProblem, decisionProblem }: Snapshot,
  { path, bytes, tally }: JournalFacts,
): JournalStatus {
  const { oldestAt, newestAt, lastQuarantinedAt, ...counts } = tally;
  return withoutUndefined({
    ...{ level: journalProblem === undefined && decisionProblem === undefined ? 'ok' : 'red', path, bytes, ...counts },
    ...{ oldestAt: isoOr(oldestAt), newestAt: isoOr(newestAt), lastQuarantinedAt: isoOr(lastQuarantinedAt) },
    ...{ problem: journalProblem, undecidable: decisionProblem },
  }) as JournalStatus;
}
