import type { IncomingHttpHeaders } from 'node:http';
import type { Context } from '../../src/plugin/api.ts';
import type { Answer } from './client.ts';
import type { Options } from './options.ts';
import { hint, printable } from './privacy.ts';

const LONGEST_WAIT_MS = 3_600_000;

/** Request timeout, too early, too many requests: the client errors that pass. */
const PASSING = new Set([408, 425, 429]);

/** What an answer that is no success means for the delivery. */
export function failureFor(answer: Answer, url: URL, context: Context<Options>): Error {
  const said = hint(answer.text, context.config);
  const reason = `${url.origin} answered ${statusOf(answer)}${said === '' ? '' : `: ${said}`}`;
  if (answer.status >= 500 || PASSING.has(answer.status)) {
    const afterMs = retryAfter(answer.headers);
    return context.retry(reason, afterMs === undefined ? {} : { afterMs });
  }
  if (answer.status >= 300 && answer.status < 400) return context.fail(redirectReason(answer, url, context));
  return context.fail(reason);
}

/** Where an answer that may be followed leads: only the same request again, and only to the same server. */
export function redirectTarget(answer: Answer, url: URL): URL | undefined {
  if (answer.status !== 307 && answer.status !== 308) return undefined;
  const target = locationOf(answer, url);
  if (target?.origin !== url.origin) return undefined;
  // A location seldom repeats the user and password of the address it is relative to.
  target.username ||= url.username;
  target.password ||= url.password;
  return target;
}

export function statusOf({ status, statusText }: Answer): string {
  return `${status} ${printable(statusText)}`.trim();
}

function redirectReason(answer: Answer, url: URL, { config }: Context<Options>): string {
  const start = `Cannot deliver to ${url.origin}: it answered ${statusOf(answer)}`;
  if (redirectTarget(answer, url) !== undefined) {
    return config.redirects === 0
      ? `${start}. Write the new address as "url", or allow redirects with "redirects: 1".`
      : `${start} more than ${config.redirects} times. Write the final address as "url".`;
  }
  const target = locationOf(answer, url);
  const where = target === undefined || target.origin === url.origin ? '' : `, to ${target.origin}`;
  return `${start}${where}. Only 307 and 308 on the same server can be followed. Write the final address as "url".`;
}

function locationOf({ headers: { location } }: Answer, url: URL): URL | undefined {
  return location === undefined ? undefined : (URL.parse(location, url) ?? undefined);
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
