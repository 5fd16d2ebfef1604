import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { compose } from '../../src/alert/compose/compose.ts';
import { type Draft, type FormatVersion, SYSTEMS_2_0 } from '../../src/alert/compose/draft.ts';
import { draftOfAlert } from '../../src/alert/compose/draft-of-alert.ts';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import type { Alert } from '../../src/alert/model.ts';
import { UserError } from '../../src/common/errors.ts';
import { FULL_2_0, FULL_2_1 } from '../support/packets.ts';

const RECEPTION = { source: 's', receivedAt: '' };

/** Everything an author can say in both versions. */
const FULL: Draft = {
  ivorn: 'ivo://org.example/survey/fast#2026-abc',
  role: 'prediction',
  author: {
    ivorn: 'ivo://org.example',
    title: 'The survey',
    name: 'Survey',
    contact: 'A. Person',
    email: 'person@example.org',
    phone: '+1 2',
  },
  date: '2026-11-22T10:00:05.000Z',
  time: '2026-11-22T09:59:58.123Z',
  ra: 83.6331,
  dec: -22.0145,
  errorRadius: 0.0000001,
  system: 'TDB-ICRS-BARY',
  observatory: 'Palomar',
  params: [
    { name: 'mag', value: '17.32', unit: 'mag', ucd: 'phot.mag', dataType: 'float', utype: 'x:y', description: 'V' },
    { name: 'note', value: ' a "b" <c> & \'d\'\n\te\r\nf', description: 'two\nlines' },
    { name: 'first', value: '1', group: 'one' },
    { name: 'between', value: 'x' },
    { name: 'loose', value: 'y', group: '' },
    { name: 'second', value: '2', group: 'one' },
  ],
  groups: [{ name: 'two', type: 'kind', description: 'given whole', params: [{ name: 'in', value: '' }] }],
  tables: [
    {
      name: 'series',
      type: 'light curve',
      description: 'magnitudes',
      params: [{ name: 'filter', value: 'R' }],
      columns: [
        { name: 't', unit: 'd', ucd: 'time', dataType: 'float', utype: 'u', description: 'since' },
        { name: 'm', unit: 'mag' },
      ],
      rows: [
        ['1', '17'],
        ['2', 'a<b'],
      ],
    },
  ],
  citations: [
    { ivorn: 'ivo://org.example/survey#1', cite: 'followup' },
    { ivorn: 'ivo://org.example/survey#2', cite: 'supersedes' },
    { ivorn: 'ivo://org.example/survey#3', cite: 'retraction' },
  ],
  importance: 0.25,
  expires: '2026-12-01T00:00:00.000Z',
  inferences: [
    { probability: 0.9, relation: 'associated', name: 'NGC 1', concept: 'process.variation', description: 'likely' },
    { concept: 'other' },
  ],
  references: [
    { uri: 'https://example.org/a?b=c&d#e', type: 'url', mimetype: 'text/html', meaning: 'http://ivoa.net/rdf/uat#x' },
    { uri: 'https://example.org/f' },
  ],
  description: 'A fast <transient> & "more".\nTwo lines.',
  how: 'By eye.',
};

/** What only VOEvent 2.1 has a place for. */
const { errorRadius: _, time: __, ...WITHOUT_CIRCLE } = FULL;
const FULL_21: Draft = {
  ...WITHOUT_CIRCLE,
  ivorn: 'ivo://org.example/survey/fast?2026-abc',
  timeStart: '2026-11-22T09:00:00.000Z',
  timeStop: '2026-11-22T10:00:00.000Z',
  error2: { major: 0.2, minor: 0.1, angle: 90 },
  system: 'the frame of my choice',
  positionName: 'Jupiter',
};

/** The model's fields that a draft comes back as. */
function expected({ how: _how, observatory: _observatory, ...draft }: Draft): Partial<Alert> {
  const groups = [
    { name: 'one', params: [2, 5].map((index) => draft.params?.[index]) },
    { params: [draft.params?.[4]] },
    { ...draft.groups?.[0], params: [{ name: 'in', value: '', group: 'two' }] },
  ];
  const params = [0, 1, 2, 5, 3, 4].map((index) => draft.params?.[index]);
  return { ...draft, params: [...params, { name: 'in', value: '', group: 'two' }], groups } as Partial<Alert>;
}

/** Without what the decoder adds to each Param. */
function withoutNumbers(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (key, inner) => (key === 'number' ? undefined : inner)));
}

/** As a reader of XML gives texts: without blanks at their ends. */
function trimmed(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, inner) => (typeof inner === 'string' ? inner.trim() : inner)));
}

