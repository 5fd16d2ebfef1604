import type * as http from 'node:http';
import { readTls, type TlsOptions } from './tls.ts';
import { codeOf } from './words.ts';

/** Shorter than the five seconds after which common servers close an idle connection, so that we close it first. */
const IDLE_MS = 4_000;
/** How long the body of an answer is awaited: its status has decided already. */
const BODY_MS = 1_000;

/** What is sent, the same at each redirect. */
export interface Message {
  readonly method: string;
  readonly headers: http.OutgoingHttpHeaders;
  readonly body: Uint8Array;
}

/** What the server said; `text` is the beginning of its body. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

export interface Client {
  readonly url: URL;
  /** One request. Rejects when there is no answer, or when `signal` aborts before one begins. */
  send(url: URL, message: Message, signal: AbortSignal): Promise<Answer>;
}

export interface ClientOptions {
  readonly url: URL;
  readonly tls: TlsOptions;
  /** How many bytes of an answer are read. */
  readonly responseLimit: number;
}

/**
 * The connections of one handler, kept open for the next alert.
 *
 * @throws Error when a file of the `tls` option cannot be read
 */
export function createClient({ url, tls, responseLimit }: ClientOptions): Client {
  const { request, agent } = url.protocol === 'https:' ? secure(tls) : plain();
  const send = (to: URL, message: Message, signal: AbortSignal) =>
    new Promise<Answer>((resolve, reject) => {
      const { method, headers, body } = message;
      let answered = false;
      const sent = request(to, { method, headers, agent, signal });
      sent.on('error', (error) => {
        // The server may close a kept connection in the instant we use it: then it has not seen the request.
        const unseen = sent.reusedSocket && ['ECONNRESET', 'EPIPE'].includes(codeOf(error));
        if (!unseen || signal.aborted) reject(error);
        else if (!answered) resolve(send(to, message, signal));
      });
      sent.on('response', (response) => {
        answered = true;
        resolve(read(response, responseLimit));
      });
      sent.end(body);
    });
  return { url, send };
}

function plain() {
  const http = process.getBuiltinModule('node:http');
  return { request: http.request, agent: new http.Agent({ keepAlive: true, timeout: IDLE_MS }) };
}

function secure(tls: TlsOptions) {
  const https = process.getBuiltinModule('node:https');
  const agent = new https.Agent({ keepAlive: true, timeout: IDLE_MS, ...readTls(tls) });
  return { request: https.request, agent };
}

/** The answer with at most `limit` bytes of its body. A body that stops, breaks or goes on for ever does no harm. */
function read(response: http.IncomingMessage, limit: number): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let left = limit;
    const patience = setTimeout(() => response.destroy(), BODY_MS);
    response.on('data', (chunk: Buffer) => {
      chunks.push(chunk.subarray(0, Math.max(left, 0)));
      left -= chunk.length;
      if (left < 0) response.destroy();
    });
    response.on('error', () => {});
    response.on('close', () => {
      clearTimeout(patience);
      resolve({
        status: response.statusCode ?? 0,
        statusText: response.statusMessage ?? '',
        headers: response.headers,
        text: Buffer.concat(chunks).toString(),
      });
    });
  });
}
