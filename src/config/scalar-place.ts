/**
 * Where a character of a YAML scalar's value stands in its source. YAML folds lines and removes indentation, so
 * positions cannot be compared; the characters that are not white space come in the same order in both.
 *
 * @param source the scalar as written, from its first character: quote, block header or text
 * @param offset counts from the value's first character; may be its length
 */
export function placeInScalar(source: string, value: string, offset: number): number {
  const wanted = value.slice(0, offset).replace(/\s/g, '').length;
  const isOnText = /\S/.test(value.charAt(offset));
  let end = 0;
  let count = 0;
  for (const { start, length } of charactersOf(source)) {
    if (count === wanted && (isOnText || wanted === 0)) return start;
    count += 1;
    end = start + length;
    if (count === wanted && !isOnText) return end;
  }
  return end;
}

/** The characters of the value that are not white space, as they are written. */
function* charactersOf(source: string): Generator<{ start: number; length: number }> {
  const style = source.charAt(0);
  const header = style === '|' || style === '>' ? source.indexOf('\n') + 1 : 0;
  const isQuoted = style === '"' || style === "'";
  for (let start = isQuoted ? 1 : header; start < source.length; ) {
    const length = lengthOf(source, start, style);
    const written = source.slice(start, start + length);
    const isEnd = isQuoted && written === style;
    if (isEnd) return;
    if (!/^(?:\s|\\[ntr \t\r\n])/.test(written) || (style !== '"' && /\S/.test(written))) yield { start, length };
    start += length;
  }
}

const ESCAPE_LENGTHS: Record<string, number> = { x: 4, u: 6, U: 10 };

function lengthOf(source: string, start: number, style: string): number {
  if (style === "'" && source.startsWith("''", start)) return 2;
  if (style !== '"' || source.charAt(start) !== '\\') return 1;
  return ESCAPE_LENGTHS[source.charAt(start + 1)] ?? 2;
}
