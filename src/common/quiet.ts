/** How often a thing that repeats is said again. */
const AGAIN_MS = 60_000;
const MOST_KEYS = 1_000;

/** Says a thing that may happen a thousand times a second once a minute, with how often it happened meanwhile. */
export class QuietLog {
  readonly #say: (message: string, fields: Record<string, unknown>) => void;
  readonly #said = new Map<string, { at: number; since: number }>();

  constructor(say: (message: string, fields: Record<string, unknown>) => void) {
    this.#say = say;
  }

  /** @param key what counts as the same thing @param now milliseconds, by a clock that nobody sets */
  say(key: string, message: string, fields: Record<string, unknown>, now: number): void {
    const last = this.#said.get(key);
    if (last !== undefined && now - last.at < AGAIN_MS) {
      last.since += 1;
      return;
    }
    // Whoever comes from a thousand addresses is not remembered one by one.
    if (last === undefined && this.#said.size >= MOST_KEYS) this.#said.clear();
    this.#said.set(key, { at: now, since: 0 });
    const more = last === undefined || last.since === 0 ? '' : ` (and ${last.since} more since the last such line)`;
    this.#say(`${message}${more}`, fields);
  }
}
