/** Values that were used last, by number. Bounded: the one not used for longest makes room. */
export class Recent<Value> {
  readonly #values = new Map<number, Value>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** The value for this key, made when it is not there. */
  at(key: number, make: (key: number) => Value): Value {
    const kept = this.#values.get(key);
    const value = kept ?? make(key);
    if (kept !== undefined) this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > this.#capacity) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    return value;
  }
}
