import { readFileSync } from 'node:fs';
import { type Document, isMap, isScalar, LineCounter, type Node, parseAllDocuments, visit } from 'yaml';
import { explain, messageOf, UserError } from '../common/errors.ts';
import type { Problem } from './problem.ts';
import { placeInScalar } from './scalar-place.ts';
import { yamlSentence } from './yaml-faults.ts';

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
    this.problems = [...this.#syntaxProblems(all), ...this.#aliasProblems()];
    if (this.problems.length > 0) return;
    try {
      this.value = this.#document?.toJS({ maxAliasCount: 100 });
    } catch (error) {
      this.problems = [this.#problemAt(0, `The YAML cannot be read: ${messageOf(error)}.`)];
    }
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
    const source = this.#text.slice(start, node.range?.[1] ?? start);
    return this.#problemAt(start + placeInScalar(source, String(node.value), offset), message, excerpt);
  }

  #problemAt(offset: number, message: string, excerpt?: string): Problem {
    const { line, col } = this.#lines.linePos(offset);
    const place = { file: this.file, line: Math.max(1, line), column: Math.max(1, col), message };
    return excerpt === undefined ? place : { ...place, excerpt };
  }

  #syntaxProblems(documents: readonly Document[]): Problem[] {
    const problems = documents.flatMap((document) =>
      // A warning is a tag that nobody knows: a value that begins with `!` and was meant as text.
      [...document.errors, ...document.warnings].map((error) =>
        this.#problemAt(error.pos[0], yamlSentence(error, this.#text)),
      ),
    );
    const second = documents[1];
    if (second !== undefined) {
      const message = 'The file holds more than one YAML document. Remove the --- line.';
      problems.push(this.#problemAt(second.range?.[0] ?? 0, message));
    }
    // What follows a fault in its own line is mostly its echo.
    return problems.filter((problem, index) => problems.findIndex(({ line }) => line === problem.line) === index);
  }

  #aliasProblems(): Problem[] {
    const problems: Problem[] = [];
    const document = this.#document;
    if (document === undefined) return problems;
    visit(document, {
      Alias: (_, alias) => {
        if (alias.resolve(document) !== undefined) return;
        const message = `YAML reads *${alias.source} as a reference, and nothing is marked &${alias.source}. Put the text in quotes if it is meant as text.`;
        problems.push(this.#problemAt(alias.range?.[0] ?? 0, message));
      },
    });
    return problems;
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
