import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';

/** A request as a server of a test got it. */
export interface Heard {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export type Answering = (request: Heard, response: http.ServerResponse) => void;

/** What ends with the test: its context, or hooks of a file. */
interface Scope {
  after(close: () => void): void;
}

/** A web server of our own. Its `url` has no slash at the end. */
export async function serve(scope: Scope, answering: Answering, tls?: https.ServerOptions) {
  const heard: Heard[] = [];
  const listener: http.RequestListener = async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url: path, headers } = request;
    const all = { method, path, headers, body: Buffer.concat(chunks) };
    heard.push(all);
    answering(all, response);
  };
  const server = tls === undefined ? http.createServer(listener) : https.createServer(tls, listener);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`, heard, server };
}

export function answer(status: number, headers: http.OutgoingHttpHeaders = {}, text = ''): Answering {
  return (_, response) => response.writeHead(status, headers).end(text);
}
