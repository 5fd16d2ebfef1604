import { randomBytes } from 'node:crypto';
import type { MqttClient } from 'mqtt';
import { readTls, type TlsSettings } from '../shared/tls.ts';
import type { Message } from './message.ts';
import type { Options } from './options.ts';

/** The broker hears of us at least so often, and we of it: a connection that is dead is found out between alerts. */
const KEEPALIVE_S = 30;
/** Longer than anybody waits: how long an attempt may take, the handler says. */
const PATIENCE_MS = 3_600_000;

type Done = (error?: Error | null) => void;

/** The connection of one handler: made for the first alert and kept for the next; made anew after it was lost. */
export class Broker {
  /** `mqtt://HOST:PORT` */
  readonly address: string;
  readonly #options: Options;
  readonly #handler: string;
  readonly #tls: TlsSettings;
  #client: MqttClient | undefined;
  #connecting: Promise<MqttClient> | undefined;

  /** @throws Error when a file of the `tls` option cannot be read */
  constructor(options: Options, handler: string) {
    const { protocol, hostname, port } = new URL(options.url);
    this.address = `${protocol}//${hostname}:${port || (protocol === 'mqtts:' ? 8_883 : 1_883)}`;
    this.#options = options;
    this.#handler = handler;
    this.#tls = readTls(options.tls);
  }

  /**
   * Publishes, and with QoS 1 waits for the broker's PUBACK. Rejects when the connection is not made or is lost, and when
   * `signal` aborts: then it is given up, because a broker that does not answer may be one that is not there any more.
   */
  async publish({ topic, payload }: Message, signal: AbortSignal): Promise<void> {
    const client = await this.#connected(signal);
    const { qos, retain } = this.#options;
    await this.#settled(client, signal, (done) => client.publish(topic, payload, { qos, retain }, done));
  }

  /** Ends the connection. */
  close(): void {
    this.#client?.end(true);
    this.#client = undefined;
  }

  async #connected(signal: AbortSignal): Promise<MqttClient> {
    if (this.#client?.connected === true) return this.#client;
    this.#connecting ??= this.#connect(signal).finally(() => {
      this.#connecting = undefined;
    });
    return await this.#connecting;
  }

  async #connect(signal: AbortSignal): Promise<MqttClient> {
    // Not loaded before a handler needs it.
    const { default: mqtt } = await import('mqtt');
    const { user, password, clientId } = this.#options;
    const client = mqtt.connect(this.address, {
      // Whoever tries again is the host: nothing is kept for later, and nothing is connected by itself.
      ...{ reconnectPeriod: 0, clean: true, queueQoSZero: false, connectTimeout: PATIENCE_MS },
      ...{ protocolVersion: 4, keepalive: KEEPALIVE_S, timerVariant: 'native', log: () => {} },
      clientId: clientId ?? `voeventd-${this.#handler}-${randomBytes(4).toString('hex')}`,
      ...(user === undefined ? {} : { username: user }),
      ...(password === undefined ? {} : { password: password.reveal() }),
      ...this.#tls,
    });
    // Of a connection that is lost between alerts, the next one tells.
    client.on('error', () => {});
    this.#client = client;
    await this.#settled(client, signal, (done) => client.once('connect', () => done()));
    return client;
  }

  /** What `start` gives `done`; or why the connection was lost before, and then it is gone. */
  async #settled(client: MqttClient, signal: AbortSignal, start: (done: Done) => void): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const lost = (): void => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' }));
    const aborted = (): void => reject(signal.reason);
    client.on('error', reject).on('close', lost);
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    start((error) => (error ? reject(error) : resolve()));
    try {
      await promise;
    } catch (error) {
      client.end(true);
      if (this.#client === client) this.#client = undefined;
      throw error;
    } finally {
      client.off('error', reject).off('close', lost);
      signal.removeEventListener('abort', aborted);
    }
  }
}
