/**
 * libxml2's words for what is wrong with a document, and ours. What is not listed is passed on as it is.
 */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/^Opening and ending tag mismatch: (\S+) line (\d+) and (\S+)$/, '<$1>, opened at line $2, is closed by </$3>'],
  [/^Premature end of data in tag (\S+) line (\d+)$/, 'it ends before </$1>, which line $2 has opened: it was cut off'],
  [/^Couldn't find end of Start Tag (\S+)(?: line (\d+))?$/, 'the tag <$1 is not finished'],
  [/^(?:AttValue: ' expected|AttValue: unterminated)/, 'the value of an attribute is not finished, or has no quotes'],
  [/^AttValue: " or ' expected/, 'the value of an attribute has no quotes'],
  [/^xmlParseEntityRef: no name/, 'there is an & on its own; it is written &amp;'],
  [/^EntityRef: expecting ';'/, 'there is an & that begins no entity; it is written &amp;'],
  [/^Entity '(.*)' not defined$/, 'there is no entity &$1;'],
  [/^Extra content at the end of the document/, 'something follows the end of the root element'],
  [/^Attribute (\S+) redefined$/, 'the attribute $1 is given twice'],
  [/^Invalid bytes in character encoding|^Input is not proper UTF-8/, 'it has bytes that its encoding does not allow'],
  [/^Unescaped '<' not allowed in attributes values/, 'there is a < in an attribute; it is written &lt;'],
  [/^Namespace prefix (\S+)(?: for \S+)? on (\S+) is not defined/, 'the prefix of $1:$2 is not declared'],
  [
    /^Invalid character: Char (0x\S+)|^PCDATA invalid Char value (\d+)/,
    'it has a character that XML does not allow ($1$2)',
  ],
  [/^xmlParseCharRef: invalid xmlChar value (\d+)/, 'it refers to a character that XML does not allow (number $1)'],
  [/^Excessive depth in document/, 'its elements are nested too deep'],
  [/^Start tag expected, '<' not found/, 'there is no element'],
  [/^XML declaration allowed only at the start/, 'the XML declaration is not at the very beginning'],
  [/^Unsupported encoding: (\S+)/, 'the encoding $1 is not known'],
  [/^CData section not finished/, 'a CDATA section is not finished'],
  [/^Comment not terminated/, 'a comment is not finished'],
  [/^Double hyphen within comment/, 'a comment has -- inside'],
  [/^StartTag: invalid element name/, 'there is a < that begins no element; it is written &lt;'],
  [
    /^Resource limit exceeded: Text node too long|^xmlSAX2Characters: huge text node/,
    'it has a text of over ten million characters',
  ],
];

/** A fault of libxml2 in words for a person; no full stop. */
export function xmlFault(message: string): string {
  const line = (message.trim().split('\n', 1)[0] ?? '').slice(0, 300);
  for (const [pattern, words] of FAULTS) {
    const match = pattern.exec(line);
    if (match !== null) return words.replace(/\$(\d)/g, (_, index) => match[Number(index)] ?? '');
  }
  return line;
}
