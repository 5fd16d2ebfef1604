import { type X2jOptions, XMLParser } from 'fast-xml-parser';
import { messageOf } from '../../common/errors.ts';

const ATTRIBUTES_KEY = ':@';
const TEXT_KEY = '#text';

/** Elements are nested deeper than this. No VOEvent needs more than twelve levels. */
export class TooDeep extends Error {}
export const DEEPEST = 64;

/** Whether the document being parsed has character references; parsing is synchronous. */
let hasReferences = false;

/**
 * A line break in an attribute is a blank (XML 1.0 §3.3.3), unless it was written as a reference, which the parser does
 * not tell.
 */
function blanksForBreaks(value: string): string | undefined {
  if (hasReferences || !(value.includes('\n') || value.includes('\t'))) return undefined;
  return value.replace(/[\t\n]/g, ' ');
}

/** Also what the bench parses with. */
export const PARSER_OPTIONS: X2jOptions = {
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  textNodeName: TEXT_KEY,
  parseTagValue: false,
  parseAttributeValue: false,
  htmlEntities: true,
  ignorePiTags: true,
  ignoreDeclaration: true,
  trimValues: false,
  // No value is processed here: without these the parser builds the path of every one, and looks at it twice.
  jPath: false,
  maxNestedTags: DEEPEST - 1,
  tagValueProcessor: () => undefined,
  attributeValueProcessor: (_, value) => blanksForBreaks(value),
};

const parser = new XMLParser(PARSER_OPTIONS);

/** An element or a piece of text, as the parser makes it: its only other key is the name of the tag, which comes first. */
type ParsedNode = Readonly<Record<string, unknown>>;
type Attributes = Readonly<Record<string, string | undefined>>;

const NO_ATTRIBUTES: Attributes = {};
const NO_CHILDREN: readonly XmlElement[] = [];

/**
 * An element. Its name is the local one: senders disagree on prefixes, and local names are never ambiguous in a VOEvent.
 *
 * What nobody asks for is never made: most elements are `Param`s, and only their attributes matter.
 */
export class XmlElement {
  readonly name: string;
  /** As written. */
  readonly attributes: Attributes;
  private readonly content: readonly ParsedNode[];
  private made: readonly XmlElement[] | undefined = undefined;

  constructor(tag: string, node: ParsedNode) {
    const colon = tag.indexOf(':');
    this.name = colon === -1 ? tag : tag.slice(colon + 1);
    this.attributes = (node[ATTRIBUTES_KEY] as Attributes | undefined) ?? NO_ATTRIBUTES;
    this.content = node[tag] as readonly ParsedNode[];
  }

  /** The elements directly below, in document order. */
  get children(): readonly XmlElement[] {
    this.made ??= elementsOf(this.content);
    return this.made;
  }

  /** Its own text, without the white space around it. */
  get text(): string {
    let text = '';
    for (const node of this.content) {
      const part = node[TEXT_KEY];
      if (part !== undefined) text += String(part);
    }
    return text.trim();
  }
}

function elementsOf(nodes: readonly ParsedNode[]): readonly XmlElement[] {
  if (nodes.length === 0) return NO_CHILDREN;
  const elements: XmlElement[] = [];
  for (const node of nodes) {
    const tag = tagOf(node);
    if (tag !== TEXT_KEY) elements.push(new XmlElement(tag, node));
  }
  return elements;
}

function tagOf(node: ParsedNode): string {
  for (const key in node) return key;
  return TEXT_KEY;
}

/**
 * A well-formed document without what the parser does not read as XML does: instructions, in which it takes an
 * apostrophe for the beginning of a value, and so skips all up to the next one; line breaks in tags, which it cannot tell
 * from those that are written as references.
 */
function simplified(text: string): string {
  const pieces: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf('<', from);
    if (start === -1) return pieces.join('') + text.slice(from);
    const end = endOfMarkup(text, start);
    const second = text[start + 1];
    if (second === '!') {
      pieces.push(text.slice(from, end));
    } else {
      pieces.push(text.slice(from, start));
      if (second !== '?') pieces.push(text.slice(start, end).replace(/\r\n|[\r\n\t]/g, ' '));
    }
    from = end;
  }
}

/** Where the markup ends that begins here: a comment, a CDATA section, an instruction or a tag. */
export function endOfMarkup(text: string, start: number): number {
  const after = (mark: string): number => {
    const at = text.indexOf(mark, start);
    return at === -1 ? text.length : at + mark.length;
  };
  if (text.startsWith('<!--', start)) return after('-->');
  if (text.startsWith('<![CDATA[', start)) return after(']]>');
  if (text.startsWith('<?', start)) return after('?>');
  let at = start + 1;
  for (; at < text.length; at += 1) {
    const character = text[at];
    if (character === '>') return at + 1;
    if (character !== '"' && character !== "'") continue;
    at = text.indexOf(character, at + 1);
    if (at === -1) break;
  }
  return text.length;
}

/** The root of a document that is already known to be well-formed. @throws TooDeep */
export function parseXml(text: string): XmlElement | undefined {
  hasReferences = text.includes('&#');
  const isPlain = !hasReferences && !text.includes('<?', 1);
  try {
    return elementsOf(parser.parse(isPlain ? text : simplified(text)) as readonly ParsedNode[])[0];
  } catch (error) {
    throw messageOf(error).startsWith('Maximum nested tags') ? new TooDeep() : error;
  }
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  if (element === undefined) return undefined;
  for (const child of element.children) if (child.name === name) return child;
  return undefined;
}

export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  const found: XmlElement[] = [];
  if (element !== undefined) for (const child of element.children) if (child.name === name) found.push(child);
  return found;
}

/** The first element of that name below this one, in document order. */
export function find(element: XmlElement | undefined, name: string): XmlElement | undefined {
  for (const child of element?.children ?? []) {
    const found = child.name === name ? child : find(child, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** All elements of that name below this one, in document order. */
export function findAll(element: XmlElement | undefined, name: string, found: XmlElement[] = []): XmlElement[] {
  for (const child of element?.children ?? []) {
    if (child.name === name) found.push(child);
    findAll(child, name, found);
  }
  return found;
}

/** Follows a path of first children; undefined where it breaks off. */
function descend(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  let current = element;
  for (const name of path) current = childOf(current, name);
  return current;
}

/** The element's text, or undefined when there is no element or it is empty. */
export function textAt(element: XmlElement | undefined, ...path: string[]): string | undefined {
  const text = descend(element, ...path)?.text;
  return text === undefined || text === '' ? undefined : text;
}

/** The attribute's value, or undefined when it is absent or empty. */
export function attributeOf(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes[name]?.trim() || undefined;
}
