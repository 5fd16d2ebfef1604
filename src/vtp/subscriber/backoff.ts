/** How long to wait before connecting again. */
export interface ReconnectPolicy {
  readonly initialMs: number;
  readonly maxMs: number;
}

const FACTOR = 2;
const JITTER = 0.2;
/** A connection that lasted this long was a working one: its loss is a new story. */
const LASTING_MS = 10_000;

/**
 * The wait before round `round` (0 for the first) of connection attempts: geometric (VTP 2.0 §7.4), never above the
 * maximum, and spread by a fifth either way so that a site's daemons do not all dial a restarted broker at once.
 *
 * @param random a number in [0, 1)
 */
export function reconnectDelayMs(policy: ReconnectPolicy, round: number, random: number): number {
  const geometric = Math.min(policy.maxMs, policy.initialMs * FACTOR ** Math.min(round, 30));
  return Math.round(Math.min(policy.maxMs, geometric * (1 - JITTER + 2 * JITTER * random)));
}

/** Where dialling stands: which broker is next, and what has been tried. */
export interface Redial {
  /** Index of the broker to try next. */
  readonly next: number;
  /** Rounds through the list since a connection delivered something. */
  readonly round: number;
  /** Connections that ended since the last wait. */
  readonly triedSinceWait: number;
}

export const FIRST_DIAL: Redial = { next: 0, round: 0, triedSinceWait: 0 };

/**
 * After a connection has ended: the next broker of the list is tried at once, and the wait comes when all have been
 * tried. Only a connection that delivered a message (`proven`) resets the back-off, so that a broker that accepts and
 * closes at once is not hammered; and only one that also lasted saves the wait.
 */
export function afterConnection(
  redial: Redial,
  ended: { proven: boolean; lastedMs: number },
  policy: ReconnectPolicy,
  brokers: number,
  random: number,
): { redial: Redial; delayMs: number } {
  const round = ended.proven ? 0 : redial.round;
  const tried = (ended.proven && ended.lastedMs >= LASTING_MS ? 0 : redial.triedSinceWait) + 1;
  const next = (redial.next + 1) % brokers;
  if (tried < brokers) return { redial: { next, round, triedSinceWait: tried }, delayMs: 0 };
  return {
    redial: { next, round: round + 1, triedSinceWait: 0 },
    delayMs: reconnectDelayMs(policy, round, random),
  };
}
