import { explain } from '../common/errors.ts';
import { AccessDenied, denial } from './denied.ts';
import { type FullPermissions, isHostIn } from './permissions.ts';

/** Bytes of what is sent, and of what is received. */
export const LONGEST_BODY = 16 * 1_048_576;

const MOST_REDIRECTS = 20;

/** A request that can leave its process. */
export interface PlainRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array | undefined;
  readonly redirect: RequestRedirect;
}

export interface PlainResponse {
  /** Where it came from at last. */
  readonly url: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  readonly redirected: boolean;
}

/**
 * Fetches for a plugin that may only use these hosts, also after redirects.
 *
 * @throws AccessDenied for another host, and an error that says what to whom when it fails
 */
export async function permittedFetch(
  request: PlainRequest,
  hosts: FullPermissions['net'],
  signal: AbortSignal,
): Promise<PlainResponse> {
  let target = new URL(request.url);
  let { method, body } = request;
  const headers = new Headers(request.headers.map(([name, value]) => [name, value]));
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
    checkHost(target, hosts, redirects > 0);
    const response = await fetched(target, { method, headers, body: (body as BodyInit | undefined) ?? null, signal });
    const next = redirectOf(response, target);
    if (next === undefined || request.redirect === 'manual') return await plain(response, target, redirects > 0);
    await response.body?.cancel();
    if (request.redirect === 'error') throw new Error(`Cannot fetch ${target}: it redirects to ${next}`);
    // RFC 9110 §15.4: what is elsewhere now is asked for there, and not sent there again.
    if (response.status === 303 || (method === 'POST' && [301, 302].includes(response.status))) {
      if (method !== 'HEAD') method = 'GET';
      body = undefined;
      for (const name of ['content-type', 'content-length', 'content-encoding']) headers.delete(name);
    }
    if (next.origin !== target.origin) for (const name of ['authorization', 'cookie']) headers.delete(name);
    target = next;
  }
  throw new Error(`Cannot fetch ${request.url}: it redirects more than ${MOST_REDIRECTS} times`);
}

function checkHost(target: URL, hosts: FullPermissions['net'], isRedirect: boolean): void {
  const port = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
  if (/^https?:$/.test(target.protocol) && isHostIn(`${target.hostname}:${port}`, hosts)) return;
  const how = isRedirect ? ', to which it is redirected' : '';
  throw new AccessDenied(denial(`fetch from ${target.host}${how}`, 'net', JSON.stringify([target.host])));
}

async function fetched(target: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(target, { ...init, redirect: 'manual' });
  } catch (error) {
    const reason = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
    throw new Error(`Cannot fetch ${target}: ${explain(reason)}`, { cause: reason });
  }
}

function redirectOf(response: Response, target: URL): URL | undefined {
  const location = [301, 302, 303, 307, 308].includes(response.status) ? response.headers.get('location') : null;
  return location === null ? undefined : new URL(location, target);
}

async function plain(response: Response, target: URL, redirected: boolean): Promise<PlainResponse> {
  const { status, statusText } = response;
  // The body is given as it is without them.
  const headers = [...response.headers].filter(([name]) => !/^content-(?:encoding|length)$/.test(name));
  const body = await bodyOf(response, target);
  return { url: target.href, status, statusText, headers, body, redirected };
}

async function bodyOf({ body }: Response, target: URL): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new Error(`Cannot fetch ${target}: it sends more than ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
