import { nearest } from '../../common/suggest.ts';

/** What the namespaces of all versions begin with. */
export const VOEVENT = 'http://www.ivoa.net/xml/VOEvent/v';

/** What the schema of a version names, to tell a slip from a thing out of place. */
export interface Vocabulary {
  readonly version: string;
  readonly elements: ReadonlySet<string>;
  readonly attributes: ReadonlySet<string>;
}

/** What libxml2 says a message is about. */
interface Subject {
  /** Local name of the element. */
  readonly element: string;
  readonly namespace: string | undefined;
  /** Local name; undefined when it is not about an attribute. */
  readonly attribute: string | undefined;
  /** `Date`, or `Param dataType`: what a value in the message belongs to. */
  readonly holder: string;
  /** Name of the parent element; undefined for the root, and where the path does not give it. */
  readonly parent: string | undefined;
  /** Its place among the siblings of its name. */
  readonly ordinal: number;
  readonly words: Vocabulary;
}

const MESSAGE = /^Element '(?:\{([^}]*)\})?([^']*)'(?:, attribute '(?:\{[^}]*\})?([^']*)')?: ([\s\S]*)$/;

type Rule = readonly [pattern: RegExp, say: (subject: Subject, ...groups: string[]) => string];

// libxml2's words (xmlschemas.c) and ours for them; the first that matches.
const RULES: readonly Rule[] = [
  [/^No matching global declaration available for the validation root/, sayRoot],
  [/^This element is not expected\.(?: Expected is (?:one of )?\( (.*) \)\.)?/, sayUnexpected],
  [/^Missing child element\(s\)\.(?: Expected is (?:one of )?\( (.*) \)\.)?/, sayMissing],
  [/^The attribute '(.*)' is not allowed/, sayStrangeAttribute],
  [/^The attribute '(.*)' is required but missing/, ({ element }, name) => `${element} needs the attribute "${name}"`],
  [
    /^\[facet 'enumeration'\] The value '(.*)' is not an element of the set \{(.*)\}/s,
    ({ holder }, value = '', set = '') => `${holder} is ${quoted(value)}; it must be ${either(quotedWords(set))}`,
  ],
  [
    /^\[facet 'm(?:ax|in)Inclusive'\] The value '(.*)' is (less|greater) than the .* value allowed \('(.*)'\)/s,
    ({ holder }, value = '', less, bound) =>
      `${holder} is ${quoted(value)}; it must be ${bound} or ${less === 'less' ? 'more' : 'less'}`,
  ],
  [
    /^The value '(.*)' does not match the fixed value constraint '(.*)'/s,
    ({ holder }, value = '', fixed = '') => `${holder} is ${quoted(value)}; it must be ${quoted(fixed)}`,
  ],
  [
    /^'(.*)' is not a valid value of the (?:local )?atomic type '(?:xs:|\{.*\})?(.*)'/s,
    ({ holder }, value = '', type = '') =>
      `${holder} is ${quoted(value)}; it must be ${KINDS[type] ?? `of type ${type}`}`,
  ],
  [
    /because the content type is 'element-only'/,
    ({ element }) => `${element} has text of its own; it may only hold elements`,
  ],
  [/because the content type is empty/, ({ element }) => `${element} must be empty; all of it is in its attributes`],
  [/because the type definition is simple/, ({ element }) => `${element} has an element in it; it may only hold text`],
  // libxml2 cuts messages off, and with a long value what is wrong with it.
  [
    /^(?:\[facet '\w+'\] )?(?:The value )?'(.{1000})/s,
    ({ holder }, value = '') => `${holder} must not be ${quoted(value)}`,
  ],
];

const KINDS: Readonly<Record<string, string>> = {
  dateTime: 'a date and time as 2026-11-22T10:00:05',
  float: 'a number',
  double: 'a number',
  decimal: 'a number without exponent',
  Axis: 'a number',
  anyURI: 'a URI',
  ID: 'a name without spaces that begins with a letter, and no other id in the packet',
};

/** libxml2's message about a faulty node, said for somebody who writes or reads alerts. */
export function sentenceFor(message: string, path: string | undefined, words: Vocabulary): string {
  const [, namespace, element = '', attribute, fault = ''] = MESSAGE.exec(message.trim()) ?? [];
  const steps = path?.split('/').slice(1) ?? [];
  const parent = steps.length === 2 ? 'VOEvent' : stepName(steps.at(-2));
  // Of a `*` it is the place among all siblings.
  const ordinal = Number(/[^*]\[(\d+)\]$/.exec(steps.at(-1) ?? '')?.[1] ?? 1);
  const holder = attribute === undefined ? element : `${element} ${attribute}`;
  const subject = { element, namespace, attribute, holder, parent, ordinal, words };
  for (const [pattern, say] of RULES) {
    const match = pattern.exec(fault);
    if (match !== null) return say(subject, ...match.slice(1));
  }
  return brief(message.slice(0, 400).replace(/\{[^}]*\}/g, ''), 200);
}

