import type { FilterDesk } from '../vtp/broadcaster/outgoing.ts';

/** What the filters need of the thread that knows XPath. */
export interface FilterThread {
  add(id: number, text: string): Promise<FilterOutcome>;
  remove(id: number): void;
}

export interface FilterOutcome {
  /** Why it cannot be used. */
  readonly problem: string | undefined;
  /** It has kept the thread from its work. */
  readonly isHarmful: boolean;
}

interface Filter {
  readonly id: number;
  readonly text: string;
  /** Who was the first to have it. */
  readonly address: string;
  users: number;
  readonly outcome: Promise<FilterOutcome>;
}

/** Texts that are never tried again; more, and the oldest is forgotten. */
const MOST_BANNED = 1_000;
/** An address with so many filters that did harm may have no more of them. */
const MOST_STRIKES = 3;
const LONGEST_SHOWN = 200;

/** The filters in use. Those with the same text are one, however many subscribers have it. */
export class Filters implements FilterDesk {
  readonly #thread: FilterThread;
  readonly #byText = new Map<string, Filter>();
  readonly #usable = new Map<number, Filter>();
  readonly #banned = new Map<string, string>();
  readonly #strikes = new Map<string, number>();
  #lastId = 0;

  constructor(thread: FilterThread) {
    this.#thread = thread;
  }

  /** Ids and texts of those that are looked at. */
  get inUse(): readonly { readonly id: number; readonly text: string }[] {
    return [...this.#usable.values()];
  }

  /** Whether there are any, or soon will be. */
  get areThere(): boolean {
    return this.#byText.size > 0;
  }

  /** The newest id there is. */
  get newest(): number {
    return this.#lastId;
  }

  async install(texts: readonly string[], address: string): Promise<{ ids: number[]; problems: string[] }> {
    const ids: number[] = [];
    const problems: string[] = [];
    if ((this.#strikes.get(address) ?? 0) >= MOST_STRIKES) {
      return { ids, problems: [`filters from ${address} are not looked at any more: ${MOST_STRIKES} took too long`] };
    }
    const given = await Promise.all(
      [...new Set(texts)].map(async (text) => ({ text, ...(await this.#use(text, address)) })),
    );
    for (const { text, id, problem } of given) {
      if (problem === undefined) ids.push(id);
      else problems.push(`the filter ${shorten(text)} cannot be used: ${problem}`);
    }
    return { ids, problems };
  }

  release(ids: readonly number[]): void {
    for (const id of ids) {
      const filter = this.#usable.get(id);
      if (filter === undefined) continue;
      filter.users -= 1;
      if (filter.users === 0) this.#forget(filter);
    }
  }

  /**
   * It is not to be used any more, by anybody. With the last one that an address may have, all others that it was the
   * first to have are let go: whoever else wants one of them installs it again.
   *
   * @returns ids of those that are not looked at any more
   */
  ban(id: number, reason: string): readonly number[] {
    const filter = this.#usable.get(id);
    if (filter === undefined) return [];
    this.#usable.delete(id);
    this.#banText(filter, reason);
    const { address } = filter;
    if ((this.#strikes.get(address) ?? 0) < MOST_STRIKES) return [id];
    const others = [...this.#usable.values()].filter((one) => one.address === address);
    for (const one of others) this.#forget(one);
    return [id, ...others.map((one) => one.id)];
  }

  #banText({ text, address }: Filter, reason: string): void {
    this.#byText.delete(text);
    this.#strikes.set(address, (this.#strikes.get(address) ?? 0) + 1);
    const [oldest] = this.#banned.keys();
    if (oldest !== undefined && this.#banned.size >= MOST_BANNED) this.#banned.delete(oldest);
    this.#banned.set(text, reason);
  }

  async #use(text: string, address: string): Promise<{ id: number; problem: string | undefined }> {
    const banned = this.#banned.get(text);
    if (banned !== undefined) return { id: 0, problem: banned };
    const filter = this.#byText.get(text) ?? this.#add(text, address);
    filter.users += 1;
    const { problem, isHarmful } = await filter.outcome;
    if (problem === undefined) this.#usable.set(filter.id, filter);
    else if (isHarmful && this.#byText.get(text) === filter) this.#banText(filter, problem);
    else if (this.#byText.get(text) === filter) this.#byText.delete(text);
    return { id: filter.id, problem };
  }

  #add(text: string, address: string): Filter {
    this.#lastId += 1;
    const id = this.#lastId;
    const filter: Filter = { id, text, address, users: 0, outcome: this.#thread.add(id, text) };
    this.#byText.set(text, filter);
    return filter;
  }

  #forget({ id, text }: Filter): void {
    this.#usable.delete(id);
    this.#byText.delete(text);
    this.#thread.remove(id);
  }
}

function shorten(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
