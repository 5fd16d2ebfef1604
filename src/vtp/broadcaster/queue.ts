import type { Outgoing } from './outgoing.ts';

/** Alerts that wait for one subscriber, oldest first. They are shared: it holds names of buffers, not copies. */
export class OutgoingQueue {
  #items: Outgoing[] = [];
  #head = 0;
  #bytes = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The number of the oldest. */
  get oldest(): number | undefined {
    return this.#items[this.#head]?.seq;
  }

  push(item: Outgoing): void {
    this.#items.push(item);
    this.#bytes += item.frame.length;
  }

  /** Takes the oldest ones: no more than so many, and of no more than so many bytes unless the first alone has more. */
  take(most: number, mostBytes: number): Outgoing[] {
    const taken: Outgoing[] = [];
    let bytes = 0;
    while (taken.length < most) {
      const item = this.#items[this.#head];
      if (item === undefined || (taken.length > 0 && bytes + item.frame.length > mostBytes)) break;
      taken.push(item);
      bytes += item.frame.length;
      this.#head += 1;
    }
    this.#bytes -= bytes;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (this.#head > 1_024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }
}
