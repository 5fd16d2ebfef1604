import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { XmlDocument } from 'libxml2-wasm';
import type { Validity } from '../../src/alert/model.ts';
import { createValidator, type Validator } from '../../src/alert/validate/validate.ts';
import { MAXIMAL_1_1, MAXIMAL_2_0, MAXIMAL_2_1 } from '../support/maximal.ts';

const PACKETS = new URL('../../../shared/data/voevents/', import.meta.url);

let validator: Validator;
before(async () => {
  validator = await createValidator();
});

function validate(packet: string | Buffer): Validity | undefined {
  using document = XmlDocument.fromBuffer(Buffer.from(packet as string));
  return validator.validate(document);
}

/** What is wrong with a packet, without the lines. */
function faults(packet: string): string[] | undefined {
  return validate(packet)?.problems.map(({ message }) => message);
}

const HEAD: Record<string, string> = {
  '1.1': 'version="1.1" ivorn="ivo://example.org/s#1"',
  '2.0': 'version="2.0" ivorn="ivo://example.org/s#1"',
  '2.1': 'version="2.1" ivorn="ivo://example.org/s#1"',
};

function event(version: string, inside: string, attributes = HEAD[version]): string {
  return `<v:VOEvent xmlns:v="http://www.ivoa.net/xml/VOEvent/v${version}" ${attributes}>${inside}</v:VOEvent>`;
}

/** A packet with this as its AstroCoords. */
function located(version: string, coordinates: string, system = 'UTC-FK5-GEO'): string {
  const namespace = version === '1.1' ? ' xmlns="http://www.ivoa.net/xml/STC/stc-v1.30.xsd"' : '';
  return event(
    version,
    `<WhereWhen><ObsDataLocation${namespace}><ObservatoryLocation/><ObservationLocation><AstroCoordSystem id="${system}"/>` +
      `<AstroCoords>${coordinates}</AstroCoords></ObservationLocation></ObsDataLocation></WhereWhen>`,
  );
}

const POINT = '<Value2><C1>148.9</C1><C2>69.1</C2></Value2>';

describe('the schema a packet is held against', () => {
  it('is that of its namespace, whatever it says its version is', () => {
    assert.deepEqual(validate(event('2.0', '', 'version="2.1" ivorn="ivo://a/b"')), {
      schema: '2.0',
      valid: false,
      problems: [{ line: 1, message: 'VOEvent version is "2.1"; it must be "2.0"' }],
    });
  });

  it('is that of its version attribute when it has no namespace or another one', () => {
    assert.deepEqual(validate('<VOEvent version="2.0" ivorn="ivo://a/b"/>'), {
      schema: '2.0',
      valid: false,
      problems: [
        { line: 1, message: 'VOEvent is in no namespace; it must be in http://www.ivoa.net/xml/VOEvent/v2.0' },
      ],
    });
    assert.deepEqual(faults('<VOEvent xmlns="http://example.org/" version="1.1" ivorn="ivo://a/b"/>'), [
      'VOEvent is in the namespace http://example.org/; it must be in http://www.ivoa.net/xml/VOEvent/v1.1',
    ]);
  });

  it('does not exist for other versions', () => {
    assert.equal(validate('<VOEvent version="1.0" id="ivo://a/b"/>'), undefined);
    assert.equal(validate(event('3.0', '', 'version="3.0" ivorn="ivo://a/b"')), undefined);
    assert.equal(validate('<VOEvent ivorn="ivo://a/b"/>'), undefined);
    assert.equal(validate('<Transport version="1.0" role="iamalive"/>'), undefined);
  });
});

