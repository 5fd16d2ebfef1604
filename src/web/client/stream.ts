import type { AlertRow, DeliveryChange, Status } from '../model.ts';
import type { News } from './state.ts';

const STREAM = '/api/stream?status=1';
const REOPEN_MS = 3_000;
/** A connection that a laptop slept through, or a router forgot, looks alive: then we ask. */
const SILENCE_MS = 20_000;
const ANSWER_MS = 10_000;
/** Where nobody even refuses, a browser waits for minutes. */
const CONNECT_MS = 15_000;

export interface StreamListener {
  /** Something came. */
  readonly onNews: (news: News) => void;
  /** The stream is there, perhaps again: what is known may have holes. */
  readonly onOpen: () => void;
  readonly onLost: () => void;
}

/** The daemon's stream of news, opened again and again for as long as the page is there. */
export class Stream {
  readonly #listener: StreamListener;
  #events: EventSource | undefined;
  #heardAt = 0;
  #isAsking = false;
  #openedAt = 0;
  #reopening: number | undefined;

  constructor(listener: StreamListener) {
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#events?.readyState === EventSource.OPEN;
  }

  open(): void {
    clearTimeout(this.#reopening);
    this.#reopening = undefined;
    this.#events?.close();
    const events = new EventSource(STREAM);
    this.#events = events;
    this.#openedAt = Date.now();
    const on = (type: string, action: (data: string) => void) =>
      events.addEventListener(type, (event) => {
        this.#heardAt = Date.now();
        action(event.data);
      });
    on('alert', (data) => this.#listener.onNews({ type: 'alert', row: JSON.parse(data) as AlertRow }));
    on('delivery', (data) => this.#listener.onNews({ type: 'delivery', change: JSON.parse(data) as DeliveryChange }));
    on('status', (data) => this.#listener.onNews({ type: 'status', status: JSON.parse(data) as Status }));
    on('reset', (data) => this.#listener.onNews({ type: 'reset', alerts: JSON.parse(data) as AlertRow[] }));
    events.addEventListener('open', () => {
      this.#heardAt = Date.now();
      this.#listener.onOpen();
    });
    events.addEventListener('error', () => this.#lost(events));
  }

  /** Asks whether the daemon is still there when nothing came for long. @param silenceMs how long */
  async check(silenceMs = SILENCE_MS): Promise<void> {
    const events = this.#events;
    if (events === undefined || this.#isAsking) return;
    if (events.readyState === EventSource.CONNECTING) this.#lookWhetherStuck();
    if (events.readyState !== EventSource.OPEN || Date.now() - this.#heardAt < silenceMs) return;
    this.#isAsking = true;
    try {
      this.#listener.onNews({ type: 'status', status: await ask<Status>('/api/status') });
      this.#heardAt = Date.now();
    } catch {
      events.close();
      this.#lost(events);
    } finally {
      this.#isAsking = false;
    }
  }

  #lookWhetherStuck(): void {
    if (Date.now() - this.#openedAt < CONNECT_MS) return;
    this.#listener.onLost();
    this.open();
  }

  /** A browser opens the stream again by itself, but not after an answer such as 503. */
  #lost(events: EventSource): void {
    if (events !== this.#events) return;
    this.#listener.onLost();
    if (events.readyState === EventSource.CLOSED) this.#reopening ??= window.setTimeout(() => this.open(), REOPEN_MS);
  }
}

/** @throws when there is no answer within ten seconds, or not a good one */
export async function ask<T>(path: string): Promise<T> {
  const response = await fetch(path, { signal: AbortSignal.timeout(ANSWER_MS), cache: 'no-store' });
  if (!response.ok) throw new Error(`Cannot read ${path}: the answer is ${response.status}`);
  return (await response.json()) as T;
}
