/** Characters of what an attempt printed that are kept with it. */
const LONGEST_TAIL = 4_096;

/** The last that was printed. Holds no more than is kept. */
export class Tail {
  #text = '';
  #isCut = false;

  /** @param text also without a line end, and cut anywhere */
  push(text: string): void {
    const whole = this.#text + text.slice(-LONGEST_TAIL);
    this.#isCut ||= whole.length > LONGEST_TAIL || text.length > LONGEST_TAIL;
    this.#text = whole.slice(-LONGEST_TAIL);
  }

  line(text: string): void {
    this.push(`${text}\n`);
  }

  /** For the outcome of an attempt; without output when nothing was printed. `…` stands for what came before. */
  get kept(): { output?: string } {
    const text = this.#text.trimEnd();
    if (text === '') return {};
    return { output: this.#isCut ? `…\n${text.slice(text.indexOf('\n') + 1)}` : text };
  }

  clear(): void {
    this.#text = '';
    this.#isCut = false;
  }
}
