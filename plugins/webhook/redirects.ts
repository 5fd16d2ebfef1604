import { statusOf } from '../shared/http-answer.ts';
import type { Answer } from '../shared/http-client.ts';

export function isRedirect({ status }: Answer): boolean {
  return status >= 300 && status < 400;
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

/** Why a redirect was not followed, and what to change; `most` is how many may be followed. */
export function redirectReason(answer: Answer, url: URL, most: number): string {
  const start = `Cannot deliver to ${url.origin}: it answered ${statusOf(answer)}`;
  if (redirectTarget(answer, url) !== undefined) {
    return most === 0
      ? `${start}. Write the new address as "url", or allow redirects with "redirects: 1".`
      : `${start} more than ${most} times. Write the final address as "url".`;
  }
  const target = locationOf(answer, url);
  const where = target === undefined || target.origin === url.origin ? '' : `, to ${target.origin}`;
  return `${start}${where}. Only 307 and 308 on the same server can be followed. Write the final address as "url".`;
}

function locationOf({ headers: { location } }: Answer, url: URL): URL | undefined {
  return location === undefined ? undefined : (URL.parse(location, url) ?? undefined);
}
