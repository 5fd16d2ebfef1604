import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import {
  type XmlElement as LibraryElement,
  ParseOption,
  XmlCData,
  XmlDocument,
  XmlText,
  type XmlTreeNode,
} from 'libxml2-wasm';
import { createDecoder, DecodeError, type Decoder } from '../../src/alert/decode.ts';
import { alertSchema } from '../../src/alert/model.ts';
import { parseXml, type XmlElement } from '../../src/alert/xml/xml.ts';
import { FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1, voevent } from '../support/packets.ts';

let decoder: Decoder;
before(async () => {
  decoder = await createDecoder();
});

/** Whether it was decoded; anything but an alert of the model or a DecodeError fails. */
function decodes(packet: Buffer): boolean {
  try {
    const alert = decoder.decode(packet, { source: 's', receivedAt: '2026-11-22T10:00:06.000Z' }, { validate: true });
    assert.deepEqual(alertSchema.parse(alert), alert);
    return true;
  } catch (error) {
    assert.ok(error instanceof DecodeError, String(error));
    return false;
  }
}

const PACKETS = [FULL_1_0, FULL_1_1, FULL_2_0, FULL_2_1, Buffer.from(voevent())];

/** Names as VOEvents have them. */
const NAMES = [
  ...['VOEvent', 'Who', 'What', 'Param', 'Group', 'Table', 'Field', 'Data', 'TR', 'TD', 'WhereWhen', 'ObsDataLocation'],
  ...['ObservationLocation', 'AstroCoords', 'Time', 'TimeInstant', 'ISOTime', 'TimeInterval', 'Position2D', 'Value2'],
  ...[
    'C1',
    'C2',
    'Error2Radius',
    'Error2',
    'RA',
    'Dec',
    'Coord',
    'Error',
    'How',
    'Why',
    'Inference',
    'Concept',
    'Name',
  ],
  ...['Citations', 'EventIVORN', 'EventID', 'Description', 'Reference', 'Author', 'Date', 'Contact', 'Value'],
  ...['_x', 'a.b', 'é'],
];
const ATTRIBUTES = [
  ...['name', 'value', 'unit', 'units', 'ucd', 'dataType', 'cite', 'uri', 'url', 'importance', 'probability', 'id'],
  ...['version', 'role', 'coord_system_id'],
];
/** Those that JavaScript treats specially; fast-xml-parser refuses or changes them. */
const SPECIAL = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'prototype', 'valueOf', ':@', '#text'];
const VALUES = [
  '',
  '1',
  '-999',
  '1e5',
  '05:34:31.9',
  'NaN',
  '2026-11-22T10:00:06',
  'true',
  'deg',
  'supersedes',
  'test',
];

/** The library has no type for them; they say nothing. */
const INSTRUCTIONS = ['<?pi x <y> ?>', "<?pi it's ?>", '<?pi 5" > ?>'];

const escaped = (text: string) => text.replace(/[&<>"\t\n]/g, (character) => `&#${character.charCodeAt(0)};`);
const text = fc
  .oneof(fc.constantFrom(...VALUES), fc.string({ unit: 'grapheme', maxLength: 12 }))
  .map((value) => value.toWellFormed().replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, ' '));

/** Well-formed elements of any kind, with comments, instructions and CDATA between. */
const elementOf = (names: readonly string[], keys: readonly string[]) =>
  fc.letrec<{ element: string; content: string }>((tie) => ({
    content: fc.oneof(
      { maxDepth: 5, depthIdentifier: 'element' },
      { weight: 3, arbitrary: text.map(escaped) },
      { weight: 4, arbitrary: tie('element') },
      { weight: 1, arbitrary: text.map((value) => `<![CDATA[${value.replaceAll(']]>', '')}]]>`) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(...INSTRUCTIONS, '<!-- a <b> & c -->', "<!--?> '-->", '\n  ', '&amp;', '&#233;'),
      },
    ),
    element: fc
      .record({
        name: fc.constantFrom(...names),
        attributes: fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), text), {
          maxLength: 3,
          selector: ([name]) => name,
        }),
        content: fc.array(tie('content'), { maxLength: 4, depthIdentifier: 'element', size: 'small' }),
      })
      .map(({ name, attributes, content }) => {
        const written = attributes.map(([key, value]) => `\n ${key}="${escaped(value)}"`).join('');
        return content.length === 0 ? `<${name}${written}/>` : `<${name}${written}>${content.join('')}</${name}>`;
      }),
  })).element;

