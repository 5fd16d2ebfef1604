import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { z } from 'zod';
import { type Fault, faultsOf } from '../../src/config/faults.ts';
import { createFields } from '../../src/plugin/fields.ts';

const fields = createFields('/nowhere');

/** Every kind of option a plugin's author may think of. */
const ZOO: Record<string, z.ZodType> = {
  text: z.string().describe('What to say. Twice.'),
  url: z.url(),
  email: z.email(),
  datetime: z.iso.datetime(),
  pattern: z.string().regex(/^[a-z]+$/),
  prefix: z.string().startsWith('ivo://'),
  suffix: z.string().endsWith('.fits'),
  part: z.string().includes('@'),
  long: z.string().min(3),
  short: z.string().max(2),
  exact: z.string().length(4),
  number: z.number(),
  positive: z.number().positive(),
  range: z.number().min(0).max(360),
  whole: z.int(),
  even: z.number().multipleOf(2),
  flag: z.boolean(),
  choice: z.enum(['near', 'far']),
  literal: z.literal('vtp'),
  list: z.array(z.number()).min(2),
  pair: z.tuple([z.number(), z.number()]),
  names: z.record(z.string().regex(/^[a-z]+$/), z.number()),
  map: z.strictObject({ deep: z.strictObject({ end: z.string() }) }),
  either: z.union([z.boolean(), z.strictObject({ ca: z.string() })]),
  kinds: z.discriminatedUnion('type', [
    z.strictObject({ type: z.literal('a'), x: z.number() }),
    z.strictObject({ type: z.literal('b') }),
  ]),
  own: z.string().refine(() => false, 'Invalid filters never fit'),
  silent: z.unknown().refine(() => false),
  duration: fields.duration(),
  path: fields.path(),
  secret: fields.secret(),
  template: fields.template(),
};

function faults(schema: z.ZodType, value: unknown): readonly Fault[] {
  const parsed = schema.safeParse(value);
  return parsed.success ? [] : faultsOf(parsed.error.issues, schema, value);
}

/** What is said of one option that holds the value. */
function said(name: string, value: unknown): string {
  const schema = z.strictObject({ [name]: ZOO[name] ?? z.never() });
  return faults(schema, value === undefined ? {} : { [name]: value })
    .map(({ path, key, message }) => `${[...path, ...(key === undefined ? [] : [`(${key})`])].join('.')}: ${message}`)
    .join('\n');
}

