import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import fc from 'fast-check';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { compose } from '../../src/alert/compose/compose.ts';
import {
  type Draft,
  draftSchema,
  FORMAT_VERSIONS,
  type FormatVersion,
  SYSTEMS_2_0,
} from '../../src/alert/compose/draft.ts';
import { draftOfAlert } from '../../src/alert/compose/draft-of-alert.ts';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';

// Holds what is composed against the official schemas in ../shared/data/schemas.
const SHARED = new URL('../../../shared/data/', import.meta.url);
const skip = existsSync(SHARED) ? false : 'there is no ../shared/data';

/** Text with all that is awkward in XML. */
const text = fc.string({
  unit: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.constantFrom(...'ab1 "\'<>&;#\n\t\r]]>\u0000\u001b\u0085\u00a0\u2028\ud800\udc00\uffff'),
    },
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constantFrom('&amp;', '&#10;', '&lt;', '<![CDATA[', '-->', 'é', '😀'),
  ),
  maxLength: 12,
});
const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const time = fc
  .date({ min: new Date('1000-01-01'), max: new Date('9998-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const local = fc.stringMatching(/^[\w.:+-]{1,10}$/);
/** A resource key has no segments that a URI's reader would take out. */
const key = local.filter((segment) => !/^\.\.?$/.test(segment));
const ivorn = fc.tuple(fc.stringMatching(/^[a-z][\w.-]{2,8}$/), key, local).map(([a, b, c]) => `ivo://${a}/${b}#${c}`);
const uri = fc.webUrl({ withFragments: true, withQueryParameters: true });
const given = <T>(shape: { [Key in keyof T]: fc.Arbitrary<T[Key]> }, requiredKeys: (keyof T)[] = []) =>
  fc.record<T, keyof T>(shape, { requiredKeys });

const dataType = fc.constantFrom('string', 'float', 'int');
const value = fc.oneof(text, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean());
const typed = fc.oneof(
  value.map((one) => ({ value: one })),
  text.map((one) => ({ value: one, dataType: 'string' })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => ({ value: one, dataType: 'float' })),
  fc.integer().map((one) => ({ value: String(one), dataType: 'int' })),
);
const paramShape = { name: text, unit: text, ucd: text, utype: text, description: text };
const param = fc.tuple(given(paramShape, ['name']), typed).map(([one, other]) => ({ ...one, ...other }));
const grouped = fc
  .tuple(param, fc.option(fc.constantFrom('', 'a', 'b'), { nil: undefined }))
  .map(([one, group]) => (group === undefined ? one : { ...one, group }));
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 });
const table = fc.integer({ min: 1, max: 3 }).chain((width) =>
  given(
    {
      ...{ name: text, type: text, description: text, params: list(param) },
      columns: fc.array(given({ name: text, unit: text, dataType, description: text }), {
        minLength: width,
        maxLength: width,
      }),
      rows: list(fc.array(value, { minLength: width, maxLength: width })),
    },
    ['columns'],
  ),
);
/** None that `params` has too: a Param that stands in both is one. */
const groupName = text.map((name) => `g${name}`);
const half = fc.double({ min: 0, max: 180, noNaN: true });

const anything = given(
  {
    ivorn,
    role: fc.constantFrom('observation', 'prediction', 'utility', 'test'),
    author: given({ ivorn, name: text, title: text, contact: text, email: text, phone: text }),
    ...{ date: time, time, timeStart: time, timeStop: time, expires: time },
    ra: fc.double({ min: 0, max: 360, maxExcluded: true, noNaN: true }),
    dec: fc.double({ min: -90, max: 90, noNaN: true }),
    errorRadius: half,
    error2: fc
      .tuple(half, half, fc.oneof(fc.constantFrom(0, 90), fc.double({ min: 0, max: 179, noNaN: true })))
      .map(([a, b, angle]) => ({ major: Math.max(a, b), minor: Math.min(a, b), angle })),
    system: fc.oneof(fc.constantFrom(...SYSTEMS_2_0), text),
    ...{ positionName: text, observatory: text, description: text, how: text },
    params: list(grouped),
    groups: list(given({ name: groupName, type: text, description: text, params: list(param) }, ['name', 'params'])),
    tables: list(table),
    citations: list(
      given({ ivorn, cite: fc.constantFrom('followup', 'supersedes', 'retraction'), description: text }, [
        'ivorn',
        'cite',
      ]),
    ),
    importance: fraction,
    inferences: list(given({ probability: fraction, relation: text, name: text, concept: text, description: text })),
    references: list(given({ uri, type: text, mimetype: text, meaning: uri }, ['uri'])),
  },
  ['ivorn'],
);

/** Of what could be drafted, what is accepted: the fields at fault are left out. */
function accepted(draft: Record<string, unknown>, version: FormatVersion): Draft {
  let rest = draft;
  for (;;) {
    const parsed = draftSchema(version).safeParse(rest);
    if (parsed.success) return parsed.data as Draft;
    const faulty = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
    // What is missing beside a position is a fault of it.
    if (faulty.has('errorRadius') && !('errorRadius' in rest)) faulty.add('ra').add('dec');
    if (faulty.has('ra') || faulty.has('dec')) faulty.add('ra').add('dec');
    rest = Object.fromEntries(Object.entries(rest).filter(([key]) => !faulty.has(key)));
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/** What a reader makes of a text: what XML cannot hold replaced, no blanks at the ends. */
function read(written: unknown): string {
  const replaced = String(written)
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd');
  return replaced.trim();
}

describe('what is composed', { skip }, () => {
  let decoder: Decoder;
  // A schema points into its document, which must not be collected before it.
  const official = new Map<FormatVersion, { check: XsdValidator; source: XmlDocument }>();
  before(async () => {
    decoder = await createDecoder();
    for (const version of FORMAT_VERSIONS) {
      const source = XmlDocument.fromBuffer(readFileSync(new URL(`schemas/VOEvent-v${version}.xsd`, SHARED)));
      official.set(version, { check: XsdValidator.fromDoc(source), source });
      assert.throws(() => requireValid(compose({ ivorn: 'ivo://org/a#1' }, { version }).replace('test', 'x'), version));
    }
  });
  const requireValid = (packet: string, version: FormatVersion) => {
    using document = XmlDocument.fromString(packet);
    official.get(version)?.check.validate(document);
  };
  const decode = (packet: string) => decoder.decode(Buffer.from(packet), { source: 's', receivedAt: '' });

  for (const version of FORMAT_VERSIONS) {
    it(`any draft that is accepted makes a valid VOEvent ${version}, which says the same`, () => {
      const seen = { params: 0, positions: 0 };
      fc.assert(
        fc.property(anything, (candidate) => {
          const draft = accepted(candidate, version);
          const packet = compose(draft, { version });
          requireValid(packet, version);
          const alert = decode(packet);
          assert.equal(alert.ivorn, draft.ivorn);
          assert.equal(alert.role, draft.role ?? 'test');
          assert.deepEqual(
            alert.citations.map((citation) => [citation.ivorn, citation.cite]),
            (draft.citations ?? []).map((citation) => [citation.ivorn, citation.cite]),
          );
          const isTop = ({ group }: { readonly group?: string }): boolean => group === undefined;
          const params = alert.params.filter(isTop);
          const written = (draft.params ?? []).filter(isTop);
          seen.params += params.length;
          assert.deepEqual(
            params.map(({ name, unit = '' }) => [name, unit]),
            written.map(({ name, unit = '' }) => [read(name), read(unit)]),
          );
          for (const [index, { value: was }] of written.entries()) {
            const is = params[index]?.value ?? '';
            assert.ok(typeof was === 'number' ? Number(is) === was : is === read(was), `${is} of ${was}`);
          }
          const all = (draft.params?.length ?? 0) + sum((draft.groups ?? []).map((group) => group.params.length));
          assert.equal(alert.params.length, all);
          if (draft.ra === undefined || draft.dec === undefined || draft.system !== undefined) return;
          if (draft.ra === 0 && draft.dec === 0) return;
          seen.positions += 1;
          assert.ok(Math.abs((alert.ra ?? -1) - draft.ra) < 1e-9 && Math.abs((alert.dec ?? -99) - draft.dec) < 1e-9);
        }),
        { numRuns: 500 },
      );
      assert.ok(seen.params > 100 && seen.positions > 20, JSON.stringify(seen));
    });
  }

  it('every real packet that is composed again is valid, and says the same', () => {
    const folder = new URL('voevents/', SHARED);
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.xml'));
    let composed = 0;
    for (const name of names) {
      const alert = decoder.decode(readFileSync(new URL(name, folder)), { source: 's', receivedAt: '' });
      const draft = draftOfAlert(JSON.parse(JSON.stringify(alert)));
      // One names an alert without a local part: no author may.
      if (!draftSchema('2.1').safeParse(draft).success) continue;
      composed += 1;
      const packet = compose(draft as Draft, { version: '2.1' });
      requireValid(packet, '2.1');
      const again = decode(packet);
      for (const field of [
        'ivorn',
        'role',
        'date',
        'time',
        'ra',
        'dec',
        'errorRadius',
        'citations',
        'params',
      ] as const) {
        assert.deepEqual(again[field], alert[field], `${field} of ${name}`);
      }
    }
    assert.ok(composed >= 20, `only ${composed} were composed`);
  });
});
