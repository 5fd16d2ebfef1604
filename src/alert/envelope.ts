/**
 * What the hot path needs to know of a document, found by scanning its root tag only: which message it is, whose, and
 * which bytes are the element. Never throws; a document it cannot make out is `unknown`, and is kept all the same.
 */

/** A half-open range of byte offsets in the payload. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface Envelope {
  /** By the root's local name; prefix and namespace do not count, they vary in the field. */
  readonly kind: 'voevent' | 'transport' | 'unknown';
  /** The ivorn as written in the root tag, or, in a document that cannot be made out, wherever it is found. */
  readonly ivorn: string | undefined;
  readonly role: string | undefined;
  readonly hasDoctype: boolean;
  /**
   * From the opening `<` to the closing `>` of the root element: the bytes that decide whether two packets are the same
   * (VTP 2.0 §8). The whole payload where the element's bounds cannot be found.
   */
  readonly element: ByteRange;
}

const HEAD_BYTES = 2_048;
const LONGEST_HEAD_BYTES = 65_536;

/** What may stand before the root element: byte order mark, declaration, instructions, comments. Never fails to match. */
const MISC = /(?:\u00ef\u00bb\u00bf|\ufeff)?(?:\s+|<\?[\s\S]*?\?>|<!--[\s\S]*?-->)*/y;
const DOCTYPE = /<!DOCTYPE(?:[^[>]|\[[^\]]*\])*>/y;
const ROOT_NAME = /<(?![!?])((?:[^\s<>/:="']+:)?([^\s<>/:="']+))(?=[\s>/])/y;
const ATTRIBUTE = /\s*([^\s<>/="']+)\s*=\s*(?:"([^"]*)"|'([^']*)')/y;
const TAG_END = /\s*(\/?)>/y;
const LATIN1 = /^<\?xml[^>]*encoding\s*=\s*["'](?:iso-8859-|windows-125|latin)/i;

/** Scans the head of a document; a few microseconds for an ordinary packet. */
export function scanEnvelope(payload: Buffer): Envelope {
  const wide = wideEncoding(payload);
  if (wide !== undefined) return scanWide(payload, wide);
  let root = scanRoot(headOf(payload, HEAD_BYTES));
  if (root === undefined && payload.length > HEAD_BYTES) {
    root = scanRoot(headOf(payload, LONGEST_HEAD_BYTES));
  }
  if (root === undefined) return unknownEnvelope(payload);
  const encoding = LATIN1.test(headOf(payload, 100)) ? 'latin1' : 'utf8';
  // From the bytes: a piece of the head would keep all of it in memory.
  const decode = (place: ByteRange | undefined): string | undefined =>
    place === undefined ? undefined : unescapeXml(payload.toString(encoding, place.start, place.end));
  return {
    kind: root.kind,
    ivorn: decode(root.ivorn),
    role: decode(root.role),
    hasDoctype: root.hasDoctype,
    element: { start: root.start, end: elementEnd(payload, root) },
  };
}

/** The first bytes, a character each, so that offsets in the text are offsets in the payload. */
function headOf(payload: Buffer, bytes: number): string {
  return payload.toString('latin1', 0, bytes);
}

interface Root {
  readonly kind: Envelope['kind'];
  readonly name: string;
  readonly start: number;
  readonly hasDoctype: boolean;
  readonly tagEnd: number;
  readonly empty: boolean;
  /** In quotes, as written. */
  readonly ivorn: ByteRange | undefined;
  readonly role: ByteRange | undefined;
}

function scanRoot(head: string): Root | undefined {
  let start = skip(MISC, head, 0);
  const hasDoctype = head.startsWith('<!DOCTYPE', start);
  if (hasDoctype) start = skip(MISC, head, skip(DOCTYPE, head, start));
  ROOT_NAME.lastIndex = start;
  const name = ROOT_NAME.exec(head);
  if (name === null) return undefined;
  let ivorn: ByteRange | undefined;
  let id: ByteRange | undefined;
  let role: ByteRange | undefined;
  let at = ROOT_NAME.lastIndex;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const attribute = ATTRIBUTE.exec(head);
    if (attribute === null) break;
    at = ATTRIBUTE.lastIndex;
    const end = at - 1;
    const value = { start: end - (attribute[2] ?? attribute[3] ?? '').length, end };
    if (attribute[1] === 'ivorn') ivorn = value;
    else if (attribute[1] === 'id') id = value;
    else if (attribute[1] === 'role') role = value;
  }
  TAG_END.lastIndex = at;
  const tagEnd = TAG_END.exec(head);
  if (tagEnd === null) return undefined;
  return {
    kind: rootKind(name[2]),
    name: name[1] ?? '',
    start,
    hasDoctype,
    tagEnd: TAG_END.lastIndex,
    empty: tagEnd[1] === '/',
    // VOEvent 1.0 drafts called the identifier `id`.
    ivorn: ivorn ?? id,
    role,
  };
}

/** Where the text goes on after a match of the pattern at this place; the place itself when it does not match. */
function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text) === null ? at : pattern.lastIndex;
}

function rootKind(localName: string | undefined): Envelope['kind'] {
  if (localName === 'VOEvent') return 'voevent';
  return localName === 'Transport' ? 'transport' : 'unknown';
}

function elementEnd(payload: Buffer, root: Root): number {
  if (root.empty) return root.tagEnd;
  const closing = payload.lastIndexOf(Buffer.from(`</${root.name}`, 'latin1'), contentEnd(payload, root.tagEnd));
  if (closing < root.tagEnd) return payload.length;
  const end = payload.indexOf(0x3e, closing);
  return end === -1 ? payload.length : end + 1;
}

/** Where the comments, instructions and white space begin that follow the root element; a comment may hold a tag. */
function contentEnd(document: Buffer | string, tagEnd: number): number {
  let end = document.length;
  for (;;) {
    while (end > tagEnd && /\s/.test(characterAt(document, end - 1))) end -= 1;
    const last = characterAt(document, end - 3) + characterAt(document, end - 2) + characterAt(document, end - 1);
    // Neither has another opening inside: a comment must not hold `--`.
    const opening = last === '-->' ? '<!--' : last.endsWith('?>') ? '<?' : undefined;
    const start = opening === undefined ? -1 : document.lastIndexOf(opening, end - 1);
    if (start < tagEnd) return end;
    end = start;
  }
}

function characterAt(document: Buffer | string, at: number): string {
  const character = document.at(at) ?? '';
  return typeof character === 'string' ? character : String.fromCharCode(character);
}

/** A document whose root tag cannot be read: what can still be told from it, so that the log can name it. */
function unknownEnvelope(payload: Buffer): Envelope {
  // A comment may show a packet of somebody else's. One that the document ends in was never closed: it may be the packet.
  const isWhole = payload.length <= LONGEST_HEAD_BYTES;
  const head = headOf(payload, LONGEST_HEAD_BYTES).replace(/<!--[\s\S]*?(?:-->|$)/g, (comment) =>
    isWhole && !comment.endsWith('-->') ? comment : '',
  );
  const looksLikeAlert = /<(?:[^\s<>/:]+:)?VOEvent[\s>/]/.test(head);
  const attribute = (name: string): string | undefined => {
    const found = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"<>]*)"|'([^'<>]*)')`).exec(head);
    const value = found?.[1] ?? found?.[2];
    return value === undefined ? undefined : unescapeXml(latin1ToUtf8(value));
  };
  return {
    kind: looksLikeAlert ? 'voevent' : 'unknown',
    ivorn: looksLikeAlert ? attribute('ivorn') : undefined,
    role: looksLikeAlert ? attribute('role') : undefined,
    hasDoctype: head.startsWith('<!DOCTYPE', skip(MISC, head, 0)),
    element: { start: 0, end: payload.length },
  };
}

function wideEncoding(payload: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = payload;
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) return 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) return 'utf-16be';
  return undefined;
}

