import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { Scope } from '../../../support/executable.ts';
import { until } from './patience.ts';
import { type Place, Wire } from './wire.ts';

interface Options {
  /** What the broker does with a new connection; `index` counts from 0. */
  readonly script?: (wire: Wire, index: number) => void;
  readonly tls?: TlsOptions;
  /** A Unix-domain socket to listen on, instead of a port of 127.0.0.1. */
  readonly path?: string;
  /** The port; a free one unless given. */
  readonly port?: number;
}

/** A broker that does what the test says, for the executable as a subscriber or as an author. It is gone after the test. */
export class ScriptedBroker {
  readonly wires: Wire[] = [];
  /** When each connection came, in milliseconds of `performance.now()`. */
  readonly times: number[] = [];
  readonly place: Place;

  readonly #server: Server;

  constructor(server: Server, place: Place) {
    this.#server = server;
    this.place = place;
  }

  /** The place, as `--to` and `brokers:` take it. */
  get address(): string {
    return 'path' in this.place ? `unix:${this.place.path}` : `127.0.0.1:${this.place.port}`;
  }

  /** Connection number `index`, from 0, once it has been made. */
  async wire(index = 0): Promise<Wire> {
    await until(() => this.wires.length > index, `connection ${index}`);
    return this.wires[index] as Wire;
  }

  /** Listens no more. */
  async close(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

export async function listen(context: Scope, { script, tls, path, port = 0 }: Options = {}): Promise<ScriptedBroker> {
  const settings = { noDelay: true, allowHalfOpen: true };
  const server = tls === undefined ? createServer(settings) : createTlsServer({ ...settings, ...tls });
  server.on('tlsClientError', () => {});
  await once(path === undefined ? server.listen(port, '127.0.0.1') : server.listen(path), 'listening');
  context.after(() => server.close());
  const broker = new ScriptedBroker(
    server,
    path === undefined ? { port: (server.address() as AddressInfo).port } : { path },
  );
  server.on(tls === undefined ? 'connection' : 'secureConnection', (socket: Socket) => {
    broker.times.push(performance.now());
    const wire = new Wire(context, socket);
    const index = broker.wires.push(wire) - 1;
    script?.(wire, index);
  });
  return broker;
}