const SAID: [name: string, value: unknown, said: string][] = [
  ['text', undefined, 'text: It is missing. Write text (what to say).'],
  ['text', null, 'text: It has no value. Write text (what to say).'],
  ['text', 5, 'text: Expected text, got 5. Put it in quotes.'],
  ['text', {}, 'text: Expected text, got a map.'],
  ['url', 'chat', 'url: "chat" is no valid url.'],
  ['email', 'x', 'email: "x" is no valid email.'],
  ['datetime', 'now', 'datetime: "now" is no valid datetime.'],
  ['pattern', 'A', 'pattern: "A" does not have the form /^[a-z]+$/.'],
  ['prefix', 'x', 'prefix: "x" must begin with "ivo://".'],
  ['suffix', 'x', 'suffix: "x" must end with ".fits".'],
  ['part', 'x', 'part: "x" must contain "@".'],
  ['long', 'x', 'long: It must have at least 3 characters.'],
  ['short', 'xyz', 'short: It must have at most 2 characters.'],
  ['exact', 'x', 'exact: It must have exactly 4 characters.'],
  ['number', '5', 'number: Expected a number, got "5". Remove the quotes.'],
  ['number', 'five', 'number: Expected a number, got "five".'],
  ['positive', 0, 'positive: It must be more than 0, and is 0.'],
  ['range', 361, 'range: It must be at most 360, and is 361.'],
  ['whole', 1.5, 'whole: Expected a whole number, got 1.5.'],
  ['even', 3, 'even: It must be a multiple of 2, and is 3.'],
  ['flag', 'true', 'flag: Expected true or false, got "true". Remove the quotes.'],
  ['flag', 'yes', 'flag: Expected true or false, got "yes".'],
  ['choice', 'nera', 'choice: It must be near or far, and is "nera" (did you mean near?).'],
  ['choice', undefined, 'choice: It is missing. Write near or far.'],
  ['literal', 'kafka', 'literal: It must be vtp, and is "kafka".'],
  ['list', [1], 'list: It must have at least 2 entries.'],
  ['list', 'a', 'list: Expected a list, got "a". Write ["a"] for a list of one.'],
  ['list', [1, 'x'], 'list.1: Expected a number, got "x".'],
  ['names', { A: 1 }, 'names.(A): The name "A" is not allowed. Write another.'],
  ['names', [1], 'names: Expected a map of names, got a list. Write NAME: in place of each dash.'],
  ['map', { deep: {} }, 'map.deep.end: It is missing. Write text.'],
  ['map', { deep: { end: 'x', edn: 1 } }, 'map.deep.(edn): There is no option edn (did you mean end?).'],
  ['map', { deep: { end: 'x', zzz: 1 } }, 'map.deep.(zzz): There is no option zzz. It may have end.'],
  ['either', 'yes', 'either: Expected true or false or a map of options, got "yes".'],
  ['either', { ca: 5 }, 'either.ca: Expected text, got 5. Put it in quotes.'],
  ['either', undefined, 'either: It is missing. Write true or false or a map of options.'],
  ['kinds', { type: 'comet' }, 'kinds.type: It must be a or b, and is "comet".'],
  ['kinds', {}, 'kinds.type: It is missing. Write a or b.'],
  ['kinds', { type: 'a', x: '1' }, 'kinds.x: Expected a number, got "1". Remove the quotes.'],
  ['own', 'x', 'own: Invalid filters never fit.'],
  ['silent', 'x', 'silent: "x" is not allowed here.'],
  ['duration', 30, 'duration: 30 is not a duration. Write a number and a unit, such as 250ms, 30s, 10m or 2h.'],
  ['secret', { file: 'a', env: 'b' }, 'secret: It must be text, { file: PATH } or { env: NAME }.'],
];

describe('a fault says what to write instead', () => {
  for (const [name, value, expected] of SAID) {
    it(`${name} with ${JSON.stringify(value) ?? 'nothing'}`, () => {
      assert.equal(said(name, value), expected);
    });
  }

  it('of the whole value when that is no map', () => {
    assert.deepEqual(faults(z.strictObject({}), 'text'), [
      { path: [], message: 'Expected a map of options, got "text".' },
    ]);
  });
});

describe('whatever is written into whatever option', () => {
  it('the words of the schema library never reach the user, and each message is whole sentences', () => {
    const values = fc.oneof(
      fc.constantFrom(
        undefined,
        null,
        '',
        0,
        -1,
        1e9,
        1.5,
        true,
        'x',
        'yes',
        '5',
        [],
        ['x'],
        {},
        { file: 1 },
        { type: 'q' },
      ),
      fc.string(),
      fc.object({ maxDepth: 2, key: fc.constantFrom('deep', 'end', 'ca', 'type', 'x', 'file', 'A') }),
      fc.array(fc.anything({ maxDepth: 1 }), { maxLength: 3 }),
    );
    let seen = 0;
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(ZOO)), values, (name, value) => {
        for (const { message } of faults(z.strictObject({ [name]: ZOO[name] ?? z.never() }), { [name]: value })) {
          seen += 1;
          const own = message.replaceAll(/"(?:[^"\\]|\\.)*"/gs, '""');
          assert.match(message, /^\S.*[.!?]$/s);
          assert.doesNotMatch(
            own,
            /Invalid (?!filters)|Too (?:small|big)|, received |expected (?:string|number|object|array)|undefined|\[object/,
          );
        }
      }),
      { numRuns: 3_000 },
    );
    assert.ok(seen > 1_000, `saw only ${seen} messages`);
  });
});
