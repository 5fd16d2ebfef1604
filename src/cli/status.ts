import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { explain, UserError } from '../common/errors.ts';
import { findConfig } from '../config/find.ts';
import { settingsSchema } from '../settings.ts';
import { webSettings } from '../sources.ts';
import type { BrokerAddress } from '../vtp/address.ts';
import { statusSchema } from '../web/model.ts';
import { describeStatusPage } from '../web/terminal.ts';
import { EXIT } from './exit.ts';

export interface StatusOptions {
  readonly config?: string;
  readonly url?: string;
  readonly tokenFile?: string;
  readonly json?: boolean;
}

/** `voeventd status`: what the status page shows, in a terminal. */
export async function status(options: StatusOptions): Promise<number> {
  const asked = await whereToAsk(options);
  const text = await ask(asked);
  const parsed = statusSchema.safeParse(parseJson(text));
  if (!parsed.success) {
    throw new UserError(
      'status.foreign',
      `Cannot understand what answers at ${asked.name}: it is no voeventd, or one of another version.`,
    );
  }
  process.stdout.write(
    options.json === true ? `${JSON.stringify(parsed.data)}\n` : `${describeStatusPage(parsed.data)}\n`,
  );
  return parsed.data.level === 'red' ? EXIT.failed : EXIT.ok;
}

interface Asked {
  readonly place: { readonly url: string } | { readonly socketPath: string };
  readonly token: string | undefined;
  /** For messages. */
  readonly name: string;
}

async function whereToAsk({ config, url, tokenFile }: StatusOptions): Promise<Asked> {
  const token = tokenFile === undefined ? undefined : readToken(tokenFile);
  if (url !== undefined) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UserError(
        'status.url',
        `Cannot ask "${url}": it is no address. Write one such as http://127.0.0.1:8090.`,
      );
    }
    if (/[?#]/.test(url)) {
      throw new UserError(
        'status.url',
        `Cannot ask "${url}": it has a query or a fragment. Write only what comes before the ? or #.`,
      );
    }
    return { place: { url: `${url.replace(/\/+$/, '')}/api/status` }, token, name: url };
  }
  const document = await findConfig(config);
  const parsed = settingsSchema(dirname(document.file)).safeParse(document.value);
  if (!parsed.success) {
    throw new UserError(
      'status.config',
      `Cannot read where to ask from ${document.file}: it has problems. Run voeventd check, or give --url.`,
    );
  }
  const web = webSettings(parsed.data);
  if (web === undefined) {
    throw new UserError(
      'status.off',
      `Cannot ask the daemon: ${document.file} says web: false. Remove that line and send the daemon SIGHUP.`,
    );
  }
  return { ...placeOf(web.listen), token: token ?? web.tokens?.[0] };
}

function placeOf(listen: BrokerAddress): Omit<Asked, 'token'> {
  if ('path' in listen) return { place: { socketPath: listen.path }, name: listen.text };
  const host = { '0.0.0.0': '127.0.0.1', '::': '::1' }[listen.host] ?? listen.host;
  const name = `http://${host.includes(':') ? `[${host}]` : host}:${listen.port}`;
  return { place: { url: `${name}/api/status` }, name };
}

function readToken(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new UserError('status.token', `Cannot read the token file ${file}: ${explain(error)}.`, { cause: error });
  }
}

const PATIENCE_MS = 10_000;
const MOST_MEGABYTES = 16;

async function ask({ place, token, name }: Asked): Promise<string> {
  const headers = { accept: 'application/json', ...(token === undefined ? {} : { authorization: `Bearer ${token}` }) };
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let answer: { status: number; text: string };
  try {
    answer = await request(place, headers, patience);
  } catch (error) {
    if (error instanceof TooMuch) {
      throw new UserError(
        'status.large',
        `Cannot understand what answers at ${name}: it answered with more than ${MOST_MEGABYTES} MB, and is no voeventd.`,
      );
    }
    const reason = patience.aborted ? `it did not answer within ${PATIENCE_MS / 1_000} s` : explain(error);
    throw new UserError(
      'status.unreachable',
      `Cannot ask the daemon at ${name}: ${reason}. Is voeventd running, with this configuration? Its log says on which address its status page is.`,
      { cause: error },
    );
  }
  if (answer.status === 200) return answer.text;
  const hint = answer.status === 401 ? ' Give a token that it knows with --token-file.' : '';
  throw new UserError('status.refused', `Cannot ask the daemon at ${name}: it answered ${answer.status}.${hint}`);
}

class TooMuch extends Error {}

async function request(
  place: Asked['place'],
  headers: Record<string, string>,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const isTls = 'url' in place && place.url.startsWith('https:');
  const { request: open } = isTls ? await import('node:https') : await import('node:http');
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const options = { headers, signal };
  const call =
    'url' in place
      ? open(place.url, options)
      : open({
          ...options,
          socketPath: place.socketPath,
          path: '/api/status',
          headers: { ...headers, host: 'localhost' },
        });
  call.on('error', reject);
  call.once('response', (response) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MOST_MEGABYTES * 1_000_000) call.destroy(new TooMuch());
    });
    response.once('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }));
    response.on('error', reject);
  });
  call.end();
  return await promise;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
