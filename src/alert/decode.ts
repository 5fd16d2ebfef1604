import { messageOf } from '../common/errors.ts';
import { DecodeError } from './decode-error.ts';
import type { Decoded } from './decoded.ts';
import { digestOf, idOf } from './digest.ts';
import { type Envelope, scanEnvelope } from './envelope.ts';
import { gcnToAlert } from './json/gcn.ts';
import { igwnToAlert, isGwAlert } from './json/igwn.ts';
import { readJsonObject } from './json/json.ts';
import { languageOf } from './language.ts';
import type { Alert, Reception } from './model.ts';
import { textOf } from './text.ts';
import { createValidator, type Validator } from './validate/validate.ts';
import { voeventToAlert } from './voevent/voevent.ts';
import { createGate, type Gate } from './xml/gate.ts';
import { placeAt, tooDeep } from './xml/place.ts';
import { DEEPEST, parseXml, TooDeep, type XmlElement } from './xml/xml.ts';

export { DecodeError } from './decode-error.ts';

export interface DecodeOptions {
  /** Whether to hold a VOEvent against its schema too, and say in `validity` what came of it. @default false */
  readonly validate?: boolean;
}

export interface Decoder {
  /**
   * The alert in the packet.
   *
   * @throws DecodeError when it is neither a well-formed VOEvent with an identifier, nor JSON of GCN or LVK
   */
  decode(packet: Buffer, reception: Reception, options?: DecodeOptions): Alert;
  /** The alert with the names by which it knows its event. @throws DecodeError */
  read(packet: Buffer, reception: Reception, options?: DecodeOptions): Decoded;
}

/**
 * Loads the XML library (some 40 ms the first time) and gives the decoder. libxml2 is the gate: well-formedness,
 * encodings, limits; fast-xml-parser then maps, because on its own it accepts much that is not XML.
 */
export async function createDecoder(): Promise<Decoder> {
  const gate = await createGate();
  const validator = await createValidator();
  const read = (packet: Buffer, reception: Reception, options: DecodeOptions = {}): Decoded => {
    const { topic } = reception;
    const decoded = readAny(packet, reception, gate, options.validate === true ? validator : undefined);
    return topic === undefined ? decoded : { ...decoded, alert: Object.freeze({ ...decoded.alert, topic }) };
  };
  return { read, decode: (packet, reception, options) => read(packet, reception, options).alert };
}

function readAny(packet: Buffer, reception: Reception, gate: Gate, validator: Validator | undefined): Decoded {
  switch (languageOf(packet)) {
    case 'nothing':
      throw new DecodeError('It is empty');
    case 'json':
      return readJson(packet, reception);
    case 'xml':
      return readXml(packet, reception, gate, validator);
    default:
      throw new DecodeError('It is neither XML nor JSON', { line: 1, column: 1 });
  }
}

function readJson(packet: Buffer, reception: Reception): Decoded {
  const document = readJsonObject(packet);
  const id = idOf(digestOf(packet, { start: 0, end: packet.length }));
  return isGwAlert(document) ? igwnToAlert(document, id, reception) : gcnToAlert(document, id, reception);
}

function readXml(packet: Buffer, reception: Reception, gate: Gate, validator: Validator | undefined): Decoded {
  const envelope = scanEnvelope(packet);
  using document = gate(packet, envelope);
  const text = textOf(packet);
  const root = mapXml(text);
  const decoded = voeventToAlert(
    { id: idOf(digestOf(packet, envelope.element)), ivorn: identifierOf(root, envelope, text), root, text },
    reception,
  );
  const validity = validator?.validate(document, packet.length);
  if (validity === undefined) return decoded;
  return { ...decoded, alert: Object.freeze({ ...decoded.alert, validity }) };
}

function mapXml(text: string): XmlElement {
  let root: XmlElement | undefined;
  try {
    root = parseXml(text);
  } catch (error) {
    if (error instanceof TooDeep) {
      throw new DecodeError(`Its elements are nested deeper than ${DEEPEST}`, tooDeep(text, DEEPEST));
    }
    throw new DecodeError(`It cannot be read: ${messageOf(error)}`);
  }
  if (root === undefined) throw new DecodeError('It has no root element');
  if (root.name !== 'VOEvent') throw new DecodeError(`Its root is <${root.name}>, not <VOEvent>`, placeOfRoot(text));
  return root;
}

function identifierOf(root: XmlElement, envelope: Envelope, text: string): string {
  // VOEvent 1.0 drafts called it `id`.
  const identifier = (envelope.ivorn ?? root.attributes.ivorn ?? root.attributes.id)?.trim();
  if (identifier === undefined || identifier === '') throw new DecodeError('It has no ivorn', placeOfRoot(text));
  return identifier;
}

function placeOfRoot(text: string) {
  return placeAt(text, text.search(/<(?![?!])/));
}
