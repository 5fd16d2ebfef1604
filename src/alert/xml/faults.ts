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
  [/^Start tag expected, '<' not found|^Document is empty/, 'there is no element'],
  [/^Specification mandates value for attribute (\S+)/, 'the attribute $1 has no value'],
  [
    /^(?:error parsing attribute name|attributes construct error|expected '>')/,
    'there is something in a tag that is no attribute, or the tag is not finished',
  ],
  [/^invalid character in attribute value/, 'it has a character in an attribute that XML does not allow'],
  [/^CharRef: invalid|^xmlParseCharRef: character reference out of bounds/, 'there is a reference to no character'],
  [/^Sequence ']]>' not allowed/, 'there is a ]]> in a text; it is written ]]&gt;'],
  [/^Namespaced Attribute (\S+) in '(.*)' redefined/, 'the attribute $1 of $2 is given twice'],
  [
    /^(?:Failed to parse QName|colons are forbidden from \S+ names) '(.*)'/,
    'the name $1 has a colon where none belongs',
  ],
  [/^(\S+): '(.*)' is not a valid URI/, 'the namespace $2 of $1 is no URI'],
  [/^(\S+): Empty XML namespace/, 'the namespace of $1 is empty'],
  [
    /^(?:Malformed declaration|parsing XML declaration|Invalid XML encoding name|String not (?:started|closed)|Blank needed here|expected '=')/,
    'the XML declaration is not finished, or has something in it that does not belong there',
  ],
  [/^ParsePI: PI \S+ space expected|^ParsePI: PI \S+ never end/, 'an instruction is not finished'],
  [/^Unregistered error message/, 'something here is not finished'],
  [/^Invalid PI name|^xmlParsePI : no target name/, 'there is an instruction without a name that XML allows'],
  [/^Unsupported version '(.*)'/, 'it is written in XML $1, which nobody knows'],
  [/^XML declaration allowed only at the start/, 'the XML declaration is not at the very beginning'],
  [/^Unsupported encoding: (\S+)/, 'the encoding $1 is not known'],
  [/^CData section not finished/, 'a CDATA section is not finished'],
  [/^Comment not terminated/, 'a comment is not finished'],
  [/^Double hyphen within comment/, 'a comment has -- inside'],
  [/^StartTag: invalid element name/, 'there is a < that begins no element; it is written &lt;'],
  [
    /^Resource limit exceeded|^xmlSAX2Characters: huge text node|^(?:Comment|CData section|PI \S+) too big/,
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
