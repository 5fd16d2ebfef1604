import { connect, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { explain } from '../common/errors.ts';
import type { BrokerAddress } from './address.ts';
import { encodeFrames, FrameDecoder, type FrameEvent } from './frame.ts';

/** PEM texts. `ca` replaces the system's authorities; `cert` and `key` show who we are. */
export interface TlsSettings {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name the certificate must bear, when it is not the host's. */
  readonly serverName?: string;
}

export interface ConnectionSettings {
  readonly address: BrokerAddress;
  readonly maxFrame: number;
  readonly connectTimeoutMs: number;
  readonly tls: TlsSettings | undefined;
}

export interface ConnectionEvents {
  /** A connection that was dialled is open. */
  opened?(): void;
  frame(event: FrameEvent): void;
  /** The peer sends no more. Who has this closes the connection when all is answered; without it, it is closed at once. */
  ended?(reason: string): void;
  /** The system takes more after `write` has returned false. */
  drained?(): void;
  /** Once, and last. `reason` is a clause: `the broker closed the connection`. */
  closed(reason: string): void;
}

/** What the other end is to us, in messages. */
export type PeerKind = 'broker' | 'author' | 'subscriber';

const KEEP_ALIVE_MS = 30_000;
const LINGER_MS = 1_000;
/** Read in one turn of the event loop. A flood would keep it for as long as the flood lasts, and others waiting. */
const TURN_BYTES = 1024 * 1024;
/** To look at a message, keep it and answer it takes as long as to read so many bytes. */
const MESSAGE_BYTES = 3_000;

/** One connection, over TCP, TLS or a Unix-domain socket, that speaks in frames. It is made by `dial` or `accept` and ends once. */
export class Connection {
  readonly #socket: Socket;
  readonly #peer: PeerKind;
  readonly #decoder: FrameDecoder;
  readonly #events: ConnectionEvents;
  #outgoing: (string | Buffer)[] = [];
  #opened = false;
  #held = false;
  #readAt = 0;
  #readThisTurn = 0;
  #reason: string | undefined;
  #ended = false;

  private constructor(socket: Socket, peer: PeerKind, maxFrame: number, events: ConnectionEvents) {
    this.#socket = socket;
    this.#peer = peer;
    this.#decoder = new FrameDecoder(maxFrame);
    this.#events = events;
  }

  /**
   * Dials; the outcome comes through the events.
   *
   * @throws when the certificates or the key cannot be used
   */
  static dial(settings: ConnectionSettings, events: ConnectionEvents): Connection {
    const { address } = settings;
    const place = 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
    const options = {
      ...place,
      ...{ keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS },
      // Without it an ack can wait for the next event: 40 ms and more (PEERS.md).
      noDelay: true,
      // What came with the broker's farewell can still be acknowledged.
      allowHalfOpen: true,
    };
    const { tls } = settings;
    const socket = tls === undefined ? connect(options) : connectTls({ ...options, ...tlsOptions(tls, address) });
    const connection = new Connection(socket, 'broker', settings.maxFrame, events);
    connection.#listen(
      connection.#awaitOpen(tls === undefined ? 'connect' : 'secureConnect', settings.connectTimeoutMs),
    );
    return connection;
  }

  /** Speaks with one who has connected to us. The socket must let its two directions end apart (`allowHalfOpen`). */
  static accept(socket: Socket, peer: PeerKind, maxFrame: number, events: ConnectionEvents): Connection {
    const connection = new Connection(socket, peer, maxFrame, events);
    connection.#opened = true;
    connection.#listen();
    return connection;
  }

  /** Whether a message has begun to arrive and not ended. */
  get isMidFrame(): boolean {
    return this.#decoder.unfinished() !== undefined;
  }

  /** When the peer's bytes were last read, by `performance.now()`. */
  get readAt(): number {
    return this.#readAt;
  }

  /** Whether the peer writes lengths least significant byte first, and wants to read them so. */
  get littleEndian(): boolean {
    return this.#decoder.littleEndian;
  }

  /**
   * Writes frames as they are. Unlike `send` it does not stop reading when the peer does not read, whose answers may be
   * what it is busy with.
   *
   * @returns false when the system takes no more: write again when `drained`
   */
  write(frames: Buffer): boolean {
    this.flush();
    return this.#socket.write(frames);
  }

  /**
   * Sends one message; all that is sent in one turn of the event loop leaves in one write.
   *
   * @returns false when the connection has ended: it is not sent
   */
  send(payload: string | Buffer): boolean {
    if (!this.#socket.writable) return false;
    if (this.#outgoing.push(payload) === 1) queueMicrotask(() => this.flush());
    return true;
  }

  /** Writes now what was sent in this turn. */
  flush(): void {
    if (this.#outgoing.length === 0 || this.#ended) return;
    const frames = encodeFrames(this.#outgoing, this.#decoder.littleEndian);
    this.#outgoing = [];
    const isWritten = this.#socket.write(frames);
    if (!isWritten && this.#waitsForReader) this.#socket.pause();
  }

  /** Stops reading, so that the broker waits, until `release`. */
  hold(): void {
    this.#held = true;
    this.#socket.pause();
  }

  release(): void {
    this.#held = false;
    this.#resume();
  }

  /** Ends the connection, after what has been sent; `closed` will give this reason. */
  close(reason: string): void {
    this.#reason ??= reason;
    if (!this.#opened) {
      this.#socket.destroy();
      return;
    }
    this.flush();
    this.#socket.destroySoon();
    // A peer that does not read does not get to keep us.
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref();
  }

  /**
   * A peer that does not read our answers gets no more of our memory: we stop reading until it does. Not so a subscriber,
   * which may be busy with writing its receipts, and reads no alerts until it has.
   */
  get #waitsForReader(): boolean {
    return this.#peer !== 'subscriber' && this.#socket.writableNeedDrain;
  }

  #resume(): void {
    if (this.#held || this.#readThisTurn >= TURN_BYTES || this.#waitsForReader) return;
    this.#socket.resume();
  }

  #awaitOpen(openEvent: string, connectTimeoutMs: number): NodeJS.Timeout {
    const timer = setTimeout(() => this.close(`no connection after ${connectTimeoutMs / 1_000}s`), connectTimeoutMs);
    this.#socket.once(openEvent, () => {
      clearTimeout(timer);
      this.#opened = true;
      this.#events.opened?.();
    });
    return timer;
  }

  #listen(opening?: NodeJS.Timeout): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => {
      this.#resume();
      this.#events.drained?.();
    });
    socket.once('end', () => {
      const reason = this.#endReason(`the ${this.#peer} closed the connection`);
      if (this.#events.ended !== undefined) this.#events.ended(reason);
      // What came last is committed by an immediate that is already queued; its ack goes out before the connection ends.
      else setImmediate(() => this.close(reason));
    });
    socket.once('error', (error) => {
      this.#reason ??= this.#endReason(explain(error));
    });
    socket.once('close', () => {
      clearTimeout(opening);
      this.#ended = true;
      this.#events.closed(this.#reason ?? 'the connection ended');
    });
  }

  #read(chunk: Buffer): void {
    this.#readAt = performance.now();
    const events = this.#decoder.feed(chunk);
    this.#takeTurn(chunk.length + events.length * MESSAGE_BYTES);
    for (const event of events) {
      if (this.#reason !== undefined) return;
      this.#events.frame(event);
    }
  }

  /** Leaves what is too much for this turn to the next one, after what others have to say and have to be told. */
  #takeTurn(bytes: number): void {
    if (this.#readThisTurn === 0) {
      setImmediate(() => {
        this.#readThisTurn = 0;
        this.#resume();
      });
    }
    this.#readThisTurn += bytes;
    if (this.#readThisTurn >= TURN_BYTES) this.#socket.pause();
  }

  #endReason(reason: string): string {
    const unfinished = this.#decoder.unfinished();
    if (unfinished === undefined) return reason;
    const { received, expected } = unfinished;
    return expected === undefined
      ? `${reason} in the middle of a length`
      : `${reason} in the middle of a message, after ${received} of ${expected} bytes`;
  }
}

function tlsOptions(tls: TlsSettings, address: BrokerAddress): ConnectionOptions {
  // TLS has no server name for an address (RFC 6066 §3); the certificate is then held against the address itself.
  const named = 'host' in address && isIP(address.host) === 0 ? address.host : undefined;
  const servername = tls.serverName ?? named;
  return {
    ...(servername === undefined ? {} : { servername }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
  };
}
