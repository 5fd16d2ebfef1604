import { escapeXml } from '../envelope.ts';

/** An element to be written. Attributes without a value are left out. */
export interface XmlNode {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string | undefined>>;
  /** Its elements, or its text. */
  readonly content?: readonly XmlNode[] | string;
}

/** An element with a text, in a list; an empty list where the text says nothing. */
export function textNode(name: string, text: string | undefined): XmlNode[] {
  return text === undefined || text.trim() === '' ? [] : [{ name, content: text }];
}

/** The element as text, indented by two blanks a level, with a line end. */
export function renderXml(node: XmlNode, indent = ''): string {
  const attributes = Object.entries(node.attributes ?? {})
    .flatMap(([name, value]) => (value === undefined ? [] : [` ${name}="${attributeText(value)}"`]))
    .join('');
  const start = `${indent}<${node.name}${attributes}`;
  const { content = '' } = node;
  if (content.length === 0) return `${start}/>\n`;
  if (typeof content === 'string') return `${start}>${elementText(content)}</${node.name}>\n`;
  const inner = content.map((child) => renderXml(child, `${indent}  `)).join('');
  return `${start}>\n${inner}${indent}</${node.name}>\n`;
}

/** Readers turn line ends in an attribute into blanks (XML 1.0 §3.3.3), unless they are written as references. */
function attributeText(text: string): string {
  return escapeXml(text).replaceAll('\t', '&#9;').replaceAll('\n', '&#10;').replaceAll('\r', '&#13;');
}

/** Readers turn a carriage return into a line feed (XML 1.0 §2.11). */
function elementText(text: string): string {
  return escapeXml(text).replaceAll('\r', '&#13;');
}

/** Below it a plain number would be mostly zeros, as from 1e21 on; readers know exponents too (XML Schema, float). */
const SMALLEST_PLAIN = 1e-20;

/** The number without an exponent, to its last digit. */
export function plainDecimal(value: number): string {
  const written = String(value);
  const match = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(written);
  if (match === null) return Object.is(value, -0) ? '0' : written;
  if (Math.abs(value) < SMALLEST_PLAIN) return written;
  const [, sign, whole, decimals = '', exponent] = match;
  return `${sign}0.${'0'.repeat(Number(exponent) - 1)}${whole}${decimals}`;
}
