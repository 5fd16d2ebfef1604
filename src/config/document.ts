import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, LineCounter, type Node, parseAllDocuments } from 'yaml';
import { explain, UserError } from '../common/errors.ts';
import type { Problem } from './problem.ts';

export type ConfigPath = readonly (string | number)[];

/** A configuration file as written: its values, and the place of each. */
export class ConfigDocument {
  readonly file: string;
  readonly value: unknown;
  /** Faults of the YAML itself. */
  readonly problems: readonly Problem[];
  readonly #document: Document | undefined;
  readonly #text: string;
  readonly #lines = new LineCounter();

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    const documents = parseAllDocuments(text, { lineCounter: this.#lines, prettyErrors: false, merge: true });
    const all = Array.isArray(documents) ? documents : [];
    this.#document = all[0];
    const problems = all.flatMap((document) =>
      document.errors.map((error) => this.#problemAt(error.pos[0], `The YAML cannot be read: ${error.message}.`)),
    );
    if (all.length > 1) {
      problems.push(
        this.#problemAt(all[1]?.range[0] ?? 0, 'The file holds more than one YAML document. Remove the --- line.'),
      );
    }
    this.problems = problems;
    this.value = problems.length > 0 ? undefined : this.#value();
  }

  /** @throws UserError when the file cannot be read */
  static read(file: string): ConfigDocument {
    try {
      return new ConfigDocument(file, readFileSync(file, 'utf8'));
    } catch (error) {
      throw new UserError('config.read', `Cannot read the configuration ${file}: ${explain(error)}.`, { cause: error });
    }
  }

  /** A problem at a value, or at the nearest thing above it that the file has. */
  problem(path: ConfigPath, message: string, excerpt?: string): Problem {
    return this.#problemAt(this.#offsetOf(path), message, excerpt);
  }

  /** A problem at a key of a map. */
  problemAtKey(path: ConfigPath, key: string, message: string): Problem {
    const map = this.#nodeAt(path);
    const pair = isMap(map)
      ? map.items.find((item) => isScalar(item.key) && String(item.key.value) === key)
      : undefined;
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return this.#problemAt(offset ?? this.#offsetOf(path), message);
  }

  /** A problem inside a text value: `offset` counts from the text's first character. */
  problemInText(path: ConfigPath, offset: number, message: string, excerpt: string): Problem {
    const node = this.#nodeAt(path);
    const start = node?.range?.[0];
    if (start === undefined || !isScalar(node)) return this.problem(path, message, excerpt);
    return this.#problemAt(start + this.#offsetInSource(node, start, offset), message, excerpt);
  }

  /** Where a character of a scalar's value stands in its source; exact where the source has no escapes or folding. */
  #offsetInSource(node: Node, start: number, offset: number): number {
    if (!isScalar(node) || typeof node.value !== 'string') return 0;
    const source = this.#text.slice(start, node.range?.[1] ?? start);
    const line = node.value.slice(0, offset).split('\n').length - 1;
    const text = node.value.split('\n')[line] ?? '';
    const column = offset - (node.value.lastIndexOf('\n', offset - 1) + 1);
    const at = text === '' ? -1 : source.indexOf(text);
    return at === -1 ? 0 : at + column;
  }

  #problemAt(offset: number, message: string, excerpt?: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    const place = { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message };
    return excerpt === undefined ? place : { ...place, excerpt };
  }

  #value(): unknown {
    return this.#document?.toJS({ maxAliasCount: 100 });
  }

  #nodeAt(path: ConfigPath): Node | undefined {
    if (path.length === 0) return (this.#document?.contents as Node | null) ?? undefined;
    return this.#document?.getIn(path, true) as Node | undefined;
  }

  #offsetOf(path: ConfigPath): number {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#nodeAt(path.slice(0, length));
      const offset = node?.range?.[0];
      if (offset === undefined) continue;
      // Something below is missing: its map's own key is a better place than the map's first line.
      if (length === path.length || length === 0) return offset;
      return this.#keyOffset(path.slice(0, length)) ?? offset;
    }
    return 0;
  }

  #keyOffset(path: ConfigPath): number | undefined {
    const parent = this.#nodeAt(path.slice(0, -1));
    if (!isMap(parent)) return undefined;
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1));
    return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  }
}
