import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pause } from '../common/abort.ts';
import { formatDuration } from '../common/durations.ts';
import { codeOf, explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { QuietLog } from '../common/quiet.ts';
import type { BrokerAddress } from '../vtp/address.ts';
import { clearStaleSocket, shareSocket } from '../vtp/listener.ts';
import type { Served } from './messages.ts';

export interface ServerSettings {
  readonly listen: BrokerAddress;
  readonly maxConnections: number;
}

/** Bytes of a request's first line and headers together. */
const MOST_HEADER_BYTES = 16 * 1024;
/** In this time a request must have come. */
const REQUEST_MS = 10_000;
/** A connection on which nothing moves for this long is ended; whoever listens to events gets something more often. */
const IDLE_MS = 60_000;
const KEEP_ALIVE_MS = 15_000;
const RETRY_MS = 5_000;

/** Listens for browsers, feed readers and Prometheus, and goes on trying to when it cannot. */
export class WebServer {
  readonly #settings: ServerSettings;
  readonly #handle: (request: IncomingMessage, response: ServerResponse) => void;
  readonly #log: Log;
  readonly #retryMs: number;
  readonly #refusals: QuietLog;
  readonly #started = Promise.withResolvers<Served>();

  constructor(
    settings: ServerSettings,
    handle: (request: IncomingMessage, response: ServerResponse) => void,
    log: Log,
    retryMs = RETRY_MS,
  ) {
    this.#settings = settings;
    this.#handle = handle;
    this.#log = log;
    this.#retryMs = retryMs;
    this.#refusals = new QuietLog((message, fields) => log.warn(message, fields));
  }

  /** Resolves when it has tried to listen. */
  get started(): Promise<Served> {
    return this.#started.promise;
  }

  /** Runs until the signal aborts, and ends every connection then. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { text } = this.#settings.listen;
    let lastReason: string | undefined;
    while (!signal.aborted) {
      const server = this.#create();
      try {
        const address = await this.#listen(server);
        this.#log.info(`Status page on ${address}`, { address });
        this.#started.resolve({ address });
      } catch (error) {
        const reason = explain(error);
        this.#started.resolve({ problem: reason });
        // It may last for days: it is told when it is news.
        this.#log[reason === lastReason ? 'debug' : 'warn'](
          `Cannot serve the status page on ${text}: ${reason}; alerts are received and handled all the same. Stop what listens there, or write another web.listen, or web: false. It is tried again every ${formatDuration(this.#retryMs)}`,
        );
        lastReason = reason;
        await pause(this.#retryMs, signal);
        continue;
      }
      await this.#serve(server, signal);
    }
    this.#started.resolve({ problem: 'voeventd stops' });
  }

  #create(): Server {
    const { maxConnections } = this.#settings;
    const server = createServer(
      { maxHeaderSize: MOST_HEADER_BYTES, requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, keepAlive: true },
      (request, response) => this.#handle(request, response),
    );
    server.keepAliveTimeout = KEEP_ALIVE_MS;
    server.maxConnections = maxConnections;
    server.setTimeout(IDLE_MS);
    server.on('drop', (data) =>
      this.#refusals.say(
        'drop',
        `Some who wanted to look were refused: ${maxConnections} are connected, the limit of web.maxConnections`,
        { address: data?.remoteAddress },
        performance.now(),
      ),
    );
    server.on('clientError', (error, socket) => refuse(error, socket as Socket));
    return server;
  }

  /** @returns the address, as a URL where it is one */
  async #listen(server: Server): Promise<string> {
    const { listen } = this.#settings;
    const attempt = (): Promise<void> => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      server.once('error', reject);
      server.listen('path' in listen ? { path: listen.path } : { host: listen.host, port: listen.port }, () => {
        server.off('error', reject);
        resolve();
      });
      return promise;
    };
    try {
      await attempt();
    } catch (error) {
      if (!('path' in listen) || codeOf(error) !== 'EADDRINUSE' || !(await clearStaleSocket(listen.path))) throw error;
      await attempt();
    }
    server.on('error', (error) =>
      this.#log.warn(`The status page: a connection could not be taken: ${explain(error)}`),
    );
    if ('path' in listen) {
      shareSocket(listen.path);
      return listen.text;
    }
    const { port } = server.address() as AddressInfo;
    return `http://${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}/`;
  }

  async #serve(server: Server, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stop = () => {
      server.close(() => resolve());
      server.closeAllConnections();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    await promise;
  }
}

/** What cannot be read as HTTP gets an answer that says so, where there is somebody to read it. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
