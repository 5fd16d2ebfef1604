import { formatDuration } from '../common/durations.ts';
import type { LogLevel } from '../common/log.ts';
import type { Health } from './breaker.ts';
import type { DeliveryEnd, Queued } from './deliveries.ts';
import type { LaneSettings } from './lane-settings.ts';
import { retryDelayMs } from './retry.ts';
import type { AttemptOutcome } from './runner.ts';

/** What the end of an attempt comes to: what the journal keeps, what the log says, and how the handler does. */
export interface Settlement {
  readonly end: DeliveryEnd;
  readonly level: LogLevel;
  readonly message: string;
  readonly health: Health;
}

/** An attempt that has ended. */
export interface Ended {
  readonly queued: Pick<Queued, 'attempts' | 'forgiven' | 'because'>;
  /** Nothing was done. */
  readonly pretended: boolean;
  /** It was made to see whether the handler works again. */
  readonly isProbe: boolean;
  readonly outcome: AttemptOutcome;
  readonly endedAt: number;
}

type Failure = Extract<AttemptOutcome, { state: 'failed' }>;
type Settings = Pick<LaneSettings, 'handler' | 'retry' | 'breaker'>;

/** What becomes of a delivery of which an attempt has ended. */
export function settle(settings: Settings, ended: Ended): Settlement {
  const { outcome, pretended } = ended;
  return outcome.state === 'failed'
    ? failed(settings, ended, outcome)
    : done(settings.handler, ended, pretended, outcome.detail);
}

function done(handler: string, ended: Ended, pretended: boolean, detail: string): Settlement {
  const end = { state: 'done', outcome: pretended ? `pretended: would ${detail}` : detail, ...keptOf(ended) } as const;
  if (pretended) {
    return { end, level: 'info', message: `${handler} would have run (pretend): ${detail}`, health: undefined };
  }
  return { end, level: 'info', message: `${handler} done${detail === '' ? '' : `: ${detail}`}`, health: 'works' };
}

function failed(settings: Settings, ended: Ended, { reason, retryable, afterMs }: Failure): Settlement {
  const { handler, retry, breaker } = settings;
  const { queued, pretended, isProbe, endedAt } = ended;
  const kept = { outcome: reason, ...keptOf(ended) };
  const health = pretended ? undefined : 'fails';
  if (health === 'fails' && isProbe) {
    // Also where the plugin says that trying again cannot help: it has not helped any other either.
    const delayMs = Math.max(breaker?.probeMs ?? 0, afterMs ?? 0);
    const message = `${handler} still fails: ${reason}; the next probe is in ${formatDuration(breaker?.probeMs ?? 0)}`;
    const end = { state: 'retrying', dueAt: endedAt + delayMs, isForgiven: true, ...kept } as const;
    return { end, level: 'debug', message, health };
  }
  const counted = queued.attempts + 1 - queued.forgiven;
  const delayMs = retryable ? retryDelayMs(retry, counted, afterMs) : undefined;
  if (delayMs === undefined) {
    const last = retry.attempts > 1 && retryable ? ` (the last of ${retry.attempts} attempts)` : '';
    return { end: { state: 'dead', ...kept }, level: 'error', message: `${handler} failed: ${reason}${last}`, health };
  }
  const next = `attempt ${counted + 1} of ${retry.attempts} in ${formatDuration(delayMs)}`;
  const end = { state: 'retrying', dueAt: endedAt + delayMs, ...kept } as const;
  return { end, level: 'warn', message: `${handler} failed: ${reason}; ${next}`, health };
}

function keptOf({ queued, outcome, endedAt }: Ended): Pick<DeliveryEnd, 'endedAt' | 'attempt'> & { endedAt: number } {
  const { attempts, because } = queued;
  return { endedAt, attempt: { number: attempts + 1, state: outcome.state, output: outcome.output, because } };
}
