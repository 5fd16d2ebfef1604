import { messageOf } from '../common/errors.ts';
import { digestOf, idOf } from './digest.ts';
import { scanEnvelope } from './envelope.ts';
import type { Alert } from './model.ts';
import { type Reception, voeventToAlert } from './voevent.ts';
import { parseXml } from './xml.ts';

/** Why a document is not an alert we can read. A fact about the alert, never a reason to lose it. */
export class DecodeError extends Error {
  /** 1-based; absent where the fault has no place. */
  readonly line: number | undefined;
  readonly column: number | undefined;

  constructor(reason: string, place: { line?: number; column?: number } = {}) {
    const where = place.line === undefined ? '' : ` at line ${place.line}, column ${place.column ?? 1}`;
    super(`${reason}${where}`);
    this.name = 'DecodeError';
    this.line = place.line;
    this.column = place.column;
  }
}

export interface Decoder {
  /**
   * The alert in the packet.
   *
   * @throws DecodeError when it is not a well-formed VOEvent with an identifier
   */
  decode(packet: Buffer, reception: Omit<Reception, 'id'>): Alert;
}

/**
 * Loads the XML library (some 40 ms the first time) and gives the decoder. libxml2 is the gate: well-formedness,
 * encodings, limits; fast-xml-parser then maps, because on its own it accepts much that is not XML.
 */
export async function createDecoder(): Promise<Decoder> {
  const { XmlDocument, XmlLibError, ParseOption } = await import('libxml2-wasm');
  const option = ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE;

  /** Whether the document has a DOCTYPE. */
  const requireWellFormed = (packet: Buffer): { hasDoctype: boolean } => {
    try {
      using document = XmlDocument.fromBuffer(packet, { option });
      return { hasDoctype: document.dtd !== null };
    } catch (error) {
      if (!(error instanceof XmlLibError)) throw new DecodeError(`It is not XML: ${messageOf(error)}`);
      const detail = error.details[0];
      const reason = (detail?.message ?? error.message).trim().replace(/\s+/g, ' ');
      throw new DecodeError(
        `It is not well-formed XML: ${reason}`,
        detail === undefined ? {} : { line: detail.line, column: detail.col },
      );
    }
  };

  return {
    decode: (packet, reception) => {
      if (packet.length === 0) throw new DecodeError('It is empty');
      const { ivorn, element, hasDoctype } = scanEnvelope(packet);
      // No VOEvent needs one, and the entities it can declare are an attack on whoever reads them.
      if (hasDoctype || requireWellFormed(packet).hasDoctype) {
        throw new DecodeError('It has a DOCTYPE, which no VOEvent needs');
      }
      const root = mapXml(packet);
      if (root.name !== 'VOEvent') throw new DecodeError(`Its root is <${root.name}>, not <VOEvent>`);
      const id = idOf(digestOf(packet, element));
      const identifier = ivorn ?? root.attributes.ivorn ?? root.attributes.id;
      if (identifier === undefined || identifier.trim() === '') throw new DecodeError('It has no ivorn');
      return voeventToAlert(root, identifier.trim(), { ...reception, id });
    },
  };
}

function mapXml(packet: Buffer): NonNullable<ReturnType<typeof parseXml>> {
  let root: ReturnType<typeof parseXml>;
  try {
    root = parseXml(textOf(packet));
  } catch (error) {
    throw new DecodeError(`It cannot be read: ${messageOf(error)}`);
  }
  if (root === undefined) throw new DecodeError('It has no root element');
  return root;
}

/** The document as text, by its byte order mark or its declaration; UTF-8 otherwise (XML 1.0 §4.3.3). */
function textOf(packet: Buffer): string {
  const [first, second] = packet;
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']/.exec(
    packet.toString('latin1', 0, 200),
  );
  let label = declared?.[1] ?? 'utf-8';
  if ((first === 0xff && second === 0xfe) || (first === 0x3c && second === 0)) label = 'utf-16le';
  if ((first === 0xfe && second === 0xff) || (first === 0 && second === 0x3c)) label = 'utf-16be';
  return new TextDecoder(label).decode(packet);
}
