import type { FilterDesk } from './outgoing.ts';

/** Which alerts one subscriber wants: those on which one of its filters holds, or all. */
export class Wishes {
  readonly #desk: FilterDesk;
  readonly #address: string;
  #texts: readonly string[] = [];
  #ids: readonly number[] | undefined;
  #generation = 0;
  #hasEnded = false;

  constructor(desk: FilterDesk, address: string) {
    this.#desk = desk;
    this.#address = address;
  }

  /** As the subscriber wrote them. */
  get texts(): readonly string[] {
    return this.#texts;
  }

  /** Ids of the filters that are heeded; undefined: it gets everything. */
  get ids(): readonly number[] | undefined {
    return this.#ids;
  }

  /** Counts changes, so that what was read before one is not taken for what is wanted after. */
  get generation(): number {
    return this.#generation;
  }

  /** Whether one of the filters is among those that hold. */
  holds(matched: readonly number[]): boolean {
    return this.#ids?.some((id) => matched.includes(id)) === true;
  }

  /**
   * From when it resolves, these filters are heeded; all alerts are wanted when none of them can be used.
   *
   * @returns what is wrong with those that cannot; undefined when another change or the end has come before
   */
  async change(texts: readonly string[]): Promise<readonly string[] | undefined> {
    this.#generation += 1;
    const generation = this.#generation;
    this.#texts = texts;
    const nothing = { ids: [], problems: [] };
    const { ids, problems } = texts.length === 0 ? nothing : await this.#desk.install(texts, this.#address);
    if (generation !== this.#generation || this.#hasEnded) {
      this.#desk.release(ids);
      return undefined;
    }
    const old = this.#ids ?? [];
    this.#ids = ids.length === 0 ? undefined : ids;
    this.#desk.release(old);
    return problems;
  }

  end(): void {
    this.#hasEnded = true;
    this.#desk.release(this.#ids ?? []);
  }
}
