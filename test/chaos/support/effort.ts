/** How hard these tests try: a little in `npm test`; much under `npm run chaos`, which says so in the environment. */

/** Minutes for what gets better the longer it lasts. Undefined: a short run. */
const minutes = process.env.CHAOS_MINUTES;
export const IS_LONG = minutes !== undefined;
export const SOAK_MINUTES = Number(minutes ?? 0);
/** What everything random is made of. */
export const SEED = Number(process.env.CHAOS_SEED ?? Math.trunc(Math.random() * 2 ** 31));

/** Numbers that look random, and are the same again with the same seed. */
export class Random {
  #state: number;

  /** @param name so that no two tests go by the same numbers */
  constructor(name: string) {
    this.#state = [...name].reduce((state, letter) => Math.imul(state, 31) + (letter.codePointAt(0) ?? 0), SEED);
  }

  /** A number in [0, 1): mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0, and less than this. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
