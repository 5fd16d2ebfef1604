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

/** The parts of an IVOA identifier, or undefined when the text is none. */
export function parseIvoid(text: string): Ivoid | undefined {
  const match = IVOID.exec(text);
  if (match === null) return undefined;
  const [, authority = '', path = '', query, fragment] = match;
  return { authority, path, query, fragment };
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
