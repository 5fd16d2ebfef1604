import { readdirSync, readFileSync } from 'node:fs';
import type { XmlDocument, XmlValidateError, XsdValidator } from 'libxml2-wasm';
import { embedded } from '../../common/embedded.ts';
import type { Validity } from '../model.ts';
import { sentenceFor, VOEVENT, type Vocabulary } from './sentence.ts';

export interface Validator {
  /**
   * How the document keeps to the schema of its version. Leaves the document as it is, but for its ids, which libxml2
   * registers. Undefined when there is no schema for the version it claims (1.0, unknown), and when it is so large
   * that one who sends nothing but errors could hold us up; that is a hundred times what an alert is.
   *
   * @param bytes what it was parsed from, so that what is small need not be counted
   */
  validate(document: XmlDocument, bytes?: number): Validity | undefined;
}

const VERSIONS = ['1.1', '2.0', '2.1'] as const;
const MOST_PROBLEMS = 10;

// libxml2-wasm asks for the path of each faulty node, which takes as long as it has siblings: all of the library's time
// grows with the square of what is wrong. This many, all of them wrong, take some 400 ms; all right, some 20 ms.
const MOST_NODES = 20_000;
/** The shortest element is `<a/>`, an attribute is longer. To count them takes a tenth of a small document's examination. */
const NODE_BYTES = 4;

// libxml2 keeps a line in 16 bits.
const LAST_LINE = 65_535;

/** Where the schemas seem to lie, so that one can include another. Nothing is ever read from there. */
const PLACE = 'voeventd:/schemas/';

type Library = typeof import('libxml2-wasm');

interface Schema {
  readonly check: XsdValidator;
  /** What the compiled schema points into: kept, because a document that is garbage is freed under it. */
  readonly source: XmlDocument;
  readonly words: Vocabulary;
}

let texts: Readonly<Record<string, string>> | undefined;

/** Loads the XML library, as `createDecoder` does; a schema is read and compiled when the first packet asks for it. */
export async function createValidator(): Promise<Validator> {
  const library = await import('libxml2-wasm');
  const schemas = new Map<string, Schema>();

  const schemaOf = (version: string): Schema => {
    const known = schemas.get(version);
    if (known !== undefined) return known;
    const made = compile(library, version);
    schemas.set(version, made);
    return made;
  };

  return {
    validate: (document, bytes = Number.POSITIVE_INFINITY) => {
      const version = versionOf(document);
      if (version === undefined || (bytes > MOST_NODES * NODE_BYTES && nodesIn(document) > MOST_NODES))
        return undefined;
      const { check, words } = schemaOf(version);
      try {
        check.validate(document);
        return { schema: version, valid: true, problems: [] };
      } catch (error) {
        if (!(error instanceof library.XmlValidateError)) throw error;
        return { schema: version, valid: false, problems: problemsOf(error, words) };
      }
    },
  };
}

function versionOf({ root }: XmlDocument): string | undefined {
  const attribute = root.attr('version')?.value.trim();
  return (
    VERSIONS.find((version) => root.namespaceUri === VOEVENT + version) ??
    VERSIONS.find((version) => version === attribute)
  );
}

function nodesIn(document: XmlDocument): number {
  return Number(document.eval('count(//*) + count(//@*)'));
}

function problemsOf(error: XmlValidateError, words: Vocabulary): Validity['problems'] {
  // A child that is missing is told at the end of its parent, with the parent's line.
  const inOrder = error.details.toSorted((a, b) => a.line - b.line);
  return inOrder.slice(0, MOST_PROBLEMS).map(({ line, message, xpath }) => {
    const sentence = sentenceFor(message, xpath, words);
    return { line, message: line < LAST_LINE ? sentence : `${sentence} (at this line or a later one)` };
  });
}

function compile(library: Library, version: string): Schema {
  const { XmlDocument, XsdValidator } = library;
  const name = `voevent-${version}.xsd`;
  const all = schemaTexts(library);
  const source = XmlDocument.fromString(all[name] ?? '', { url: PLACE + name });
  return { check: XsdValidator.fromDoc(source), source, words: { version, ...wordsOf(name, all) } };
}

/** Reads the schemas, and makes them known to libxml2, which takes only so many providers and forgets none alone. */
function schemaTexts({ XmlBufferInputProvider, xmlRegisterInputProvider }: Library): Readonly<Record<string, string>> {
  if (texts !== undefined) return texts;
  texts = embedded()?.schemas() ?? readSchemas(new URL('./schemas/', import.meta.url));
  const buffers = Object.entries(texts).map(([name, text]) => [PLACE + name, Buffer.from(text)]);
  xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(buffers)));
  return texts;
}

function readSchemas(folder: URL): Record<string, string> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.xsd'));
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, folder), 'utf8')]));
}

/** What a schema, and those it includes, name. */
function wordsOf(
  file: string,
  all: Readonly<Record<string, string>>,
): { elements: Set<string>; attributes: Set<string> } {
  const text = all[file] ?? '';
  const found = (pattern: RegExp) => text.matchAll(pattern).map(([, name]) => name ?? '');
  const elements = new Set(found(/<xs:element name="([^"]+)"/g));
  const attributes = new Set(found(/<xs:attribute name="([^"]+)"/g));
  for (const included of found(/schemaLocation="([^"]+)"/g)) {
    const words = wordsOf(included, all);
    for (const name of words.elements) elements.add(name);
    for (const name of words.attributes) attributes.add(name);
  }
  return { elements, attributes };
}