function problemsOf(draft: object, version: FormatVersion = '2.0'): string[] {
  try {
    compose(draft as Draft, { version });
  } catch (error) {
    assert.ok(error instanceof UserError);
    assert.equal(error.code, 'compose.draft');
    return error.message.split('\n').slice(1);
  }
  return [];
}

const NAME = { ivorn: 'ivo://org.example/survey#7' };

describe('compose', () => {
  let decoder: Decoder;
  before(async () => {
    decoder = await createDecoder();
  });
  const decode = (packet: string) => decoder.decode(Buffer.from(packet), RECEPTION, { validate: true });

  for (const [version, draft] of [
    ['2.0', FULL],
    ['2.1', FULL_21],
  ] as const) {
    it(`everything an author says in VOEvent ${version} is read back`, () => {
      const alert: Partial<Alert> = decode(compose(draft, { version }));
      assert.equal(alert.version, version);
      assert.deepEqual(alert.validity, { schema: version, valid: true, problems: [] });
      for (const [field, value] of Object.entries(expected(draft))) {
        assert.deepEqual(withoutNumbers(alert[field as keyof Alert]), trimmed(value), field);
      }
    });

    it(`an alert of VOEvent ${version} that is composed again stays what it was`, () => {
      const once = decode(compose(draft, { version }));
      const twice = decode(compose(draftOfAlert(JSON.parse(JSON.stringify(once))) as Draft, { version }));
      const { id: _id, raw: _raw, instruments: _how, ...fields } = once;
      for (const [field, value] of Object.entries(fields)) {
        assert.deepEqual(twice[field as keyof Alert], value, field);
      }
    });
  }

  it('the sections stand in the order of the standard, and each child where it belongs', () => {
    const packet = compose(FULL, { version: '2.0' });
    assert.ok(
      packet.startsWith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<voe:VOEvent xmlns:voe="http://www.ivoa.net/xml/VOEvent/v2.0"',
      ),
    );
    assert.match(packet, /xsi:schemaLocation="http:\/\/www\.ivoa\.net\/xml\/VOEvent\/v2\.0 /);
    const sections = [...packet.matchAll(/^ {2}<(\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(sections, ['Who', 'What', 'WhereWhen', 'How', 'Why', 'Citations', 'Description']);
    assert.match(packet, /<ObservatoryLocation id="Palomar"\/>/);
    assert.match(packet, /<AstroCoordSystem id="TDB-ICRS-BARY"\/>\s*<AstroCoords coord_system_id="TDB-ICRS-BARY">/);
    assert.match(packet, /<ISOTime>2026-11-22T09:59:58\.123<\/ISOTime>/, 'the time scale is in the system: no Z');
    assert.match(packet, /<How>\s*<Description>By eye\.<\/Description>/);
    assert.match(packet, /<Error2Radius>0\.0000001<\/Error2Radius>/);
    assert.match(packet, /value=" a &quot;b&quot; &lt;c&gt; &amp; 'd'&#10;&#9;e&#13;&#10;f"/);
    const time = /<AstroCoords[^>]*>\s*<Time>\s*<TimeInterval>\s*<ISOTimeStart>[^<]*<\/ISOTimeStart>\s*<ISOTimeStop>/;
    assert.match(compose(FULL_21, { version: '2.1' }), time);
  });

  it('a section with nothing in it is left out, and the role is test unless said', () => {
    const packet = compose(NAME, { version: '2.0' });
    assert.match(packet, /<voe:VOEvent [^>]*role="test"\/>\n$/);
    assert.equal(compose({ ...NAME, description: ' ', params: [], author: {}, how: '' }, { version: '2.0' }), packet);
  });

  it('what XML cannot hold is replaced, and line ends outlive readers', () => {
    const value = 'a\u0000b\u001bc\ud800d\uffffe\r\nf\tg😀';
    const packet = compose({ ...NAME, params: [{ name: 'p', value }], description: value }, { version: '2.0' });
    const alert = decode(packet);
    assert.equal(alert.params[0]?.value, 'a\ufffdb\ufffdc\ufffdd\ufffde\r\nf\tg😀');
    assert.equal(alert.description, 'a\ufffdb\ufffdc\ufffdd\ufffde\r\nf\tg😀');
  });

  it('numbers are plain and whole, also as values', () => {
    const params = [1e-7, 123456789.12345679, 1e20, -0, 1.5e-19].map((value) => ({ name: 'n', value }));
    const packet = compose({ ...NAME, params: [...params, { name: 'b', value: true }] }, { version: '2.0' });
    const written = [...packet.matchAll(/value="([^"]*)"( dataType="float")?/g)].map(([, value, type]) => [
      value,
      type,
    ]);
    assert.deepEqual(
      written.map(([value]) => value),
      ['0.0000001', '123456789.12345679', '100000000000000000000', '0', '0.00000000000000000015', 'true'],
    );
    assert.deepEqual(written.filter(([, type]) => type === undefined).length, 1);
  });

  it('an ellipse that is turned, or in VOEvent 2.0, becomes the circle around it', () => {
    const ellipse = (version: FormatVersion, error2: Draft['error2']) =>
      /<\/Value2>\s*([\s\S]*?)\s*<\/Position2D>/
        .exec(compose({ ...NAME, ra: 1, dec: 2, error2 } as Draft, { version }))?.[1]
        ?.replace(/\s+/g, '');
    const circle = '<Error2Radius>3</Error2Radius>';
    assert.equal(ellipse('2.0', { major: 3, minor: 1, angle: 0 }), circle);
    assert.equal(ellipse('2.1', { major: 3, minor: 1, angle: 30 }), circle);
    assert.equal(ellipse('2.1', { major: 3, minor: 1, angle: 0 }), '<Error2><C1>1</C1><C2>3</C2></Error2>');
    assert.equal(ellipse('2.1', { major: 3, minor: 1, angle: 90 }), '<Error2><C1>3</C1><C2>1</C2></Error2>');
    assert.equal(ellipse('2.1', { major: 3, minor: 3, angle: 30 }), '<Error2><C1>3</C1><C2>3</C2></Error2>');
  });

  it('one reference stands in the VOEvent, several in What', () => {
    const one = { uri: 'https://example.org/1' };
    assert.match(
      compose({ ...NAME, references: [one] }, { version: '2.0' }),
      /\n {2}<Reference uri="[^"]*"\/>\n<\/voe/,
    );
    const two = compose({ ...NAME, references: [one, { uri: 'ivo://org.example/2' }] }, { version: '2.0' });
    assert.deepEqual(
      decode(two).references.map(({ uri }) => uri),
      [one.uri, 'ivo://org.example/2'],
    );
  });

  it('an importance alone makes a valid Why', () => {
    const alert = decode(compose({ ...NAME, importance: 1 }, { version: '2.0' }));
    assert.deepEqual([alert.importance, alert.inferences, alert.validity?.valid], [1, [], true]);
  });

  it('a Param of a group is one Param, whether it stands in params, in groups or in both', () => {
    const error = { name: 'Error', value: '1', group: '' };
    const packet = compose(
      {
        ...NAME,
        params: [{ ...error, name: 'Tmax' }, error, { ...error, name: 'Tau' }, error, { ...error, name: 'new' }],
        groups: [{ params: [{ ...error, name: 'Tmax' }, error] }, { params: [{ ...error, name: 'Tau' }, error] }],
      },
      { version: '2.0' },
    );
    const names = decode(packet).groups.map(({ params }) => params.map(({ name }) => name));
    assert.deepEqual(names, [
      ['Tmax', 'Error', 'new'],
      ['Tau', 'Error'],
    ]);
  });

  it('the digits of a time are kept, its zone is applied', () => {
    const time = (text: string) =>
      /<ISOTime>(.*)<\/ISOTime>/.exec(compose({ ...NAME, time: text }, { version: '2.0' }))?.[1];
    assert.equal(time('2026-11-22T10:00:00.123456789Z'), '2026-11-22T10:00:00.123456789');
    assert.equal(time('2026-11-22T10:00:00+02:00'), '2026-11-22T08:00:00');
    assert.equal(time('2026-11-22 10:00'), '2026-11-22T10:00:00');
    assert.equal(time('2016-12-31T23:59:60Z'), '2017-01-01T00:00:00');
  });

  it('the packets of other tests can be composed again', () => {
    for (const [packet, version] of [
      [FULL_2_0, '2.0'],
      [FULL_2_1, '2.1'],
    ] as const) {
      const { id: _id, raw: _raw, ...alert } = decoder.decode(packet, RECEPTION);
      const draft = { ...(draftOfAlert(alert) as Draft), importance: 0.5 };
      const again = decode(compose(draft, { version }));
      // Nobody may say `float` of what is no number.
      const params = alert.params.map(({ dataType, ...param }) =>
        dataType === undefined || param.number === undefined ? param : { ...param, dataType },
      );
      assert.deepEqual([again.ivorn, again.params, again.time], [alert.ivorn, params, alert.time]);
      assert.equal(again.validity?.valid, true);
    }
  });
});

