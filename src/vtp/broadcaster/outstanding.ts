interface Sent {
  readonly seq: number;
  readonly ivorn: string;
  readonly sentAt: number;
}

/** Alerts that were sent to a subscriber and have no receipt yet, oldest first. */
export class Outstanding {
  #sent: Sent[] = [];
  /** Those before it are settled; they are cut off in batches. */
  #head = 0;

  get size(): number {
    return this.#sent.length - this.#head;
  }

  /** @param now milliseconds, by a clock that nobody sets */
  add(seq: number, ivorn: string, now: number): void {
    this.#sent.push({ seq, ivorn, sentAt: now });
  }

  /**
   * A receipt came. It is for the oldest alert of that name; one that names none of them, as the eSTAR client's names
   * itself, is for the oldest of all.
   *
   * @returns false when nothing was waiting for a receipt
   */
  settle(origin: string | undefined): boolean {
    if (this.size === 0) return false;
    let at = this.#head;
    if (this.#sent[at]?.ivorn !== origin) {
      const named = this.#sent.findIndex(({ ivorn }, index) => index > this.#head && ivorn === origin);
      if (named !== -1) at = named;
    }
    if (at === this.#head) this.#head += 1;
    else this.#sent.splice(at, 1);
    if (this.#head > 512 && this.#head * 2 > this.#sent.length) {
      this.#sent = this.#sent.slice(this.#head);
      this.#head = 0;
    }
    return true;
  }

  /** How many have waited for longer. */
  overdue(ageMs: number, now: number): number {
    let count = 0;
    for (let at = this.#head; at < this.#sent.length; at += 1) {
      const sent = this.#sent[at];
      if (sent === undefined || now - sent.sentAt < ageMs) break;
      count += 1;
    }
    return count;
  }

  /** The number of the oldest; undefined when all have their receipt. */
  get oldest(): number | undefined {
    return this.#sent[this.#head]?.seq;
  }
}