const documentOf = (names: readonly string[], keys: readonly string[]) =>
  fc
    .array(elementOf(names, keys), { maxLength: 6 })
    .map((elements) => `<v:VOEvent xmlns:v="urn:x" ivorn="ivo://a.b/c#d">${elements.join('\n')}</v:VOEvent>`);

const document = documentOf(NAMES, ATTRIBUTES);

interface Tree {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly text: string;
  readonly children: readonly Tree[];
}

const ours = ({ name, attributes, text: own, children }: XmlElement): Tree => ({
  name,
  attributes: Object.fromEntries(Object.entries(attributes).filter(([key]) => !key.startsWith('xmlns'))) as never,
  text: own,
  children: children.map(ours),
});

function theirs(node: LibraryElement): Tree {
  const children: Tree[] = [];
  let own = '';
  for (let child = node.firstChild; child !== null; child = (child as XmlTreeNode).next) {
    if (child instanceof XmlText || child instanceof XmlCData) own += child.content;
    else if ('attrs' in child) children.push(theirs(child as LibraryElement));
  }
  const attributes = Object.fromEntries(node.attrs.map(({ name, value }) => [name, value]));
  return { name: node.name, attributes, text: own.trim(), children };
}

describe('whatever arrives, decoding', () => {
  it('ends with an alert of the model or a DecodeError: bytes, texts, JSON', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
      fc.string({ unit: 'binary', maxLength: 200 }).map((value) => Buffer.from(value)),
      fc.json().map((value) => Buffer.from(value)),
      fc.string().map((value) => Buffer.from(`<${value}`)),
    );
    fc.assert(
      fc.property(any, (packet) => void decodes(packet)),
      { numRuns: 2_000 },
    );
  });

  it('ends so for packets that were spliced, doubled and cut', () => {
    const spliced = fc
      .tuple(fc.constantFrom(...PACKETS), fc.constantFrom(...PACKETS), fc.nat(), fc.nat(), fc.nat(), fc.nat(200))
      .map(([one, other, at, from, cut, length]) => {
        const place = at % one.length;
        const piece = other.subarray(from % other.length, (from % other.length) + length);
        const whole = Buffer.concat([one.subarray(0, place), piece, one.subarray(place + (cut % 50))]);
        return whole;
      });
    fc.assert(
      fc.property(spliced, (packet) => void decodes(packet)),
      { numRuns: 1_500 },
    );
  });

  it('reads every well-formed document of odd elements', () => {
    fc.assert(
      fc.property(document, (packet) => assert.ok(decodes(Buffer.from(packet)), packet)),
      { numRuns: 600 },
    );
  });
});

describe('names that JavaScript treats specially', () => {
  it('do no harm', () => {
    const special = documentOf([...SPECIAL, 'What', 'Param'], [...SPECIAL, 'name']);
    fc.assert(
      fc.property(special, (packet) => void decodes(Buffer.from(packet))),
      { numRuns: 300 },
    );
    assert.deepEqual(Object.keys(Object.prototype), []);
  });
});

describe('the tree of elements', () => {
  it('is the one that libxml2 sees', () => {
    fc.assert(
      fc.property(document, (packet) => {
        const bare = INSTRUCTIONS.reduce((rest, instruction) => rest.replaceAll(instruction, ''), packet);
        using parsed = XmlDocument.fromString(bare, { option: ParseOption.XML_PARSE_NONET });
        const root = parseXml(packet);
        assert.ok(root !== undefined);
        assert.deepEqual(ours(root), theirs(parsed.root));
      }),
      { numRuns: 600 },
    );
  });
});