describe('a valid packet', () => {
  for (const [version, maximal] of Object.entries({ '1.1': MAXIMAL_1_1, '2.0': MAXIMAL_2_0, '2.1': MAXIMAL_2_1 })) {
    it(`of version ${version} may have everything, or nothing but its identifier`, () => {
      assert.deepEqual(validate(maximal), { schema: version, valid: true, problems: [] });
      assert.deepEqual(validate(event(version, '')), { schema: version, valid: true, problems: [] });
    });
  }

  it('may have its parts in any order', () => {
    assert.deepEqual(faults(event('2.0', '<Description/><Why><Name/></Why><What/><Who/>')), []);
  });

  it('of 1.1 may hold STC that VOEvent does not name, units of a coordinate, and no error radius', () => {
    const strange = '<Spectral unit="nm"><Value>500</Value></Spectral>';
    assert.deepEqual(faults(located('1.1', `<Position2D><Name1>RA</Name1>${POINT}</Position2D>${strange}`)), []);
    assert.deepEqual(faults(located('1.1', '', 'FK5-UTC-GEO')), []);
    assert.deepEqual(
      faults(located('1.1', `<Position2D>${POINT.replace('<C1>', '<C1 pos_unit="deg">')}</Position2D>`)),
      [],
    );
  });

  it('of 2.1 needs no error radius and may name its coordinate system freely, as 2.0 may not', () => {
    const position = `<Position2D>${POINT}</Position2D>`;
    assert.deepEqual(faults(located('2.1', position, 'mine')), []);
    assert.deepEqual(faults(located('2.0', position)), [
      'Position2D is not complete; expected is Error2Radius, Name2 or Name1',
    ]);
    assert.match(
      faults(located('2.0', '', 'FK5-UTC-GEO'))?.[0] ?? '',
      /^AstroCoordSystem id is "FK5-UTC-GEO"; .* "UTC-FK5-GEO", /,
    );
  });
});

/** What is inside a packet, and what is said of it, the same in every version. */
const IN_ANY: Record<string, [inside: string, ...said: string[]]> = {
  'an element it does not know': ['<Foo/>', 'VOEvent has no element "Foo"'],
  'a slip in the name of an element': ['<What><Parm/></What>', 'What has no element "Parm"; did you mean "Param"?'],
  'a slip in the name of a part': ['<WhereWen/>', 'VOEvent has no element "WhereWen"; did you mean "WhereWhen"?'],
  'an element in a wrong place': [
    '<How><Param/></How>',
    'How has Param, which is not expected here; expected is Reference or Description',
  ],
  'an element twice': ['<Who/><Who/>', 'VOEvent has a further Who, which is not expected here'],
  'an element out of order': [
    '<Citations><Description/><EventIVORN>a</EventIVORN></Citations>',
    'Citations has Description, which is not expected here; expected is EventIVORN',
  ],
  'an element that is missing': ['<Citations/>', 'Citations needs the element EventIVORN'],
  'an element that is missing, one of several': ['<How/>', 'How is not complete; expected is Reference or Description'],
  'an attribute it does not know': ['<Who foo="1"/>', 'Who has no attribute "foo"'],
  'a slip in the name of an attribute': [
    '<What><Param units="s"/></What>',
    'Param has no attribute "units"; did you mean "unit"?',
  ],
  'an attribute of another element': ['<Who name="a"/>', 'Who has no attribute "name"'],
  'an attribute that is missing': ['<Reference/>', 'Reference needs the attribute "uri"'],
  'a word that is not in the list': [
    '<Citations><EventIVORN cite="update">a</EventIVORN></Citations>',
    'EventIVORN cite is "update"; it must be "retraction", "supersedes" or "followup"',
  ],
  'a date that is none': [
    '<Who><Date>2026-11-22 10:00:05</Date></Who>',
    'Date is "2026-11-22 10:00:05"; it must be a date and time as 2026-11-22T10:00:05',
  ],
  'a number that is none': ['<Why importance="high"><Name/></Why>', 'Why importance is "high"; it must be a number'],
  'a number that is too large': [
    '<Why><Inference probability="1.5"><Name/></Inference></Why>',
    'Inference probability is "1.5"; it must be 1 or less',
  ],
  'a number that is too small': [
    '<Why><Inference probability="-1"><Name/></Inference></Why>',
    'Inference probability is "-1"; it must be 0 or more',
  ],
  'a URI that is none': ['<Reference uri="http://["/>', 'Reference uri is "http://["; it must be a URI'],
  'text among elements': ['<What>hello</What>', 'What has text of its own; it may only hold elements'],
  'text in an empty element': [
    '<Reference uri="a">b</Reference>',
    'Reference must be empty; all of it is in its attributes',
  ],
  'elements in a text': ['<Description><b/></Description>', 'Description has an element in it; it may only hold text'],
  'what no packet of this world has, in the words of libxml2': [
    '<What xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true"/>',
    "Element 'What': The element is not 'nillable'.",
  ],
  'an element in a namespace': ['<v:Who xmlns:v="http://example.org"/>', 'VOEvent has Who, which is not expected here'],
};

