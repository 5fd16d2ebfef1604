/** A declaration at the top of a source file. */
export interface Declaration {
  /** With the comment above it, and without `export`. */
  readonly text: string;
  /** The comment above it, or nothing. */
  readonly comment: string;
}

/**
 * The interfaces, types and constants that stand at the top of a formatted TypeScript source, by name. A compiler's declarations
 * would do too, but are what somebody reads who has to be told what to write.
 */
export function declarationsIn(source: string): Map<string, Declaration> {
  const found = new Map<string, Declaration>();
  const lines = source.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, text = '', name] = /^(?:export )?((?:interface|type|const) (\w+)\b.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const comment = commentAbove(lines, index);
    const whole = [text, ...lines.slice(index + 1)];
    found.set(name, { comment, text: `${comment}${whole.slice(0, lengthOf(whole)).join('\n')}` });
  }
  return found;
}

/** How many lines a declaration has that begins with the first of these. */
function lengthOf(lines: readonly string[]): number {
  const end = lines[0]?.startsWith('interface ') ? '}' : ';';
  let depth = 0;
  for (const [index, line] of lines.entries()) {
    depth += (line.match(/[{([]/g) ?? []).length - (line.match(/[})\]]/g) ?? []).length;
    if (depth === 0 && line.endsWith(end)) return index + 1;
  }
  return lines.length;
}

function commentAbove(lines: readonly string[], index: number): string {
  if (!lines[index - 1]?.endsWith('*/')) return '';
  const start = lines.slice(0, index).findLastIndex((line) => line.startsWith('/**'));
  return `${lines.slice(start, index).join('\n')}\n`;
}
