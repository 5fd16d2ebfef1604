import { chmodSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { codeOf, explain } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { QuietLog } from '../common/quiet.ts';
import type { BrokerAddress } from './address.ts';
import { AllowList, type Network, plainAddress } from './networks.ts';

/** PEM texts of a side that is connected to. */
export interface ServerTls {
  readonly cert: string;
  readonly key: string;
  /** Authorities that must have signed a client's certificate; without it, clients need none. */
  readonly clientCa?: string;
}

export interface ListenSettings {
  readonly listen: BrokerAddress;
  /** Who may connect. Whoever can open a Unix-domain socket may. */
  readonly allow: readonly Network[];
  readonly tls: ServerTls | undefined;
  readonly maxConnections: number;
  readonly maxPerAddress: number;
}

/** A peer that has connected. */
export interface Caller {
  readonly socket: Socket;
  /** Its address without the port: whom limits count. */
  readonly address: string;
  /** For messages. */
  readonly name: string;
}

const BACKLOG = 511;
const HANDSHAKE_MS = 10_000;
const SOCKET_MODE = 0o660;

/** Listens on a TCP port or a Unix-domain socket, and lets in who may come and as many as may be. */
export class Listener {
  readonly #settings: ListenSettings;
  readonly #what: string;
  readonly #called: (caller: Caller) => void;
  readonly #refusals: QuietLog;
  readonly #allowed: AllowList;
  readonly #server: Server;
  readonly #open = new Map<Socket, string>();
  #callers = 0;

  /** @param what who calls here, in the plural, for messages */
  constructor(settings: ListenSettings, what: string, called: (caller: Caller) => void, log: Log) {
    this.#settings = settings;
    this.#what = what;
    this.#called = called;
    this.#refusals = new QuietLog((message, fields) => log.warn(message, fields));
    this.#allowed = new AllowList(settings.allow);
    const options = { noDelay: true, allowHalfOpen: true, keepAlive: true };
    const { tls } = settings;
    if (tls === undefined) {
      this.#server = createServer(options, (socket) => this.#welcome(socket, socket));
    } else {
      const mutual =
        tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true };
      this.#server = createTlsServer(
        { ...options, cert: tls.cert, key: tls.key, handshakeTimeout: HANDSHAKE_MS, ...mutual },
        (socket) => this.#called({ socket, ...this.#name(socket) }),
      );
      // Before the handshake, which costs much more than a look at an address.
      this.#server.on('connection', (socket: Socket) => this.#admit(socket));
      this.#server.on('tlsClientError', (error, socket) => {
        const { address } = this.#name(socket);
        this.#refuse(address, `no TLS connection came about: ${explain(error)}`);
      });
    }
  }

  /** How many are connected. */
  get connections(): number {
    return this.#open.size;
  }

  /**
   * Listens.
   *
   * @returns the address, as `HOST:PORT` or `unix:PATH`
   * @throws the system's error
   */
  async start(): Promise<string> {
    const { listen } = this.#settings;
    try {
      await this.#listen();
    } catch (error) {
      if (!('path' in listen) || codeOf(error) !== 'EADDRINUSE' || !(await clearStaleSocket(listen.path))) throw error;
      await this.#listen();
    }
    if ('path' in listen) {
      shareSocket(listen.path);
      return listen.text;
    }
    const { port } = this.#server.address() as AddressInfo;
    return `${listen.host.includes(':') ? `[${listen.host}]` : listen.host}:${port}`;
  }

  /** Listens no more. Resolves when whoever has the open connections has ended them. */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    await promise;
  }

  #listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const { listen } = this.#settings;
    const place = 'path' in listen ? { path: listen.path } : { host: listen.host, port: listen.port };
    this.#server.once('error', reject);
    this.#server.listen({ ...place, backlog: BACKLOG }, () => {
      this.#server.off('error', reject);
      // Too many open files, for a moment: those who called will call again.
      this.#server.on('error', (error) => this.#refuse('all', `a connection could not be taken: ${explain(error)}`));
      resolve();
    });
    return promise;
  }

  #welcome(raw: Socket, socket: Socket): void {
    if (this.#admit(raw)) this.#called({ socket, ...this.#name(socket) });
  }

  /** Counts a connection in, or ends it. */
  #admit(socket: Socket): boolean {
    const { maxConnections, maxPerAddress } = this.#settings;
    const { address } = this.#name(socket);
    const isUnix = 'path' in this.#settings.listen;
    socket.on('error', () => {});
    if (!isUnix && !this.#allowed.allows(address)) {
      this.#refuse(address, `it is not in allow. To let it in, add ${address} to allow`);
    } else if (this.#open.size >= maxConnections) {
      this.#refuse('all', `${maxConnections} are connected, the limit of maxConnections`);
    } else if (!isUnix && this.#connectionsFrom(address) >= maxPerAddress) {
      this.#refuse(address, `${maxPerAddress} connections from there are open, the limit of maxPerAddress`);
    } else {
      this.#open.set(socket, address);
      socket.once('close', () => this.#open.delete(socket));
      return true;
    }
    socket.destroy();
    return false;
  }

  #connectionsFrom(address: string): number {
    let count = 0;
    for (const one of this.#open.values()) if (one === address) count += 1;
    return count;
  }

  #name(socket: Socket): { address: string; name: string } {
    const { listen } = this.#settings;
    this.#callers += 1;
    if ('path' in listen) return { address: 'unix', name: `${listen.text} #${this.#callers}` };
    const address = plainAddress(socket.remoteAddress ?? '');
    return { address, name: `${address.includes(':') ? `[${address}]` : address}:${socket.remotePort ?? 0}` };
  }

  #refuse(key: string, reason: string): void {
    const who = key === 'all' ? `Some ${this.#what} were refused` : `${key} was refused as one of the ${this.#what}`;
    this.#refusals.say(key, `${who}: ${reason}`, { address: key }, performance.now());
  }
}

/** Lets the daemon's user and group connect to a Unix-domain socket, and nobody else. */
export function shareSocket(path: string): void {
  chmodSync(path, SOCKET_MODE);
}

/** Removes the socket of a daemon that was killed; false when somebody listens on it. */
export async function clearStaleSocket(path: string): Promise<boolean> {
  if (await isAlive(path)) return false;
  rmSync(path, { force: true });
  return true;
}

/** Whether somebody listens on the Unix-domain socket. */
function isAlive(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ path });
  socket.once('connect', () => {
    socket.destroy();
    resolve(true);
  });
  socket.once('error', () => resolve(false));
  return promise;
}
