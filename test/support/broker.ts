import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { type BrokerAddress, parseAddress } from '../../src/vtp/address.ts';
import { until, within } from './wait.ts';

/** One frame, written without the code under test. */
export function frame(payload: string | Buffer, length = Buffer.byteLength(payload)): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeUInt32BE(length);
  return Buffer.concat([prefix, Buffer.from(payload)]);
}

/** A frame whose length is written least significant byte first, against the standard. */
export function littleEndianFrame(payload: string | Buffer): Buffer {
  const bytes = frame(payload);
  return Buffer.concat([bytes.subarray(0, 4).reverse(), bytes.subarray(4)]);
}

/** The broker's end of one connection. */
export class BrokerConnection {
  readonly socket: Socket;
  /** What the subscriber sent, as the socket gave it. */
  readonly chunks: Buffer[] = [];
  /** The messages in it. */
  readonly messages: string[] = [];
  #rest: Buffer = Buffer.alloc(0);
  #littleEndian: boolean;

  constructor(socket: Socket, littleEndian: boolean) {
    this.socket = socket;
    this.#littleEndian = littleEndian;
    socket.on('error', () => {});
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.#rest = Buffer.concat([this.#rest, chunk]);
      for (;;) {
        if (this.#rest.length < 4) return;
        const length = this.#littleEndian ? this.#rest.readUInt32LE() : this.#rest.readUInt32BE();
        if (this.#rest.length < 4 + length) return;
        this.messages.push(this.#rest.toString('utf8', 4, 4 + length));
        this.#rest = this.#rest.subarray(4 + length);
      }
    });
  }

  get ended(): boolean {
    return this.socket.destroyed || this.socket.readableEnded;
  }

  send(...payloads: (string | Buffer)[]): void {
    this.socket.write(Buffer.concat(payloads.map((payload) => frame(payload))));
  }

  /** Message number `index`, from 0, once it has come. */
  async message(index: number): Promise<string> {
    await until(() => this.messages.length > index, `message ${index} from the subscriber`);
    return this.messages[index] ?? '';
  }

  /** Resolves when the subscriber has closed the connection. */
  async gone(): Promise<void> {
    await until(() => this.ended, 'the subscriber to close the connection');
  }
}

interface Options {
  /** What the broker does with a new connection; `index` counts from 0. */
  readonly script?: (connection: BrokerConnection, index: number) => void;
  readonly tls?: TlsOptions;
  /** Reads the subscriber's lengths least significant byte first. */
  readonly littleEndian?: boolean;
}

/** A broker on 127.0.0.1 that does what the test says, connection by connection. */
export class ScriptedBroker {
  readonly connections: BrokerConnection[] = [];
  readonly #server: Server;
  /** Also those whose TLS never came to be. */
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, { script, littleEndian = false }: Options, event: string) {
    this.#server = server;
    server.on('connection', (socket: Socket) => this.#sockets.add(socket));
    server.on(event, (socket: Socket) => {
      const connection = new BrokerConnection(socket, littleEndian);
      const index = this.connections.push(connection) - 1;
      script?.(connection, index);
    });
  }

  static async listen(options: Options = {}): Promise<ScriptedBroker> {
    const { tls } = options;
    const settings = { noDelay: true, allowHalfOpen: true };
    const server = tls === undefined ? createServer(settings) : createTlsServer({ ...settings, ...tls });
    const broker = new ScriptedBroker(server, options, tls === undefined ? 'connection' : 'secureConnection');
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get address(): BrokerAddress {
    return address(this.port);
  }

  /** Connection number `index`, from 0, once somebody has made it. */
  async connection(index = 0): Promise<BrokerConnection> {
    await until(() => this.connections.length > index, `connection ${index}`);
    return this.connections[index] as BrokerConnection;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await within(once(this.#server, 'close'), 'the broker to close');
  }
}

/** An address on this host. */
export function address(port: number): BrokerAddress {
  const parsed = parseAddress(`127.0.0.1:${port}`);
  if (parsed === undefined) throw new Error(`${port} is no port.`);
  return parsed;
}

/** The port of nobody: it was free a moment ago. */
export async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
