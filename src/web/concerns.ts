import { formatDuration } from '../common/durations.ts';
import type { SubscriberStatus } from '../vtp/subscriber/status.ts';
import type { Concern, HandlerStatus, Level, Status } from './model.ts';
import type { Expectation, SourceSnapshot } from './snapshot.ts';

const DAY_MS = 86_400_000;

/** The worse of two. */
export function worst(levels: readonly Level[]): Level {
  if (levels.includes('red')) return 'red';
  return levels.includes('warning') ? 'warning' : 'ok';
}

/** What is the matter with a source; undefined when nothing is. @param now milliseconds since 1970 */
export function sourceConcern(source: SourceSnapshot, now: number): Omit<Concern, 'about'> | undefined {
  const { expectation, totals } = source;
  const silent = source.type === 'vtp' ? silence(source.status, expectation, now) : undefined;
  if (silent !== undefined) return { level: 'red', message: silent };
  if (source.type === 'receiver' && source.status.state === 'failed') {
    const { address, reason } = source.status;
    return {
      level: 'red',
      message: `It cannot listen on ${address}: ${reason}. Authors cannot connect; it goes on trying.`,
    };
  }
  const within = expectation.alertWithinMs;
  const last = totals.lastAlertAt;
  if (within !== undefined && now - Math.max(last ?? 0, expectation.since) > within) {
    const since =
      last === undefined
        ? `since it was configured ${formatDuration(now - expectation.since)} ago`
        : `for ${formatDuration(now - last)}`;
    return { level: 'red', message: `No alert ${since}, and one is expected within ${formatDuration(within)}.` };
  }
  return undefined;
}

/** Why a broker counts as silent. */
function silence(status: SubscriberStatus, expectation: Expectation, now: number): string | undefined {
  const quietMs = now - Math.max(status.lastMessageAt ?? 0, expectation.since);
  // While it is connected, the session itself knows how long a broker may be silent, and ends the connection after that.
  const patience =
    status.state === 'connected' ? Math.max(expectation.graceMs, expectation.silenceMs) : expectation.graceMs;
  if (quietMs <= patience) return undefined;
  const since =
    status.lastMessageAt === undefined
      ? 'Nothing has ever come from it'
      : `Nothing has come for ${formatDuration(quietMs)}`;
  switch (status.state) {
    case 'waiting':
      return `${since}: ${status.reason}. It is tried again; see to the broker and the network.`;
    case 'connecting':
      return `${since}: connecting to ${status.broker}. See to the broker and the network.`;
    case 'connected':
      return `${since}, not even an iamalive, though ${status.broker} is connected. See to the broker.`;
    case 'idle':
    case 'stopped':
      return `${since}: it is ${status.state}.`;
  }
}

/** What somebody should look at, worst first. @param now milliseconds since 1970 */
export function concernsOf(
  status: Omit<Status, 'level' | 'concerns'>,
  sources: ReadonlyMap<string, Omit<Concern, 'about'>>,
  now: number,
): Concern[] {
  const concerns: Concern[] = [];
  const add = (level: Concern['level'], about: string, message: string): number =>
    concerns.push({ level, about, message });
  const { journal, broadcast, handlers } = status;
  if (journal.problem !== undefined) {
    add(
      'red',
      'journal',
      `${journal.path} cannot be written: ${journal.problem}. Nothing is acknowledged until it can; brokers and authors keep what they have.`,
    );
  }
  if (journal.undecidable !== undefined) {
    add(
      'red',
      'decisions',
      `Decisions cannot be recorded: ${journal.undecidable}. Alerts are kept and acknowledged, and no handler gets them until it can; it is tried again each second.`,
    );
  }
  for (const [name, concern] of sources) concerns.push({ ...concern, about: `source ${name}` });
  if (broadcast?.state === 'failed') {
    add(
      'red',
      'broadcast',
      `It cannot listen on ${broadcast.address}: ${broadcast.reason}. Subscribers cannot connect; it goes on trying.`,
    );
  }
  for (const handler of handlers) {
    for (const { level, message } of handlerConcerns(handler, status.now, now)) {
      add(level, `handler ${handler.name}`, message);
    }
  }
  if (journal.lastQuarantinedAt !== undefined && now - Date.parse(journal.lastQuarantinedAt) < DAY_MS) {
    add(
      'warning',
      'quarantine',
      `An alert that cannot be read came ${ago(journal.lastQuarantinedAt, now)}. Its bytes are kept, and no handler got it.`,
    );
  }
  return concerns.toSorted((a, b) => Number(b.level === 'red') - Number(a.level === 'red'));
}

const ago = (time: string, now: number): string => `${formatDuration(Math.max(0, now - Date.parse(time)))} ago`;

/** So often its process may die in a row before somebody has to see to it. */
const FEW_DEATHS = 3;

function handlerConcerns(handler: HandlerStatus, asked: string, now: number): Omit<Concern, 'about'>[] {
  const { name, state, reason, refused } = handler;
  const waiting = handler.pending + handler.retrying + handler.running;
  const concerns: Omit<Concern, 'about'>[] = [];
  const add = (level: Concern['level'], message: string): number => concerns.push({ level, message });
  if (state === 'broken') {
    add('red', `It cannot run: ${reason} ${waiting} deliveries wait for it. Mend the plugin.`);
  } else if (state === 'restarting') {
    const level = (handler.failures ?? 0) > FEW_DEATHS ? 'red' : 'warning';
    add(
      level,
      `Its plugin does not run: ${reason}. It is started again, later each time. ${waiting} deliveries wait for it.`,
    );
  } else if (state === 'held') {
    const since = formatDuration(Math.max(0, now - Date.parse(handler.since ?? asked)));
    add(
      'red',
      `Held up for ${since}: it has failed ${handler.failures} times in a row, last with: ${reason}. ${waiting} deliveries wait for it, and one is tried now and then. See to what it needs.`,
    );
  } else if (state === 'gone' && waiting > 0) {
    add('warning', `${waiting} deliveries wait for it, and the configuration does not have it any more.`);
  } else if (handler.lastState === 'dead' && handler.lastErrorAt !== undefined) {
    add(
      'warning',
      `Its last delivery failed for good, ${ago(handler.lastErrorAt, now)}: ${handler.lastError ?? ''}. voeventd deliveries --dead --handler ${name} lists what did`,
    );
  }
  if (refused !== undefined && state !== 'broken') {
    add('warning', `Its plugin has changed, and it goes on with the one before: ${refused} Mend the plugin.`);
  }
  return concerns;
}
