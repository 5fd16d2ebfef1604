import type { ASTNode, Environment } from '@marcbachmann/cel-js';

/** Text, comments and brackets: what must be passed over, and what must come in pairs. */
const MARKS =
  /[rRbB]{0,2}(?:"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\/\/[^\n]*|[([{]|[)\]}]/g;

/**
 * What is written of a part of a rule; undefined where that cannot be told. The parser's own ranges leave out brackets at
 * both ends.
 */
export function pieceOf(source: string, node: ASTNode, environment: Environment): string | undefined {
  const text = balanced(source, node.range.start, node.range.end);
  try {
    return isSame(environment.parse(text).ast, node) ? text : undefined;
  } catch {
    return undefined;
  }
}

function balanced(source: string, start: number, end: number): string {
  let [open, missing] = [0, 0];
  for (const [mark] of source.slice(start, end).matchAll(MARKS)) {
    if (/^[([{]$/.test(mark)) open += 1;
    else if (/^[)\]}]$/.test(mark)) {
      if (open > 0) open -= 1;
      else missing += 1;
    }
  }
  const before = /[\s(]*$/.exec(source.slice(0, start))?.[0] ?? '';
  const after = /^[\s)\]}]*/.exec(source.slice(end))?.[0] ?? '';
  return nearest(before, missing, '(', -1) + source.slice(start, end) + nearest(after, open, undefined, 1);
}

/** So many brackets and the blanks between, from the end that is nearer. */
function nearest(text: string, count: number, bracket: '(' | undefined, direction: 1 | -1): string {
  let found = '';
  let left = count;
  for (const character of direction === 1 ? text : [...text].toReversed()) {
    if (left === 0) break;
    if (bracket === undefined ? /[)\]}]/.test(character) : character === bracket) left -= 1;
    found = direction === 1 ? found + character : character + found;
  }
  return found;
}

/** Whether two pieces mean the same. */
function isSame(a: unknown, b: unknown): boolean {
  if (isNode(a) && isNode(b)) return a.op === b.op && isSame(a.args, b.args);
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((one, index) => isSame(one, b[index]));
  return Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && String(a) === String(b));
}

export function isNode(part: unknown): part is ASTNode {
  return typeof part === 'object' && part !== null && 'op' in part && 'args' in part;
}
