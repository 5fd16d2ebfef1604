import { endOfMarkup } from './xml.ts';

interface Piece {
  readonly kind: 'start' | 'end' | 'empty' | 'text' | 'cdata' | 'other';
  readonly written: string;
  /** Where it stands in the document. */
  readonly at: number;
}

/**
 * A document with each element on a line of its own, indented by two blanks a level; tags, comments, instructions, CDATA
 * sections and references stay as they are written. White space is added or left out only in elements that have elements
 * and no text. It ends when it is longer than asked for.
 *
 * @param text well-formed XML without a DOCTYPE
 */
export function prettyXml(text: string, mostCharacters: number): string {
  const asWritten = elementsAsWritten(text);
  let written = '';
  let depth = 0;
  /** How many elements are open, from the outermost one on that is left as it is written. */
  let still = 0;
  for (const { kind, written: piece, at } of piecesOf(text)) {
    if (written.length > mostCharacters) break;
    if (still > 0) {
      written += piece;
      if (kind === 'start') still += 1;
      if (kind === 'end') still -= 1;
      continue;
    }
    if (kind === 'text') continue;
    if (kind === 'end') depth -= 1;
    written += `${written === '' ? '' : '\n'}${'  '.repeat(depth)}${piece}`;
    if (asWritten.has(at)) still = 1;
    else if (kind === 'start') depth += 1;
  }
  return written;
}

/** Where the elements begin in which white space may mean something: those with text, and those without elements. */
function elementsAsWritten(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  const open: { at: number; hasElement: boolean }[] = [];
  for (const { kind, written, at } of piecesOf(text)) {
    const around = open.at(-1);
    if (kind === 'end') {
      open.pop();
      if (around?.hasElement === false) found.add(around.at);
      continue;
    }
    const isElement = kind === 'start' || kind === 'empty';
    if (around !== undefined) {
      if (isElement) around.hasElement = true;
      if (kind === 'cdata' || (kind === 'text' && /[^ \t\r\n]/.test(written))) found.add(around.at);
    }
    if (kind === 'start') open.push({ at, hasElement: false });
    if (kind === 'start' && /\sxml:space\s*=\s*["']preserve/.test(written)) found.add(at);
  }
  return found;
}

function* piecesOf(text: string): Generator<Piece> {
  let at = 0;
  while (at < text.length) {
    const next = text.indexOf('<', at);
    const isText = next !== at;
    const end = isText ? (next === -1 ? text.length : next) : endOfMarkup(text, at);
    const written = text.slice(at, end);
    yield { kind: isText ? 'text' : kindOf(written), written, at };
    at = end;
  }
}

function kindOf(markup: string): Piece['kind'] {
  if (markup.startsWith('</')) return 'end';
  if (markup.startsWith('<![CDATA[')) return 'cdata';
  if (markup.startsWith('<!') || markup.startsWith('<?')) return 'other';
  return markup.endsWith('/>') ? 'empty' : 'start';
}