describe('a packet is invalid for', () => {
  for (const [fault, [inside, ...said]] of Object.entries(IN_ANY)) {
    it(fault, () => {
      for (const version of Object.keys(HEAD)) assert.deepEqual(faults(event(version, inside)), said, version);
    });
  }

  it('what is wrong with its root', () => {
    for (const version of Object.keys(HEAD)) {
      assert.deepEqual(faults(event(version, '', `version="${version}"`)), ['VOEvent needs the attribute "ivorn"']);
      assert.deepEqual(faults(event(version, '', 'ivorn="a"')), ['VOEvent needs the attribute "version"']);
      assert.deepEqual(faults(event(version, '', `${HEAD[version]} role="iamalive"`)), [
        'VOEvent role is "iamalive"; it must be "test", "utility", "prediction" or "observation"',
      ]);
    }
    assert.deepEqual(faults('<Transport version="2.0"/>'), ['The root is Transport; it must be VOEvent']);
  });

  it('a default namespace, which its elements must not be in', () => {
    const namespace = 'http://www.ivoa.net/xml/VOEvent/v2.0';
    assert.deepEqual(faults(`<VOEvent xmlns="${namespace}" ${HEAD['2.0']}><Who/></VOEvent>`), [
      `Who must be in no namespace: give that of VOEvent a prefix, as in xmlns:voe="${namespace}"`,
    ]);
  });

  it('what came with 2.0 in 1.1', () => {
    assert.deepEqual(faults(event('1.1', '<What><Table/></What>')), [
      'What has no element "Table"; expected is Reference, Description, Group or Param',
    ]);
    assert.deepEqual(faults(event('1.1', '<What><Param dataType="int"/></What>')), [
      'Param has no attribute "dataType"',
    ]);
    assert.deepEqual(faults(event('2.0', '<What><Param datatype="int"/></What>')), [
      'Param has no attribute "datatype"; did you mean "dataType"?',
    ]);
  });

  it('what came with 2.1 in 2.0', () => {
    assert.deepEqual(faults(located('2.0', '<Time><TimeInterval/></Time>')), [
      'Time has no element "TimeInterval"; expected is Error or TimeInstant',
    ]);
    assert.deepEqual(faults(located('2.0', '<PositionName/>')), [
      'AstroCoords has no element "PositionName"; did you mean "Position3D"?',
    ]);
  });

  it('a coordinate that is missing or no number', () => {
    const half = '<Position2D><Value2><C1>148.9</C1></Value2><Error2Radius>1</Error2Radius></Position2D>';
    const sexagesimal = half.replace('</C1>', ':1</C1><C2>0</C2>');
    for (const version of Object.keys(HEAD)) {
      assert.deepEqual(faults(located(version, half)), ['Value2 needs the element C2'], version);
      assert.deepEqual(faults(located(version, sexagesimal)), ['C1 is "148.9:1"; it must be a number'], version);
    }
  });

  it('STC without its namespace, and for a zone as 1.1 has none', () => {
    assert.deepEqual(faults(event('1.1', '<WhereWhen><ObsDataLocation/></WhereWhen>')), [
      'ObsDataLocation must be in the namespace http://www.ivoa.net/xml/STC/stc-v1.30.xsd',
    ]);
    const time = '<Time><TimeInstant><ISOTime>2006-06-18T08:38:23+0000</ISOTime></TimeInstant></Time>';
    assert.deepEqual(faults(located('1.1', time)), [
      'ISOTime is "2006-06-18T08:38:23+0000"; it must be a date and time as 2026-11-22T10:00:05',
    ]);
  });

  it('STC that is out of place, also where libxml2 does not name the parent', () => {
    assert.deepEqual(faults(located('1.1', '').replace('<AstroCoords>', '<Foo/><AstroCoords>')), [
      '"Foo" is not an element of VOEvent 1.1; expected is AstroCoords',
    ]);
    assert.deepEqual(faults(located('1.1', '').replace('<AstroCoords>', '<Time/><AstroCoords>')), [
      'Time is not expected here; expected is AstroCoords',
    ]);
  });

  it('an order that 2.1 has and 2.0 has not', () => {
    const upsideDown = `<Position2D>${POINT}<Error2Radius>1</Error2Radius></Position2D><Time/>`;
    assert.deepEqual(faults(located('2.0', upsideDown)), []);
    assert.deepEqual(faults(located('2.1', upsideDown)), [
      'AstroCoords has Time, which is not expected here; expected is Position3D',
    ]);
  });

  it('an id that another element has, or that is no name', () => {
    const said = 'it must be a name without spaces that begins with a letter, and no other id in the packet';
    const twice = located('2.1', '', 'a').replace(
      '<ObservatoryLocation/>',
      '<ObservatoryLocation><AstroCoordSystem id="a"/></ObservatoryLocation>',
    );
    assert.deepEqual(faults(twice), [`AstroCoordSystem id is "a"; ${said}`]);
    assert.deepEqual(faults(event('2.0', '<WhereWhen id="1"/>')), [`WhereWhen id is "1"; ${said}`]);
  });
});