/** The local name in a step of a path; undefined for `*`, which libxml2 writes for a name in a default namespace. */
function stepName(step: string | undefined): string | undefined {
  const name = step?.replace(/\[\d+\]$/, '').replace(/^.*:/, '');
  return name === '*' || name === '' ? undefined : name;
}

function sayRoot({ element, namespace, words }: Subject): string {
  if (element !== 'VOEvent') return `The root is ${brief(element, 60)}; it must be VOEvent`;
  const is = namespace === undefined ? 'no namespace' : `the namespace ${brief(namespace, 80)}`;
  return `VOEvent is in ${is}; it must be in ${VOEVENT}${words.version}`;
}

function sayUnexpected(subject: Subject, listed = ''): string {
  const { element, namespace, parent, ordinal, words } = subject;
  const expected = namesIn(listed);
  const then = expected.length === 0 ? '' : `; expected is ${either(expected)}`;
  if (!words.elements.has(element)) {
    const meant = nearest(element, expected.length === 0 ? words.elements : expected);
    const tail = meant === undefined ? then : `; did you mean ${quoted(meant)}?`;
    return parent === undefined
      ? `${quoted(element)} is not an element of VOEvent ${words.version}${tail}`
      : `${parent} has no element ${quoted(element)}${tail}`;
  }
  if (namespace === VOEVENT + words.version) {
    return `${element} must be in no namespace: give that of VOEvent a prefix, as in xmlns:voe="${namespace}"`;
  }
  if (expected.includes(element)) {
    const right = new RegExp(`\\{([^}]*)\\}${element}(?:,|$)`).exec(listed)?.[1];
    return `${element} must be in ${right === undefined ? 'no namespace' : `the namespace ${right}`}`;
  }
  const it = ordinal > 1 ? `a further ${element}` : element;
  return parent === undefined
    ? `${it} is not expected here${then}`
    : `${parent} has ${it}, which is not expected here${then}`;
}

function sayMissing({ element }: Subject, listed?: string): string {
  const expected = namesIn(listed);
  if (expected.length === 1) return `${element} needs the element ${expected[0]}`;
  return `${element} is not complete; expected is ${either(expected)}`;
}

function sayStrangeAttribute({ element, words }: Subject, name = ''): string {
  const local = name.replace(/^\{.*\}/, '');
  const meant = words.attributes.has(local) ? undefined : nearest(local, words.attributes);
  return `${element} has no attribute ${quoted(local)}${meant === undefined ? '' : `; did you mean ${quoted(meant)}?`}`;
}

/** The local names in libxml2's `{namespace}A, B`. A wildcard among them says nothing. */
function namesIn(listed = ''): string[] {
  const names = listed.split(', ').map((name) => name.replace(/^.*\}/, ''));
  return [...new Set(names)].filter((name) => name !== '' && !name.includes('*'));
}

function quotedWords(set: string): string[] {
  return [...set.matchAll(/'([^']*)'/g)].map(([, word]) => quoted(word ?? ''));
}

function either(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function quoted(text: string): string {
  return `"${brief(text, 60)}"`;
}

function brief(text: string, length: number): string {
  const line = text
    .slice(0, 4 * length)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > length ? `${line.slice(0, length)}…` : line;
}
