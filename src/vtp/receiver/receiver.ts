import type { Log } from '../../common/log.ts';
import { QuietLog } from '../../common/quiet.ts';
import type { Caller, ListenSettings } from '../listener.ts';
import { Service } from '../serve.ts';
import type { AlertStore } from '../store.ts';
import { type Examination, type Examine, SubmissionConversation } from './conversation.ts';
import { type RateLimit, RateLimiter } from './rate.ts';
import type { ReceiverSessionSettings } from './session.ts';
import type { ReceiverStatus } from './status.ts';

export interface ReceiverSettings extends ListenSettings, ReceiverSessionSettings {
  /** Of each address. */
  readonly rate: RateLimit;
}

/** What has arrived is examined, committed and acknowledged in this time, or never. */
const STOP_MS = 2_000;

/**
 * Takes events from authors (VTP 2.0 §7.2). It is idle until `start`, and stops when the signal aborts: it listens no
 * more, and answers what has arrived.
 */
export class Receiver {
  readonly #settings: ReceiverSettings;
  readonly #store: AlertStore;
  readonly #examine: Examine;
  readonly #log: Log;
  readonly #tooMany: QuietLog;
  readonly #rate: RateLimiter;
  readonly #conversations = new Set<SubmissionConversation>();
  readonly #service: Service;
  #events = 0;
  #refused = 0;
  #lastEventAt: number | undefined;

  constructor(settings: ReceiverSettings, store: AlertStore, examine: Examine, log: Log) {
    this.#settings = settings;
    this.#store = store;
    this.#examine = examine;
    this.#log = log;
    this.#tooMany = new QuietLog((message, fields) => log.warn(message, fields));
    this.#rate = new RateLimiter(settings.rate);
    const events = {
      called: (caller: Caller) => this.#welcome(caller),
      tick: (steady: number) => this.#each((conversation) => conversation.tick(steady)),
      stopping: () => this.#finish(),
    };
    this.#service = new Service(settings, 'Receiving from', 'authors', events, log);
  }

  get status(): ReceiverStatus {
    const { state } = this.#service;
    if (state.state !== 'listening') return state;
    return {
      ...state,
      connections: this.#conversations.size,
      events: this.#events,
      refused: this.#refused,
      lastEventAt: this.#lastEventAt,
    };
  }

  /** Resolves when it has tried to listen: why it could not, or nothing. It goes on trying by itself. */
  get started(): Promise<string | undefined> {
    return this.#service.started;
  }

  /** Runs until the signal aborts. Never rejects. */
  async start(signal: AbortSignal): Promise<void> {
    await this.#service.run(signal);
  }

  #finish(): void {
    this.#each((conversation) => conversation.finish('voeventd stops'));
    // An author without an answer tries again (VTP 2.0 §7.1).
    setTimeout(() => this.#each((conversation) => conversation.close('voeventd stops')), STOP_MS).unref();
  }

  #each(action: (conversation: SubmissionConversation) => void): void {
    for (const conversation of this.#conversations) action(conversation);
  }

  #welcome(caller: Caller): void {
    const conversation = new SubmissionConversation(this.#settings, caller, {
      store: this.#store,
      examine: (packet) => this.#count(packet),
      mayAdd: (address) => this.#mayAdd(address),
      log: this.#log,
      ended: () => this.#conversations.delete(conversation),
    });
    this.#conversations.add(conversation);
  }

  async #count(packet: Buffer): Promise<Examination> {
    this.#events += 1;
    this.#lastEventAt = Date.now();
    const examination = await this.#examine(packet);
    if (examination.state === 'refused') this.#refused += 1;
    return examination;
  }

  #mayAdd(address: string): boolean {
    const now = performance.now();
    if (this.#rate.take(address, now)) return true;
    const { perSecond, burst } = this.#settings.rate;
    const limit = `${perSecond} a second, ${burst} at once`;
    this.#tooMany.say(
      address,
      `${address} sends events faster than rate allows (${limit}); they are not answered, so that it tries again`,
      { address },
      now,
    );
    return false;
  }
}