describe('problems', () => {
  it('stand in the order of their lines, the first ten of them', () => {
    // The parent is the last to be found incomplete, and the first in the document.
    const params = Array.from({ length: 30 }, (_, at) => `\n<Param a${at}="1"/>`).join('');
    const problems = validate(event('2.0', `<Who>\n<Author>\n</Author></Who>\n<What>${params}</What>`))?.problems ?? [];
    assert.deepEqual(
      problems.map(({ line }) => line),
      [2, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    );
    assert.equal(problems[1]?.message, 'Param has no attribute "a0"');
    const late = validate(
      event('2.0', '<WhereWhen>\n<ObsDataLocation>\n<Foo/></ObsDataLocation></WhereWhen>\n<Who a="1"/>'),
    );
    assert.deepEqual(
      late?.problems.map(({ line }) => line),
      [3, 4],
    );
  });

  it('quote no more of a value than a line can hold', () => {
    const [message = ''] = faults(event('2.0', `<Who><Date>${'x\n{'.repeat(500_000)}</Date></Who>`)) ?? [];
    assert.match(message, /^Date must not be "x \{x \{.{50,60}…"$/);
  });

  it('say so where libxml2 does not know their line', () => {
    const [problem] = validate(event('2.0', `${'\n'.repeat(70_000)}<Foo/>`))?.problems ?? [];
    assert.deepEqual(problem, { line: 65_535, message: 'VOEvent has no element "Foo" (at this line or a later one)' });
  });

  it('are not looked for where there may be too many', () => {
    const packet = (params: number) => event('2.0', `<What>${'<Param z=""/>'.repeat(params)}</What>`);
    const start = performance.now();
    assert.equal(validate(packet(9_900))?.valid, false);
    assert.equal(validate(packet(300_000)), undefined);
    assert.ok(performance.now() - start < 10_000);
  });

  it('are found again when a packet is looked at again', () => {
    using document = XmlDocument.fromString(event('2.0', '<WhereWhen id="a"/><Foo/>'));
    const [first, second] = [validator.validate(document), validator.validate(document)];
    assert.equal(first?.problems.length, 1);
    assert.deepEqual(second, first);
  });
});

describe('real packets of 1.1', { skip: existsSync(PACKETS) ? false : 'there is no ../shared/data/voevents' }, () => {
  const read = (name: string) => readFileSync(new URL(name, PACKETS));

  it('from GCN are valid: STC 1.30 has the pos_unit they use, and any name for a coordinate system', () => {
    for (const name of ['SWIFT_xrt_position_v1.1_example.xml', 'gbm_flt_pos.xml']) {
      assert.deepEqual(validate(read(name)), { schema: '1.1', valid: true, problems: [] }, name);
    }
  });

  it('from OGLE are not: `units`, which 1.1 does not have, and in some a time zone without colon', () => {
    const names = readdirSync(new URL('ogle/', PACKETS));
    assert.ok(names.length >= 16);
    for (const name of names) {
      const { schema, valid, problems = [] } = validate(read(`ogle/${name}`)) ?? {};
      assert.deepEqual([schema, valid], ['1.1', false], name);
      const kinds = new Set(problems.map(({ message }) => message.replace(/"20\S+"/, '…')));
      assert.ok(kinds.delete('Param has no attribute "units"; did you mean "unit"?'), name);
      kinds.delete('ISOTime is …; it must be a date and time as 2026-11-22T10:00:05');
      assert.deepEqual([...kinds], [], name);
    }
  });
});
