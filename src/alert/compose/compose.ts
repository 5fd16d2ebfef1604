import { UserError } from '../../common/errors.ts';
import { plainDecimal, renderXml, textNode, type XmlNode } from '../xml/write.ts';
import { type Draft, draftSchema, type FormatVersion, writeTime } from './draft.ts';
import { composeWhat } from './what.ts';
import { composeWhereWhen } from './where.ts';

/**
 * The VOEvent that the draft describes, as an XML document in UTF-8. What a document cannot hold (control characters)
 * is replaced by U+FFFD; sections with nothing in them are left out.
 *
 * An error ellipse that does not lie along a coordinate, which neither version can say, is written as the circle around
 * it; VOEvent 2.0 has circles only. Several references stand in `What`, since a VOEvent itself has one at most.
 *
 * @throws UserError `compose.draft` that names everything that keeps the draft from being a valid VOEvent
 * @example
 * compose({ ivorn: 'ivo://org.example/survey#7', role: 'observation', ra: 83.63, dec: 22.01, errorRadius: 0.1 },
 *   { version: '2.0' });
 */
export function compose(draft: Draft, { version }: { readonly version: FormatVersion }): string {
  const parsed = draftSchema(version).safeParse(draft);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => {
      const where = path.length === 0 ? '' : `${path.join('.')}: `;
      return `${where}${/[.!?]$/.test(message) ? message : `${message}.`}`;
    });
    throw new UserError('compose.draft', `Cannot compose the alert.\n${problems.join('\n')}`, { cause: parsed.error });
  }
  const namespace = `http://www.ivoa.net/xml/VOEvent/v${version}`;
  const references = (draft.references ?? []).map(referenceNode);
  const isOne = references.length === 1;
  const root: XmlNode = {
    name: 'voe:VOEvent',
    attributes: {
      'xmlns:voe': namespace,
      'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
      'xsi:schemaLocation': `${namespace} http://www.ivoa.net/xml/VOEvent/VOEvent-v${version}.xsd`,
      version,
      ivorn: draft.ivorn,
      role: draft.role ?? 'test',
    },
    content: [
      ...composeWho(draft),
      ...composeWhat(draft, isOne ? [] : references),
      ...composeWhereWhen(draft, version),
      ...section('How', textNode('Description', draft.how)),
      ...composeWhy(draft),
      ...composeCitations(draft),
      ...textNode('Description', draft.description),
      ...(isOne ? references : []),
    ],
  };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${renderXml(root)}`;
}

function section(name: string, content: readonly XmlNode[]): XmlNode[] {
  return content.length === 0 ? [] : [{ name, content }];
}

function timeText(text: string | undefined): string | undefined {
  return text === undefined ? undefined : writeTime(text);
}

function composeWho({ author = {}, date }: Draft): XmlNode[] {
  // A reader takes the title for the name where there is no short one.
  const shortName = author.name === author.title ? undefined : author.name;
  const person = [
    ...textNode('title', author.title),
    ...textNode('shortName', shortName),
    ...textNode('contactName', author.contact),
    ...textNode('contactEmail', author.email),
    ...textNode('contactPhone', author.phone),
  ];
  return section('Who', [
    ...textNode('AuthorIVORN', author.ivorn),
    ...textNode('Date', timeText(date)),
    ...section('Author', person),
  ]);
}

function composeWhy({ importance, expires, inferences = [] }: Draft): XmlNode[] {
  if (importance === undefined && expires === undefined && inferences.length === 0) return [];
  const content = inferences.map(({ probability, relation, name, concept, description }) => ({
    name: 'Inference',
    attributes: { probability: numberText(probability), relation },
    content: [...textNode('Name', name), ...textNode('Concept', concept), ...textNode('Description', description)],
  }));
  return [
    {
      name: 'Why',
      attributes: { importance: numberText(importance), expires: timeText(expires) },
      // The schemas want something inside; an empty description claims nothing.
      content: content.length === 0 ? [{ name: 'Description' }] : content,
    },
  ];
}

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : plainDecimal(value);
}

/** The schemas have one description for all citations. */
function composeCitations({ citations = [] }: Draft): XmlNode[] {
  const said = new Set(citations.flatMap(({ description }) => description ?? []));
  return section('Citations', [
    ...citations.map(({ ivorn, cite }) => ({ name: 'EventIVORN', attributes: { cite }, content: ivorn })),
    ...(citations.length === 0 ? [] : textNode('Description', [...said].join('\n'))),
  ]);
}

function referenceNode({ uri, type, mimetype, meaning }: NonNullable<Draft['references']>[number]): XmlNode {
  return { name: 'Reference', attributes: { uri, type, mimetype, meaning } };
}
