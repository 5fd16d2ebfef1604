import type { XmlDocument } from 'libxml2-wasm';
import { messageOf } from '../../common/errors.ts';
import { DecodeError } from '../decode-error.ts';
import { scanEnvelope } from '../envelope.ts';
import { ivornProblem } from '../ivoid.ts';
import type { Validity } from '../model.ts';
import { createGate } from '../xml/gate.ts';
import { createValidator } from './validate.ts';

/** Looks at what an author submits, before anybody takes responsibility for it. */
export interface Examiner {
  /**
   * Why the packet is not taken: for its author, who can mend it. Undefined when it is taken.
   *
   * @param schema whether it must keep to the schema of the version it claims (VTP 2.0 §7.2 says it should)
   */
  examine(packet: Buffer, schema: boolean): string | undefined;
}

const MOST_SHOWN = 3;

/** Loads the XML library; the schemas are compiled when the first packet asks for them. */
export async function createExaminer(): Promise<Examiner> {
  const gate = await createGate();
  const validator = await createValidator();

  const examine = (packet: Buffer, schema: boolean): string | undefined => {
    const envelope = scanEnvelope(packet);
    using document = gate(packet, envelope);
    if (envelope.kind !== 'voevent') return `It is no VOEvent: its root is <${document.root.name}>`;
    const badIvorn = ivornProblem(envelope.ivorn, document.root.attr('version')?.value.trim());
    if (badIvorn !== undefined || !schema) return badIvorn;
    return schemaProblem(document, validator.validate(document, packet.length));
  };
  return {
    examine: (packet, schema) => {
      try {
        return examine(packet, schema);
      } catch (error) {
        if (error instanceof DecodeError) return messageOf(error);
        throw error;
      }
    },
  };
}

function schemaProblem({ root }: XmlDocument, validity: Validity | undefined): string | undefined {
  if (validity === undefined) {
    const version = root.attr('version')?.value ?? '';
    const claim = version === '' ? 'It claims no version of VOEvent' : `It claims to be VOEvent ${version}`;
    return `${claim}, and cannot be validated: write version 2.0, 2.1 or 1.1, of no more than 20000 elements and attributes`;
  }
  if (validity.valid) return undefined;
  const shown = validity.problems.slice(0, MOST_SHOWN).map(({ line, message }) => `line ${line}: ${message}`);
  const more = validity.problems.length - shown.length;
  const rest = more > 0 ? `; and ${more} more` : '';
  return `It breaks the schema of VOEvent ${validity.schema}: ${shown.join('; ')}${rest}`;
}
