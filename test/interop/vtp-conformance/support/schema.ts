import { existsSync, readFileSync } from 'node:fs';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';

// The official schemas, where there is the folder.
const SCHEMAS = new URL('../../../../../shared/data/schemas/', import.meta.url);
const NAMESPACE = 'http://www.telescope-networks.org/xml/Transport/v1.1';

/** Why a test of a schema cannot run, or false when it can. */
export const withoutSchemas = existsSync(SCHEMAS) ? false : 'there is no ../shared/data/schemas';

const validators = new Map<string, XsdValidator>();

/** What in a document breaks the schema of that file name. */
export function schemaFaults(text: string | Buffer, schemaName: string): string[] {
  if (withoutSchemas !== false) return [];
  try {
    using document = XmlDocument.fromBuffer(Buffer.from(text));
    validatorOf(schemaName).validate(document);
    return [];
  } catch (error) {
    return [`${error instanceof Error ? error.message : error} in ${text}`];
  }
}

function validatorOf(schemaName: string): XsdValidator {
  const known = validators.get(schemaName);
  if (known !== undefined) return known;
  using schema = XmlDocument.fromBuffer(readFileSync(new URL(schemaName, SCHEMAS)));
  const validator = XsdValidator.fromDoc(schema);
  validators.set(schemaName, validator);
  return validator;
}

/**
 * What in a Transport document of VTP 2.0 breaks the official schema, but for its namespace: of those that are in use,
 * the schema has one. Nothing, when it is another document or one of the older version 0.1.
 */
export function transportFaults(message: Buffer): string[] {
  const text = message.toString();
  const namespace = /^<\?xml[^>]*\?>\s*<(?:\w+:)?Transport [^>]*xmlns(?::\w+)?="([^"]*)"/.exec(text)?.[1];
  if (namespace === undefined || namespace.endsWith('/v0.1')) return [];
  return schemaFaults(text.replace(`"${namespace}"`, `"${NAMESPACE}"`), 'transport-1.1.xsd');
}