describe('compose refuses', () => {
  it('a draft with every fault at once, each in a whole sentence', () => {
    const problems = problemsOf({
      ivorn: 'org.example/survey#7',
      role: 'obs',
      author: { ivorn: 'me' },
      date: 'yesterday',
      time: '2026-13-01T00:00:00',
      expires: '0050-01-01T00:00:00',
      ra: 360,
      errorRadius: -1,
      params: [
        { name: 'a', value: 'b', dataType: 'float' },
        { name: 'c', value: 'd', dataType: 'real' },
      ],
      groups: [{ name: 'g', params: [{ name: 'a', value: 'b', group: 'h' }] }],
      tables: [{ columns: [{ name: 'a' }], rows: [['1', '2']] }],
      citations: [{ ivorn: 'somewhere', cite: 'follows' }],
      importance: 1.5,
      inferences: [{ probability: -0.1, name: 'x' }, { probability: 1 }],
      references: [{ uri: 'a b' }],
    });
    const places = problems.map((problem) => problem.slice(0, problem.indexOf(':'))).sort();
    assert.deepEqual(places, [
      ...['author.ivorn', 'citations.0.cite', 'citations.0.ivorn', 'date', 'dec', 'errorRadius', 'expires'],
      ...['groups.0.params', 'importance', 'inferences.0.probability', 'inferences.1', 'ivorn', 'params.0.value'],
      ...['params.1.dataType', 'ra', 'references.0.uri', 'role', 'tables.0.rows', 'time'],
    ]);
    assert.ok(problems.every((problem) => problem.endsWith('.')));
  });

  for (const [what, fault, version, pattern] of [
    [
      'an identifier without a local part',
      { ivorn: 'ivo://org.example/survey' },
      '2.1',
      /^ivorn: It cannot name an alert/,
    ],
    ['a local part after ? in 2.0', { ivorn: 'ivo://org.example/survey?7' }, '2.0', /^ivorn: /],
    ['a dec without a ra', { dec: 0 }, '2.1', /^ra: There is a dec without a ra/],
    ['a dec below the pole', { ra: 0, dec: -90.1, errorRadius: 0 }, '2.0', /^dec: It must be at least -90/],
    ['an error without a position', { errorRadius: 1 }, '2.0', /^errorRadius: There is an error without a position/],
    [
      'an ellipse without a position',
      { error2: { major: 1, minor: 1, angle: 0 } },
      '2.1',
      /^error2: There is an error/,
    ],
    [
      'an ellipse on its head',
      { ra: 0, dec: 0, error2: { major: 1, minor: 2, angle: 0 } },
      '2.1',
      /^error2: Its major/,
    ],
    ['a position without an error in 2.0', { ra: 0, dec: 0 }, '2.0', /^errorRadius: VOEvent 2\.0 wants an error/],
    ['an interval in 2.0', { timeStart: '2026-01-01' }, '2.0', /^timeStart: VOEvent 2\.0 has no place for it/],
    ['a named position in 2.0', { positionName: 'Jupiter' }, '2.0', /^positionName: VOEvent 2\.0 has no place/],
    ['a system of no list in 2.0', { system: 'UTC-GEOD-TOPO' }, '2.0', /^system: VOEvent 2\.0 does not know it/],
    ['a time and another interval', { time: '2026-01-02', timeStart: '2026-01-01' }, '2.1', /^time: VOEvent 2\.1 has/],
    [
      'an interval that runs back',
      { timeStart: '2026-01-02', timeStop: '2026-01-01' },
      '2.1',
      /^timeStop: The interval/,
    ],
    ['a field that there is not', { colour: 'red' }, '2.0', /colour/],
  ] as const) {
    it(what, () => {
      const problems = problemsOf({ ...NAME, ...fault }, version);
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', pattern);
    });
  }

  it('a reference that is no URI, and none that is', () => {
    const refused = (uri: string) => problemsOf({ ...NAME, references: [{ uri }] }).length === 1;
    for (const uri of [
      '',
      'x',
      'a b:c',
      'http://host:99x/',
      'http://h:',
      'http://a#b#c',
      'http://a/%4',
      'http://http://',
    ]) {
      assert.ok(refused(uri), uri);
    }
    for (const uri of ['https://u:p@example.org:80/a%20b?c#d', 'ivo://org.example/a#1', 'mailto:a@b', 'doi:10.1/x']) {
      assert.ok(!refused(uri), uri);
    }
  });

  it('none of the systems that VOEvent 2.0 has', () => {
    assert.ok(SYSTEMS_2_0.length > 10);
    for (const system of SYSTEMS_2_0) assert.deepEqual(problemsOf({ ...NAME, system }), [], system);
  });
});
