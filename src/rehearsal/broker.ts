import { createServer, type Server, type Socket } from 'node:net';
import { scanEnvelope } from '../alert/envelope.ts';
import { explain, UserError } from '../common/errors.ts';
import type { Log } from '../common/log.ts';
import { encodeFrames, FrameDecoder } from '../vtp/frame.ts';
import { buildTransport, parseTransport, quickAck } from '../vtp/message.ts';
import type { Program } from './packets.ts';
import type { RehearsalReport } from './report.ts';

export interface RehearsalSettings {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Alerts a second. */
  readonly rate: number;
  /** Alerts in all. */
  readonly count: number;
  /** Alerts that may wait for their ack. */
  readonly window: number;
  readonly iamaliveMs: number;
}

const IDENTITY = 'ivo://voeventd.rehearsal/broker';
/** An alert or an iamalive that has no answer by then counts as unanswered. */
const ANSWER_MS = 10_000;
const TICK_MS = 5;

interface Outstanding {
  readonly packet: Buffer;
  readonly sentAt: number;
  /** To whom it was sent, as far as they are still there. */
  readonly peers: Set<Peer>;
}

interface Peer {
  readonly socket: Socket;
  readonly decoder: FrameDecoder;
  readonly name: string;
  awaitingAliveSince: number | undefined;
}

/**
 * A broker that plays a program to whoever subscribes and holds every answer against the standard. An alert that no one
 * has acknowledged when its subscriber goes is sent again to the next one (VTP 2.0 §7.4 allows it).
 */
export class RehearsalBroker {
  readonly #settings: RehearsalSettings;
  readonly #program: Program;
  readonly #log: Log;
  readonly #server: Server;
  readonly #peers = new Set<Peer>();
  readonly #outstanding = new Map<string, Outstanding>();
  readonly #again: Buffer[] = [];
  readonly #wrongs = new Map<string, number>();
  readonly #latenciesMs: number[] = [];
  readonly #finished = Promise.withResolvers<void>();
  #rate: number;
  #sent = 0;
  #acknowledged = 0;
  #startedAt: number | undefined;
  #lastAckAt: number | undefined;
  /** When the rate counts from, and how many had been sent by then. */
  #pace = { at: 0, sent: 0 };

  constructor(settings: RehearsalSettings, program: Program, log: Log) {
    this.#settings = settings;
    this.#program = program;
    this.#rate = settings.rate;
    this.#log = log;
    this.#server = createServer({ noDelay: true }, (socket) => this.#welcome(socket));
  }

