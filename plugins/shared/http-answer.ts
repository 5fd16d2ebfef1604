import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../../src/plugin/api.ts';
import type { Answer } from './http-client.ts';
import { hint } from './secrets.ts';
import { printable } from './words.ts';

const LONGEST_WAIT_MS = 3_600_000;

/** Request timeout, too early, too many requests: the client errors that pass. */
const PASSING = new Set([408, 425, 429]);

/**
 * What an answer that is no success means for the delivery.
 *
 * @param secrets what the server may have echoed and must not be told on
 */
export function failureFor(
  answer: Answer,
  url: URL,
  secrets: readonly string[],
  context: Pick<Context, 'retry' | 'fail'>,
): Error {
  const said = hint(answer.text, secrets);
  const reason = `${url.origin} answered ${statusOf(answer)}${said === '' ? '' : `: ${said}`}`;
  if (answer.status < 500 && !PASSING.has(answer.status)) return context.fail(reason);
  const afterMs = retryAfter(answer.headers);
  return context.retry(reason, afterMs === undefined ? {} : { afterMs });
}

export function statusOf({ status, statusText }: Answer): string {
  return `${status} ${printable(statusText)}`.trim();
}

/** RFC 9110 §10.2.3: a number of seconds, or a date, which is compared with the server's own clock. */
function retryAfter(headers: IncomingHttpHeaders): number | undefined {
  const value = headers['retry-after']?.trim() ?? '';
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - serverTime(headers);
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), LONGEST_WAIT_MS);
}

function serverTime({ date }: IncomingHttpHeaders): number {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? Date.now() : time;
}
