import type { XmlDocument as Document, ParseOption as Options } from 'libxml2-wasm';
import { messageOf } from '../../common/errors.ts';
import { DecodeError } from '../decode-error.ts';
import type { Envelope } from '../envelope.ts';
import { textOf } from '../text.ts';
import { xmlFault } from './faults.ts';
import { placeAt } from './place.ts';

/**
 * Parses a document that is well-formed and has no DOCTYPE; the caller disposes of it.
 *
 * @throws DecodeError
 */
export type Gate = (packet: Buffer, envelope: Envelope) => Document;

/** Loads libxml2 (some 40 ms the first time), which knows what is XML: encodings, limits, namespaces. */
export async function createGate(): Promise<Gate> {
  const { XmlDocument, XmlLibError, ParseOption } = await import('libxml2-wasm');
  const option: Options =
    ParseOption.XML_PARSE_NONET |
    ParseOption.XML_PARSE_NO_XXE |
    ParseOption.XML_PARSE_COMPACT |
    ParseOption.XML_PARSE_BIG_LINES;
  const parse = (packet: Buffer): Document => {
    try {
      return XmlDocument.fromBuffer(packet, { option });
    } catch (error) {
      if (!(error instanceof XmlLibError)) throw new DecodeError(`It is not XML: ${messageOf(error)}`);
      const detail = error.details[0];
      throw new DecodeError(
        `It is not well-formed XML: ${xmlFault(detail?.message ?? error.message)}`,
        detail === undefined ? {} : { line: detail.line, column: detail.col },
      );
    }
  };
  return (packet, envelope) => {
    // No VOEvent needs one, and the entities it can declare are an attack on whoever reads them.
    if (envelope.hasDoctype) throw hasDoctype(packet);
    const document = parse(packet);
    if (document.dtd === null) return document;
    document.dispose();
    throw hasDoctype(packet);
  };
}

function hasDoctype(packet: Buffer): DecodeError {
  const text = textOf(packet);
  return new DecodeError('It has a DOCTYPE, which no VOEvent needs', placeAt(text, text.indexOf('<!DOCTYPE')));
}