  /**
   * Listens, and plays once somebody subscribes, until the signal aborts.
   *
   * @returns the port
   * @throws UserError when the port cannot be had
   */
  async start(signal: AbortSignal): Promise<number> {
    const { host, port, iamaliveMs } = this.#settings;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(port, host, resolve);
    try {
      await promise;
    } catch (error) {
      throw new UserError('rehearsal.listen', `Cannot listen on ${host}:${port}: ${explain(error)}.`, { cause: error });
    }
    const ticks = setInterval(() => this.#tick(), TICK_MS);
    const alive = setInterval(() => this.#askAll(), iamaliveMs);
    const end = () => {
      clearInterval(ticks);
      clearInterval(alive);
      for (const peer of this.#peers) peer.socket.destroy();
      this.#server.close();
      this.#finished.resolve();
    };
    if (signal.aborted) end();
    else signal.addEventListener('abort', end, { once: true });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** From now on, so many alerts a second. */
  pace(rate: number): void {
    this.#rate = rate;
    this.#pace = { at: performance.now(), sent: this.#sent };
  }

  /** Resolves when every alert has been sent and answered, or counted as unanswered, or the signal aborted. */
  finished(): Promise<void> {
    return this.#finished.promise;
  }

  report(): RehearsalReport {
    const lastedMs = this.#startedAt === undefined ? 0 : (this.#lastAckAt ?? performance.now()) - this.#startedAt;
    return {
      sent: this.#sent,
      acknowledged: this.#acknowledged,
      lastedMs,
      latenciesMs: this.#latenciesMs.toSorted((a, b) => a - b),
      wrongs: this.#wrongs,
    };
  }

  #welcome(socket: Socket): void {
    const name = `${socket.remoteAddress}:${socket.remotePort}`;
    const peer: Peer = { socket, name, decoder: new FrameDecoder(1_048_576), awaitingAliveSince: undefined };
    this.#peers.add(peer);
    this.#log.info(`${name} subscribes`);
    socket.on('data', (chunk: Buffer) => this.#read(peer, chunk));
    socket.on('error', () => {});
    socket.once('close', () => this.#farewell(peer));
    this.#startedAt ??= performance.now();
    if (this.#peers.size === 1) this.#pace = { at: performance.now(), sent: this.#sent - this.#again.length };
    this.#ask(peer);
    this.#play();
  }

  #farewell(peer: Peer): void {
    this.#peers.delete(peer);
    this.#log.info(`${peer.name} has gone`);
    for (const [ivorn, { packet, peers }] of this.#outstanding) {
      peers.delete(peer);
      if (peers.size > 0) continue;
      this.#outstanding.delete(ivorn);
      this.#again.push(packet);
    }
  }

  #tick(): void {
    this.#play();
    const now = performance.now();
    for (const peer of this.#peers) {
      if (peer.awaitingAliveSince === undefined || now - peer.awaitingAliveSince < ANSWER_MS) continue;
      peer.awaitingAliveSince = undefined;
      this.#wrong(`an iamalive was not answered within ${ANSWER_MS / 1_000} s`);
    }
    for (const [ivorn, { sentAt }] of this.#outstanding) {
      if (now - sentAt < ANSWER_MS) break;
      this.#outstanding.delete(ivorn);
      this.#wrong(`no ack within ${ANSWER_MS / 1_000} s, such as for ${ivorn}`, 'no ack');
    }
    this.#checkFinished();
  }

  /** Sends as many as the rate and the window allow, in one write a peer. */
  #play(): void {
    const { count, window } = this.#settings;
    if (this.#peers.size === 0) return;
    const now = performance.now();
    const due = this.#pace.sent + Math.floor(((now - this.#pace.at) / 1_000) * this.#rate) + 1;
    const batch: Buffer[] = [];
    const peers = new Set(this.#peers);
    while (this.#outstanding.size < window && (this.#again.length > 0 || (this.#sent < count && this.#sent < due))) {
      const packet = this.#again.shift() ?? this.#program.packet(this.#sent++);
      const ivorn = scanEnvelope(packet).ivorn ?? '';
      if (this.#outstanding.has(ivorn)) {
        // An ack names nothing but the ivorn: the packet waits until the one of the same name is answered.
        this.#again.unshift(packet);
        break;
      }
      this.#outstanding.set(ivorn, { packet, sentAt: now, peers });
      batch.push(packet);
    }
    if (batch.length === 0) return;
    const frames = encodeFrames(batch);
    for (const { socket } of this.#peers) socket.write(frames);
  }

  #read(peer: Peer, chunk: Buffer): void {
    for (const event of peer.decoder.feed(chunk)) {
      if (event.type === 'message') this.#answer(peer, event.payload);
      else this.#wrong(`a frame that is ${event.type}`);
    }
    this.#play();
    this.#checkFinished();
  }

  #answer(peer: Peer, payload: Buffer): void {
    const ack = quickAck(payload);
    if (ack !== undefined) {
      this.#acknowledge(ack.origin);
      return;
    }
    const message = parseTransport(payload);
    if (message === undefined) {
      this.#wrong(
        `an answer that is no Transport message, beginning ${JSON.stringify(payload.toString('latin1', 0, 60))}`,
        'unreadable',
      );
      return;
    }
    switch (message.role) {
      case 'ack':
        this.#acknowledge(message.origin ?? '');
        return;
      case 'nak':
        this.#outstanding.delete(message.origin ?? '');
        this.#wrong(`a nak${message.result === undefined ? '' : `: ${message.result}`}`);
        return;
      case 'iamalive':
        if (message.origin !== IDENTITY)
          this.#wrong(`an iamalive whose Origin is ${message.origin}, not ours (VTP 2.0 §7.3)`);
        peer.awaitingAliveSince = undefined;
        return;
      case 'authenticate':
        return;
    }
  }

  #acknowledge(ivorn: string): void {
    const outstanding = this.#outstanding.get(ivorn);
    if (outstanding === undefined) {
      // Each of several subscribers acknowledges; one is enough.
      if (this.#peers.size === 1) this.#wrong(`an ack for ${ivorn}, which was not waiting for one`, 'stray ack');
      return;
    }
    this.#outstanding.delete(ivorn);
    this.#acknowledged += 1;
    this.#lastAckAt = performance.now();
    this.#latenciesMs.push(this.#lastAckAt - outstanding.sentAt);
  }

  #askAll(): void {
    for (const peer of this.#peers) this.#ask(peer);
  }

  #ask(peer: Peer): void {
    const timeStamp = new Date().toISOString();
    peer.awaitingAliveSince ??= performance.now();
    peer.socket.write(encodeFrames([buildTransport({ role: 'iamalive', origin: IDENTITY, timeStamp })]));
  }

  readonly #kinds = new Map<string, string>();

  /** Counts a fault; faults of one kind are shown by the first of them. */
  #wrong(what: string, kind = what): void {
    const shown = this.#kinds.get(kind) ?? what;
    this.#kinds.set(kind, shown);
    this.#wrongs.set(shown, (this.#wrongs.get(shown) ?? 0) + 1);
  }

  #checkFinished(): void {
    const { count } = this.#settings;
    if (this.#sent >= count && this.#outstanding.size === 0 && this.#again.length === 0) this.#finished.resolve();
  }
}
