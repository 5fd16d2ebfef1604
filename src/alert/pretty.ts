import { isUtf8 } from 'node:buffer';
import { DecodeError } from './decode-error.ts';
import { scanEnvelope } from './envelope.ts';
import { requireJson } from './json/grammar.ts';
import { DEEPEST } from './json/json.ts';
import { prettyJson } from './json/pretty.ts';
import { languageOf } from './language.ts';
import { textOf } from './text.ts';
import { createGate, type Gate } from './xml/gate.ts';
import { prettyXml } from './xml/pretty.ts';

/** A document laid out for reading. */
export interface PrettyPacket {
  /** Every character that is not white space between elements or values is as the author wrote it. */
  readonly text: string;
  /** `text`: it is neither XML nor JSON that can be read, and stands as it came. */
  readonly language: 'xml' | 'json' | 'text';
  readonly isCut: boolean;
}

/**
 * Lays a packet out, in no more than so many UTF-16 code units. What it has of control and format characters is still
 * there: see `visible`. Never throws.
 */
export type PrettyPrinter = (packet: Buffer, mostCharacters: number) => PrettyPacket;

/** Loads the XML library, as `createDecoder` does: only what passes its gate is laid out as XML. */
export async function createPrettyPrinter(): Promise<PrettyPrinter> {
  const gate = await createGate();
  return (packet, mostCharacters) => {
    const { text, language } = layOut(packet, mostCharacters, gate);
    if (text.length <= mostCharacters) return { text, language, isCut: false };
    return { text: text.slice(0, mostCharacters).replace(/[\ud800-\udbff]$/, ''), language, isCut: true };
  };
}

/** All of it, or more than was asked for. */
function layOut(packet: Buffer, mostCharacters: number, gate: Gate): Omit<PrettyPacket, 'isCut'> {
  try {
    switch (languageOf(packet)) {
      case 'xml':
        gate(packet, scanEnvelope(packet)).dispose();
        return { text: prettyXml(textOf(packet), mostCharacters), language: 'xml' };
      case 'json':
        return { text: prettyJson(jsonText(packet), mostCharacters), language: 'json' };
      default:
        return { text: asItIs(packet), language: 'text' };
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { text: asItIs(packet), language: 'text' };
  }
}

function jsonText(packet: Buffer): string {
  if (!isUtf8(packet)) throw new DecodeError('It is not UTF-8');
  const text = new TextDecoder().decode(packet);
  requireJson(text, DEEPEST);
  return text;
}

function asItIs(packet: Buffer): string {
  try {
    return textOf(packet);
  } catch {
    return packet.toString('latin1');
  }
}
