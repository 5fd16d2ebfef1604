import type { ServerResponse } from 'node:http';
import type { ListedDelivery } from '../journal/reader.ts';
import type { AlertRow, Status } from './model.ts';
import { change } from './rows.ts';

/** What the hub needs of the journal. */
export interface HubJournal {
  version(): number;
  head(): number;
  deliveries(first: number, last: number): ListedDelivery[];
}

/** What the hub needs of whoever knows rows and the status. */
export interface HubDesk {
  after(seq: number, limit: number): AlertRow[];
  latest(limit: number): AlertRow[];
  status(): Promise<Status>;
  problem(error: unknown): void;
}

/** Whom the hub writes to: a response whose head has been sent. */
export type Listener = Pick<ServerResponse, 'write' | 'end' | 'destroy' | 'destroyed' | 'writableLength' | 'once'>;

interface Client {
  readonly response: Listener;
  /** Wants the newest alerts and the status, as the page does; else every alert, in order. */
  readonly isPage: boolean;
  /** It has been sent everything up to this alert. */
  seq: number;
  /** It has not been told of some deliveries of these. */
  isBehind: boolean;
}

/** What several clients lack is read and written down once. */
interface Batch {
  readonly text: string;
  /** Whoever has been sent it knows everything up to this alert. */
  readonly last: number;
}

const LOOK_MS = 200;
const STATUS_MS = 1_000;
const ALIVE_MS = 15_000;
/** Alerts read at once. */
const BATCH = 100;
/** A page that has missed more gets the newest ones. */
const PAGE_ROWS = 50;
/** Instead of a number, for what such a page gets. */
const NEWEST = -1;
/** Deliveries of so many alerts are watched; those of older ones are told when somebody asks. */
const WATCHED = 200;
/** Bytes that may wait for one client; what it cannot take now it gets from the journal later. */
const MOST_WAITING = 256 * 1024;

/**
 * Tells everybody who listens what is new (server-sent events). It looks into the journal, several times a second and
 * only while somebody listens: nothing that writes there needs to know.
 */
export class Hub {
  readonly #journal: HubJournal;
  readonly #desk: HubDesk;
  readonly #clients = new Set<Client>();
  #version = -1;
  #head = 0;
  /** State of each delivery that is watched, by `seq/handler`. */
  #deliveries = new Map<string, string>();
  /** The last status as an event, and without the time that is in it. */
  #status = '';
  #told = '';
  #timers: NodeJS.Timeout[] = [];

