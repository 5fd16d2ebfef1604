/** An IVOA identifier in its parts: `ivo://AUTHORITY/PATH?QUERY#FRAGMENT`. */
export interface Ivoid {
  readonly authority: string;
  /** With its leading `/`; empty when there is none. */
  readonly path: string;
  readonly query: string | undefined;
  readonly fragment: string | undefined;
}

/**
 * IVOA Identifiers 2.0 §2: a URI whose authority has three characters or more, the first a letter or a digit, and none
 * that URIs reserve. Authority and path must not be percent-encoded, since registries compare them as text.
 */
const IVOID =
  /^ivo:\/\/([a-z\d][\w.~-]{2,})((?:\/[\w.~!$&'()*+,;=:@-]+)*)(?:\?((?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*))?(?:#((?:[\w.~!$&'()*+,;=:@/?-]|%[\da-f]{2})*))?$/i;

/** A URI's reader may take these out, and then it is another identifier (RFC 3986 §5.2.4); §2 forbids them. */
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;

/** The parts of an IVOA identifier, or undefined when the text is none. */
export function parseIvoid(text: string): Ivoid | undefined {
  const match = IVOID.exec(text);
  if (match === null) return undefined;
  const [, authority = '', path = '', query, fragment] = match;
  return DOT_SEGMENT.test(path) ? undefined : { authority, path, query, fragment };
}

/** Whether the text is an IVOA identifier, of whatever it is. */
export function isIvoid(text: string): boolean {
  return parseIvoid(text) !== undefined;
}

/**
 * Whether the text can name an alert: an identifier with a path and a local part, `ivo://AUTHORITY/PATH#LOCAL`.
 *
 * @param version of VOEvent; from 2.1 on the local part may stand after a `?` as well
 */
export function isAlertIvoid(text: string, version: '2.0' | '2.1'): boolean {
  const ivoid = parseIvoid(text);
  if (ivoid === undefined || ivoid.path === '') return false;
  const isGiven = (local: string | undefined): boolean => local !== undefined && local !== '';
  return isGiven(ivoid.fragment) || (version === '2.1' && isGiven(ivoid.query));
}

/**
 * Why this cannot be the identifier of an event that is published; undefined when it can. A sentence for its author. That
 * the local part may stand after a `?` is new in VOEvent 2.1 and taken from all; that there is a path is asked of none.
 *
 * @param version of VOEvent; the examples of 2.1 have identifiers without a local part
 */
export function ivornProblem(text: string | undefined, version: string | undefined): string | undefined {
  if (text === undefined || text.trim() === '') return 'It has no ivorn';
  const ivoid = parseIvoid(text.trim());
  const advice = 'Write one such as ivo://org.example/survey#2026-7';
  if (ivoid === undefined)
    return `Its ivorn ${excerpt(text)} is no IVOA identifier (IVOA Identifiers 2.0 §2). ${advice}`;
  if (ivoid.fragment || ivoid.query || version === '2.1') return undefined;
  return `Its ivorn ${excerpt(text)} names no event: there is nothing after a #. ${advice}`;
}

const LONGEST_SHOWN = 120;

function excerpt(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
