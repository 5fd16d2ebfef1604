/** A place in a document, 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export function placeAt(text: string, offset: number): Place {
  const before = text.slice(0, Math.max(0, offset));
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: before.length - lineStart + 1 };
}

/** Comments, instructions and CDATA sections, which may hold anything; and tags, whose quotes may hold a `>`. */
const MARKUP = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<(?:[^>"']+|"[^"]*"|'[^']*')*>/g;

/** Where elements of a well-formed document are nested deeper than this; undefined when none is. */
export function tooDeep(text: string, limit: number): Place | undefined {
  let depth = 0;
  for (const match of text.matchAll(MARKUP)) {
    const [markup] = match;
    if (markup.startsWith('<?') || markup.startsWith('<!')) continue;
    if (markup.startsWith('</')) {
      depth -= 1;
      continue;
    }
    if (depth >= limit) return placeAt(text, match.index);
    if (!markup.endsWith('/>')) depth += 1;
  }
  return undefined;
}
