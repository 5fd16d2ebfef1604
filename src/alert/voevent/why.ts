import { decimal } from '../angle.ts';
import type { Inference } from '../model.ts';
import { present } from '../present.ts';
import { normaliseTime } from '../time.ts';
import { attributeOf, childrenOf, textAt, type XmlElement } from '../xml/xml.ts';

/** What the author makes of it. */
export interface Why {
  readonly importance?: number;
  readonly expires?: string;
  readonly inferences: Inference[];
}

/** Elements that are an inference of their own: `Inference`, and what drafts before 1.0 had in its stead. */
const INFERENCES = new Set(['Inference', 'Classification', 'Identification']);

/** Reads a `Why` (VOEvent 2.0 §3.6). A `Concept`, `Name` or `Description` that stands in it directly is an inference too. */
export function readWhy(why: XmlElement | undefined): Why {
  const direct = why === undefined ? undefined : readInference(why);
  const isOne = (direct?.concept ?? direct?.name ?? direct?.description) !== undefined;
  return present({
    importance: decimal(attributeOf(why, 'importance')),
    expires: normaliseTime(attributeOf(why, 'expires')),
    inferences: [
      ...(direct !== undefined && isOne ? [direct] : []),
      ...(why?.children ?? []).filter(({ name }) => INFERENCES.has(name)).map(readInference),
    ],
  });
}

function readInference(element: XmlElement): Inference {
  const isText = element.name === 'Classification' || element.name === 'Identification';
  return present({
    probability: probabilityOf(element),
    relation: attributeOf(element, 'relation') ?? attributeOf(element, 'type'),
    name: element.name === 'Identification' ? textAt(element) : joined(element, 'Name'),
    concept: element.name === 'Classification' ? textAt(element) : joined(element, 'Concept'),
    description: isText ? undefined : textAt(element, 'Description'),
  });
}

function probabilityOf(element: XmlElement): number | undefined {
  const probability = decimal(attributeOf(element, 'probability'));
  const isPercent = /^(?:percent|%)$/i.test(attributeOf(element, 'units') ?? '');
  return probability !== undefined && isPercent ? probability / 100 : probability;
}

function joined(element: XmlElement, name: string): string | undefined {
  const texts = childrenOf(element, name).flatMap(({ text }) => (text === '' ? [] : [text]));
  return texts.length === 0 ? undefined : texts.join(', ');
}
