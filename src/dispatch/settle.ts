import { formatDuration } from '../common/durations.ts';
import type { DeliveryEnd, Queued } from './deliveries.ts';
import { type RetryPolicy, retryDelayMs } from './retry.ts';
import type { AttemptOutcome } from './runner.ts';

/** What the end of an attempt comes to: what the journal keeps, and what the log says. */
export interface Settlement {
  readonly end: DeliveryEnd;
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** An attempt that has ended. */
export interface Ended {
  readonly queued: Pick<Queued, 'attempts' | 'forgiven'>;
  /** Nothing was done. */
  readonly pretended: boolean;
  readonly outcome: AttemptOutcome;
  readonly endedAt: number;
}

/** What becomes of a delivery of which an attempt has ended. */
export function settle(handler: string, retry: RetryPolicy, ended: Ended): Settlement {
  const { queued, pretended, outcome, endedAt } = ended;
  const number = queued.attempts + 1;
  const kept = { endedAt, attempt: { number, state: outcome.state, output: outcome.output } };
  if (outcome.state === 'done') {
    const { detail } = outcome;
    if (pretended) {
      const end = { state: 'done', outcome: `pretended: would ${detail}`, ...kept } as const;
      return { end, level: 'info', message: `${handler} would have run (pretend): ${detail}` };
    }
    const message = `${handler} done${detail === '' ? '' : `: ${detail}`}`;
    return { end: { state: 'done', outcome: detail, ...kept }, level: 'info', message };
  }
  const { reason, retryable, afterMs } = outcome;
  const counted = number - queued.forgiven;
  const delayMs = retryable ? retryDelayMs(retry, counted, afterMs) : undefined;
  if (delayMs === undefined) {
    const last = retry.attempts > 1 && retryable ? ` (the last of ${retry.attempts} attempts)` : '';
    const message = `${handler} failed: ${reason}${last}`;
    return { end: { state: 'dead', outcome: reason, ...kept }, level: 'error', message };
  }
  const next = `attempt ${counted + 1} of ${retry.attempts} in ${formatDuration(delayMs)}`;
  return {
    end: { state: 'retrying', outcome: reason, dueAt: endedAt + delayMs, ...kept },
    level: 'warn',
    message: `${handler} failed: ${reason}; ${next}`,
  };
}
