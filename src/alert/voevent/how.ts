import type { Reference } from '../model.ts';
import { present } from '../present.ts';
import { attributeOf, childrenOf, findAll, textAt, type XmlElement } from '../xml/xml.ts';

/** Every `Reference` of the document, in order (VOEvent 2.0 §3.9); some senders of 1.0 wrote `url` for `uri`. */
export function readReferences(root: XmlElement): Reference[] {
  return findAll(root, 'Reference').flatMap((element): Reference[] => {
    const uri = attributeOf(element, 'uri') ?? attributeOf(element, 'url') ?? textAt(element);
    if (uri === undefined) return [];
    return [
      present({
        uri,
        type: attributeOf(element, 'type'),
        mimetype: attributeOf(element, 'mimetype'),
        meaning: attributeOf(element, 'meaning'),
        name: attributeOf(element, 'name'),
        description: textAt(element, 'Description'),
      }),
    ];
  });
}

/** GCN describes the instrument in words that never vary. */
const GCN_INSTRUMENT = /^(.{1,60}?)\s+Satellite,\s+(.{1,60}?)\s+Instrument\.?$/i;

/** The instruments: by name in 1.0, in GCN's words since. */
export function readInstruments(how: XmlElement | undefined): string[] {
  const named = childrenOf(how, 'Instrument').map((instrument) => textAt(instrument, 'Name'));
  const described = childrenOf(how, 'Description').map(({ text }) => GCN_INSTRUMENT.exec(text)?.[2]);
  return [...named, ...described].filter((name) => name !== undefined);
}