  constructor(journal: HubJournal, desk: HubDesk) {
    this.#journal = journal;
    this.#desk = desk;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /**
   * Begins to tell. @param after the last alert it knows; undefined: what comes from now on
   */
  join(response: Listener, isPage: boolean, after: number | undefined): void {
    if (this.#clients.size === 0) this.#begin();
    const head = this.#journal.head();
    const client: Client = { response, isPage, seq: Math.min(after ?? head, head), isBehind: after !== undefined };
    this.#clients.add(client);
    response.once('close', () => this.#leave(client));
    response.write(`retry: 1000\n: voeventd\n\n`);
    this.#catchUp(client);
    this.#serve(client);
    if (isPage && this.#status !== '') this.#write(client, this.#status);
  }

  close(): void {
    for (const { response } of this.#clients) response.end();
    this.#end();
  }

  #begin(): void {
    this.#head = this.#journal.head();
    this.#version = -1;
    this.#deliveries = this.#watch().states;
    this.#timers = [
      setInterval(() => this.#guarded(() => this.#look()), LOOK_MS),
      setInterval(() => void this.#tellStatus(), STATUS_MS),
      setInterval(() => this.#each((client) => client.response.write(': alive\n\n')), ALIVE_MS),
    ];
  }

  #end(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#timers = [];
    this.#forgetStatus();
  }

  #forgetStatus(): void {
    this.#status = '';
    this.#told = '';
  }

  #leave(client: Client): void {
    this.#clients.delete(client);
    if (this.#clients.size === 0) this.#end();
  }

  #each(action: (client: Client) => void): void {
    for (const client of this.#clients) if (!client.response.destroyed) action(client);
  }

  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      // What was new then has not been told.
      this.#version = -1;
      this.#desk.problem(error);
    }
  }

  #look(): void {
    const version = this.#journal.version();
    const isNew = version !== this.#version;
    this.#version = version;
    if (isNew) this.#head = this.#journal.head();
    const before = this.#deliveries;
    const { states, listed } = isNew ? this.#watch() : { states: before, listed: [] };
    const changed = listed.filter((one) => before.get(keyOf(one)) !== states.get(keyOf(one)));
    const known = new Map<Client, number>();
    this.#each((client) => known.set(client, client.seq));
    this.#each((client) => this.#catchUp(client));
    const batches = new Map<number, Batch>();
    this.#each((client) => this.#serve(client, batches));
    if (changed.length > 0) this.#tellChanges(changed, known);
    // What could not be told now has still changed the next time.
    this.#deliveries = states;
  }

  #tellChanges(changed: readonly ListedDelivery[], known: ReadonlyMap<Client, number>): void {
    // Whoever has just been sent an alert knows its deliveries; of what comes later the alert itself will tell.
    const texts = new Map<number, string>();
    this.#each((client) => {
      const upTo = known.get(client) ?? 0;
      const text = texts.get(upTo) ?? this.#deliveryEvents(changed.filter(({ seq }) => seq <= upTo));
      texts.set(upTo, text);
      if (client.response.writableLength < MOST_WAITING) this.#write(client, text);
      else client.isBehind = true;
    });
  }

  #watch(): { states: Map<string, string>; listed: ListedDelivery[] } {
    const listed = this.#journal.deliveries(this.#head - WATCHED + 1, this.#head);
    return { listed, states: new Map(listed.map((one) => [keyOf(one), `${one.state} ${one.attempts}`])) };
  }

  /** Sends a client what it lacks, as much as it takes now. */
  #serve(client: Client, batches = new Map<number, Batch>()): void {
    while (client.seq < this.#head && client.response.writableLength < MOST_WAITING) {
      const isTooMuch = client.isPage && this.#head - client.seq > PAGE_ROWS;
      const key = isTooMuch ? NEWEST : client.seq;
      const batch = batches.get(key) ?? (isTooMuch ? this.#newest() : this.#after(client.seq));
      if (batch === undefined) return;
      batches.set(key, batch);
      this.#write(client, batch.text);
      client.seq = batch.last;
      if (isTooMuch) return;
    }
  }

  #newest(): Batch {
    const rows = this.#desk.latest(PAGE_ROWS);
    return {
      text: `event: reset\nid: ${this.#head}\ndata: ${JSON.stringify(rows)}\n\n`,
      last: Math.max(this.#head, rows[0]?.seq ?? 0),
    };
  }

  #after(seq: number): Batch | undefined {
    const rows = this.#desk.after(seq, BATCH);
    const last = rows.at(-1)?.seq;
    if (last === undefined) return undefined;
    return { text: rows.map((row) => `event: alert\nid: ${row.seq}\ndata: ${JSON.stringify(row)}\n\n`).join(''), last };
  }

  async #tellStatus(): Promise<void> {
    if (![...this.#clients].some(({ isPage }) => isPage)) {
      // It grows old; the next page gets a new one.
      this.#forgetStatus();
      return;
    }
    try {
      const { now, ...status } = await this.#desk.status();
      const text = JSON.stringify(status);
      if (text === this.#told) return;
      this.#told = text;
      const event = `event: status\ndata: ${JSON.stringify({ now, ...status })}\n\n`;
      this.#status = event;
      this.#each((client) => {
        if (client.isPage && client.response.writableLength < MOST_WAITING) this.#write(client, event);
      });
    } catch (error) {
      this.#desk.problem(error);
    }
  }

  /** What became of the alerts that it knows, for whoever was away meanwhile or did not read. */
  #catchUp(client: Client): void {
    if (!client.isBehind || client.response.writableLength >= MOST_WAITING) return;
    this.#write(client, this.#deliveryEvents(this.#journal.deliveries(client.seq - WATCHED + 1, client.seq)));
    client.isBehind = false;
  }

  #deliveryEvents(listed: readonly ListedDelivery[]): string {
    return listed.map((one) => `event: delivery\ndata: ${JSON.stringify(change(one))}\n\n`).join('');
  }

  #write(client: Client, text: string): void {
    if (text !== '') client.response.write(text);
  }
}

const keyOf = ({ seq, handler }: ListedDelivery): string => `${seq}/${handler}`;