function scanWide(payload: Buffer, encoding: string): Envelope {
  const text = new TextDecoder(encoding, { ignoreBOM: true }).decode(payload);
  const root = scanRoot(text);
  if (root === undefined) return { ...unknownEnvelope(Buffer.from(text)), element: { start: 0, end: payload.length } };
  const closing = text.lastIndexOf(`</${root.name}`, contentEnd(text, root.tagEnd));
  const close = root.empty ? root.tagEnd - 1 : text.indexOf('>', closing);
  return {
    kind: root.kind,
    ivorn: unescaped(text, root.ivorn),
    role: unescaped(text, root.role),
    hasDoctype: root.hasDoctype,
    element: { start: root.start * 2, end: close < root.tagEnd - 1 ? payload.length : (close + 1) * 2 },
  };
}

function unescaped(text: string, place: ByteRange | undefined): string | undefined {
  return place === undefined ? undefined : unescapeXml(text.slice(place.start, place.end));
}

function latin1ToUtf8(text: string): string {
  return /[\u0080-\u00ff]/.test(text) ? Buffer.from(text, 'latin1').toString('utf8') : text;
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces XML's five named references and character references (XML 1.0 §4.1); leaves anything else as it is. */
export function unescapeXml(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(amp|lt|gt|quot|apos));/g, (written, decimal, hex, name) => {
    if (name !== undefined) return NAMED[name] ?? written;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : written;
  });
}

/** Characters that no XML document can hold, not even as references (XML 1.0 §2.2). */
const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

/** Text made safe for element content and for attribute values in double quotes. */
export function escapeXml(text: string): string {
  if (!/[&<>"\u0000-\u001f\ud800-\uffff]/.test(text)) return text;
  return text
    .toWellFormed()
    .replace(NOT_XML, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
