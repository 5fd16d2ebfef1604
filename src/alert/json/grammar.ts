import { DecodeError } from '../decode-error.ts';

const BLANK = /[\t\n\r ]*/y;
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const SCALAR = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

/**
 * Holds a text against the grammar of RFC 8259. JSON.parse names the place of some faults only, in words that change
 * with the engine and quote the document; and it goes as deep as a document likes.
 *
 * @param deepest how deep lists and objects may stand in one another; the outermost is 1
 * @throws DecodeError with the place of the first fault
 */
export function requireJson(text: string, deepest: number): void {
  new Scan(text, deepest).document();
}

class Scan {
  readonly #text: string;
  readonly #deepest: number;
  #at = 0;

  constructor(text: string, deepest: number) {
    this.#text = text;
    this.#deepest = deepest;
  }

  document(): void {
    this.#value(1);
    this.#take(BLANK);
    if (this.#at < this.#text.length) this.#fail('It is not JSON: there is more after its end');
  }

  #value(depth: number): void {
    this.#take(BLANK);
    const first = this.#text[this.#at];
    if (first === '{') this.#members('}', depth, () => this.#member(depth));
    else if (first === '[') this.#members(']', depth, () => this.#value(depth + 1));
    else if (first === '"') this.#string();
    else if (!this.#take(SCALAR)) this.#unexpected();
  }

  #members(end: string, depth: number, member: () => void): void {
    if (depth > this.#deepest) this.#fail(`It is nested deeper than ${this.#deepest}`);
    this.#at += 1;
    this.#take(BLANK);
    if (this.#text[this.#at] !== end) {
      member();
      this.#take(BLANK);
      while (this.#text[this.#at] !== end) {
        this.#expect(',');
        member();
        this.#take(BLANK);
      }
    }
    this.#at += 1;
  }

  #member(depth: number): void {
    this.#take(BLANK);
    this.#string();
    this.#take(BLANK);
    this.#expect(':');
    this.#value(depth + 1);
  }

  #string(): void {
    this.#expect('"');
    this.#take(PLAIN);
    while (this.#text[this.#at] !== '"') {
      if (!this.#take(ESCAPE)) this.#unexpected();
      this.#take(PLAIN);
    }
    this.#at += 1;
  }

  #take(token: RegExp): boolean {
    token.lastIndex = this.#at;
    if (!token.test(this.#text)) return false;
    this.#at = token.lastIndex;
    return true;
  }

  #expect(character: string): void {
    if (this.#text[this.#at] !== character) this.#unexpected();
    this.#at += 1;
  }

  #unexpected(): never {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) this.#fail('It is not JSON: it ends too early');
    this.#fail(`It is not JSON: unexpected ${JSON.stringify(String.fromCodePoint(point))}`);
  }

  #fail(reason: string): never {
    throw new DecodeError(reason, placeIn(this.#text, this.#at));
  }
}

/** Line and column of a place in a text, both 1-based. */
export function placeIn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}
