import { XMLParser } from 'fast-xml-parser';

/** An element: local name, attributes as written, child elements in document order, and its own text, trimmed. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlElement[];
  readonly text: string;
}

const ATTRIBUTES_KEY = ':@';
const TEXT_KEY = '#text';

const parser = new XMLParser({
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
  tagValueProcessor: () => undefined,
  attributeValueProcessor: () => undefined,
});

type OrderedNode = Record<string, unknown>;

/**
 * The element tree of a document that is already known to be well-formed. Prefixes of elements are dropped: senders
 * disagree on them, and local names are never ambiguous in a VOEvent.
 */
export function parseXml(text: string): XmlElement | undefined {
  const nodes: unknown = parser.parse(text);
  return elementsOf(nodes)[0];
}

function elementsOf(nodes: unknown): XmlElement[] {
  if (!Array.isArray(nodes)) return [];
  const elements: XmlElement[] = [];
  for (const node of nodes as OrderedNode[]) {
    for (const name in node) {
      if (name !== TEXT_KEY && name !== ATTRIBUTES_KEY) elements.push(elementOf(name, node));
    }
  }
  return elements;
}

function elementOf(name: string, node: OrderedNode): XmlElement {
  const content = node[name];
  return {
    name: localName(name),
    attributes: (node[ATTRIBUTES_KEY] ?? {}) as Record<string, string>,
    children: elementsOf(content),
    text: textOf(content),
  };
}

/** Faster than the parser's own option for it, by a tenth of the whole parse. */
function localName(name: string): string {
  const colon = name.indexOf(':');
  return colon === -1 ? name : name.slice(colon + 1);
}

function textOf(nodes: unknown): string {
  if (!Array.isArray(nodes)) return '';
  let text = '';
  for (const node of nodes as OrderedNode[]) {
    const part = node[TEXT_KEY];
    if (part !== undefined) text += String(part);
  }
  return text.trim();
}

export function childOf(element: XmlElement | undefined, name: string): XmlElement | undefined {
  return element?.children.find((child) => child.name === name);
}

export function childrenOf(element: XmlElement | undefined, name: string): XmlElement[] {
  return element === undefined ? [] : element.children.filter((child) => child.name === name);
}

/** Follows a path of first children; undefined where it breaks off. */
export function descend(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
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
  if (element === undefined || !Object.hasOwn(element.attributes, name)) return undefined;
  const value = element.attributes[name]?.trim();
  return value === '' ? undefined : value;
}
