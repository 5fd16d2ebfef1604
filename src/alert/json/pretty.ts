/** A string, a bracket, a comma, a colon, or a number or word. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+/gs;

/**
 * A JSON text laid out as `JSON.stringify` does with two blanks, but with every string, number and name as it was
 * written: `1.0` is not `1`, nor is the second of two equal names lost. It ends when it is longer than asked for.
 *
 * @param text well-formed JSON
 */
export function prettyJson(text: string, mostCharacters: number): string {
  let written = '';
  let depth = 0;
  let previous = '';
  const line = (): string => `\n${'  '.repeat(depth)}`;
  for (const [token] of text.matchAll(TOKEN)) {
    const closes = token === '}' || token === ']';
    if (closes) depth -= 1;
    const opened = previous === '{' || previous === '[';
    if (closes ? !opened : opened || previous === ',') written += line();
    written += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
    if (written.length > mostCharacters) break;
    previous = token;
  }
  return written;
}
