import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { Aedes, type AedesOptions } from 'aedes';

/** What was published at a broker of a test. */
export interface Published {
  readonly client: string;
  readonly topic: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly payload: Buffer;
}

interface Scope {
  after(close: () => void): void;
}

/** An MQTT broker of our own; `tls` for one that speaks TLS, `port` for one that was there before. */
export async function serveMqtt(
  scope: Scope,
  options: AedesOptions = {},
  { tls, port = 0 }: { tls?: TlsOptions; port?: number } = {},
) {
  const published: Published[] = [];
  const sockets = new Set<Socket>();
  const broker = await Aedes.createBroker(options);
  broker.on('publish', ({ topic, qos, retain, payload }, client) => {
    if (client === null) return;
    published.push({ client: client.id, topic, qos, retain, payload: Buffer.from(payload) });
  });
  broker.on('clientError', () => {});
  broker.on('connectionError', () => {});
  const accept = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    broker.handle(socket);
  };
  const server = tls === undefined ? createServer(accept) : createTlsServer(tls, accept);
  server.on('tlsClientError', () => {});
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => broker.close(resolve));
  };
  scope.after(() => void close());
  return { port: (server.address() as AddressInfo).port, published, sockets, broker, close };
}