describe('time', () => {
  const event = (inside: string, attributes = '') => `<VOEvent ivorn="ivo://a.b/c#d"${attributes}>${inside}</VOEvent>`;
  const coords = (inside: string) =>
    event(
      `<WhereWhen><ObsDataLocation><ObservationLocation><AstroCoords>${inside}</AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>`,
    );
  /** So that quadratic time would be minutes: a packet of that many units of each kind. */
  const LONGEST_SECONDS = 10;
  const NASTY: Record<string, (count: number) => string> = {
    'blanks in a tag': (count) => event('', ' '.repeat(count)),
    'one huge attribute': (count) => event(`<What><Param name="a" value="${'x '.repeat(count / 2)}"/></What>`),
    'many attributes': (count) =>
      event('', Array.from({ length: count / 20 }, (_, index) => ` a${index}="1"`).join('')),
    'empty Params': (count) => event(`<What>${'<Param/>'.repeat(count / 8)}</What>`),
    'groups and Params of one name': (count) =>
      event(`<What>${'<Group name="g"><Param name="TrigID" value="7"/></Group>'.repeat(count / 56)}</What>`),
    comments: (count) => event('<!---->'.repeat(count / 7)),
    'comments at the end': (count) => event('') + '<!---->'.repeat(count / 7),
    instructions: (count) => event(`<Description>${'<?a?>'.repeat(count / 5)}</Description>`),
    CDATA: (count) => event(`<Description>${'<![CDATA[x]]>'.repeat(count / 13)}</Description>`),
    references: (count) => event(`<Description>${'&amp;'.repeat(count / 5)}</Description>`),
    'character references': (count) =>
      event(`<Description a="${'&#10;'.repeat(count / 10)}">${'&#10;'.repeat(count / 10)}</Description>`),
    'pieces of text': (count) => event(`<Description>${'x<a/>'.repeat(count / 5)}</Description>`),
    citations: (count) =>
      event(`<Citations>${'<EventIVORN cite="x">ivo://a.b/c#d</EventIVORN>'.repeat(count / 48)}</Citations>`),
    'Reference elements': (count) => event(`<How>${'<Reference uri="u"/>'.repeat(count / 20)}</How>`),
    digits: (count) => coords(`<Position2D><Value2><C1>${'1'.repeat(count)}x</C1><C2>1</C2></Value2></Position2D>`),
    'digits of a time': (count) =>
      coords(`<Time><TimeInstant><ISOTime>2026-01-01T00:00:00.${'1'.repeat(count)}x</ISOTime></TimeInstant></Time>`),
    'a list of units': (count) =>
      coords(`<Position2D unit="${'deg,'.repeat(count / 4)}"><Value2><C1>1</C1><C2>1</C2></Value2></Position2D>`),
    'a long identifier': (count) => `<VOEvent ivorn="ivo://a.b/${'c#?/'.repeat(count / 4)}"/>`,
    'an open tag': (count) => `<VOEvent ivorn="${'<'.repeat(count)}`,
    'a description of an instrument': (count) =>
      event(`<How><Description>${'Satellite, '.repeat(count / 11)}</Description></How>`),
    'instructions with apostrophes': (count) => event(`<Description>${"<?a it's?>".repeat(count / 10)}</Description>`),
    'breaks in tags, and references': (count) => event(`<What>${'<Param\n/>&#10;'.repeat(count / 14)}</What>`),
    'errors of a coordinate': (count) =>
      event(`<WhereWhen><RA>1${'<Error value="1"/>'.repeat(count / 8)}</RA><Dec>1</Dec></WhereWhen>`),
    'comments that are never closed': (count) => '<!--'.repeat(count / 4),
    'contacts and instruments': (count) =>
      event(`<Who>${'<Contact/>'.repeat(count / 20)}</Who><How>${'<Instrument/>'.repeat(count / 26)}</How>`),
    'unlike citations': (count) =>
      event(
        `<Citations>${Array.from({ length: count / 50 }, (_, index) => `<EventIVORN>ivo://a.b/c#${index}</EventIVORN>`).join('')}</Citations>`,
      ),
    'deep branches': (count) => event(`${'<a>'.repeat(60)}${'</a>'.repeat(60)}`.repeat(count / 420)),
    'a string in JSON': (count) => JSON.stringify({ mission: 'x'.repeat(count) }),
    'lists in JSON': (count) => JSON.stringify({ id: Array.from({ length: count / 8 }, (_, index) => String(index)) }),
    'fields in JSON': (count) =>
      `{${Array.from({ length: count / 16 }, (_, index) => `"f${index}":"${index}"`).join()}}`,
    'open brackets': (count) => '['.repeat(count),
  };

  for (const [name, packet] of Object.entries(NASTY)) {
    it(`grows no faster than the packet: ${name}`, () => {
      for (const count of [10_000, 2_000_000]) {
        const bytes = Buffer.from(packet(count));
        const start = performance.now();
        decodes(bytes);
        const seconds = (performance.now() - start) / 1_000;
        assert.ok(seconds < LONGEST_SECONDS, `${bytes.length} bytes took ${seconds.toFixed(1)} s`);
      }
    });
  }
});
