import type { Envelope } from '../../alert/envelope.ts';
import type { Log } from '../../common/log.ts';
import { Connection } from '../connection.ts';
import type { FrameEvent } from '../frame.ts';
import type { Caller } from '../listener.ts';
import type { AlertStore } from '../store.ts';
import {
  ended,
  examined,
  gaveUp,
  openReceiverSession,
  type ReceiverOutput,
  type ReceiverSession,
  type ReceiverSessionSettings,
  type ReceiverStep,
  stored,
  submitted,
  tick,
} from './session.ts';

/** What came of looking at a packet: it is taken, or not (`problem`, for its author), or that cannot be told now. */
export type Examination =
  | { readonly state: 'taken' }
  | { readonly state: 'refused'; readonly problem: string }
  | { readonly state: 'unknown'; readonly reason: string };

/** What a receiver needs of whoever knows what is a valid event. Never rejects. */
export type Examine = (packet: Buffer) => Promise<Examination>;

export interface SubmissionPorts {
  readonly store: AlertStore;
  readonly examine: Examine;
  /** Whether one more event of this address is taken now. */
  readonly mayAdd: (address: string) => boolean;
  readonly log: Log;
  /** The connection is over. */
  readonly ended: () => void;
}

/** Events of one connection that wait for an answer; more, and it is not read. */
const MOST_PENDING = 32;

/** One author's connection: turns what it sends into inputs of the session, and carries the session's outputs out. */
export class SubmissionConversation {
  readonly #settings: ReceiverSessionSettings;
  readonly #caller: Caller;
  readonly #ports: SubmissionPorts;
  readonly #connection: Connection;
  #session: ReceiverSession;

  constructor(settings: ReceiverSessionSettings, caller: Caller, ports: SubmissionPorts) {
    this.#settings = settings;
    this.#caller = caller;
    this.#ports = ports;
    this.#session = openReceiverSession(performance.now());
    this.#connection = Connection.accept(caller.socket, 'author', settings.maxFrame, {
      frame: (event) => this.#frame(event),
      ended: (reason) => this.#take(ended(this.#session, reason)),
      closed: (reason) => {
        ports.log.debug(`${caller.name} has gone: ${reason}`, { author: caller.name });
        ports.ended();
      },
    });
  }

  /** Time has passed. @param steady milliseconds, by a clock that nobody sets */
  tick(steady: number): void {
    this.#take(tick(this.#session, this.#connection.isMidFrame, this.#settings, steady));
  }

  /** Ends the connection once what has arrived is answered. */
  finish(reason: string): void {
    this.#take(ended(this.#session, reason));
  }

  /** Ends the connection; what has no answer yet gets none. */
  close(reason: string): void {
    this.#take(gaveUp(this.#session, reason));
  }

  #frame(event: FrameEvent): void {
    if (event.type === 'message' && !this.#ports.mayAdd(this.#caller.address)) {
      // No nak, which would be for good: it may send the event again, more slowly.
      this.close('the author sends more events than rate allows');
      return;
    }
    this.#take(submitted(this.#session, event, this.#settings, Date.now(), performance.now()));
  }

  /** @param arrivedAt when the document was read that this is about @returns whether something was sent */
  #take(step: ReceiverStep, arrivedAt = this.#connection.readAt): boolean {
    this.#session = step.session;
    let hasSent = false;
    for (const output of step.outputs) hasSent = this.#carryOut(output, arrivedAt) || hasSent;
    if (this.#session.pending >= MOST_PENDING) this.#connection.hold();
    return hasSent;
  }

  /** @returns whether something was sent */
  #carryOut(output: ReceiverOutput, arrivedAt: number): boolean {
    switch (output.type) {
      case 'send':
        return this.#connection.send(output.payload);
      case 'examine':
        void this.#examine(output.packet, output.envelope, arrivedAt);
        return false;
      case 'store':
        this.#store(output.packet, output.envelope, arrivedAt);
        return false;
      case 'note':
        this.#ports.log[output.level](output.message, { author: this.#caller.name, ...output.fields });
        return false;
      case 'close':
        this.#connection.close(output.reason);
        return false;
    }
  }

  async #examine(packet: Buffer, envelope: Envelope, arrivedAt: number): Promise<void> {
    const examination = await this.#ports.examine(packet);
    switch (examination.state) {
      case 'taken':
        this.#take(
          examined(this.#session, packet, envelope, undefined, this.#settings, Date.now(), performance.now()),
          arrivedAt,
        );
        return;
      case 'refused':
        this.#take(
          examined(this.#session, packet, envelope, examination.problem, this.#settings, Date.now(), performance.now()),
        );
        this.#release();
        return;
      case 'unknown':
        this.#ports.log.error(
          `Cannot examine an event of ${this.#caller.name}: ${examination.reason}. It is not answered`,
          {
            author: this.#caller.name,
            ...(envelope.ivorn === undefined ? {} : { ivorn: envelope.ivorn }),
          },
        );
        this.close('the event could not be examined');
        return;
    }
  }

  #store(packet: Buffer, envelope: Envelope, arrivedAt: number): void {
    const arrival = { packet, envelope, peer: this.#caller.name, receivedAt: Date.now(), arrivedAt };
    const mayGoOn = this.#ports.store.store(arrival, (digest) => {
      const hasSent = this.#take(
        stored(this.#session, envelope, digest, this.#settings, Date.now(), performance.now()),
      );
      this.#release();
      return hasSent;
    });
    if (mayGoOn) return;
    this.#connection.hold();
    this.#ports.store.whenReady(() => this.#release());
  }

  #release(): void {
    if (this.#session.pending < MOST_PENDING) this.#connection.release();
  }
}
